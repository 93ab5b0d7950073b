"""Secrets: nobody sees them, and passwords that are none."""

from dataclasses import replace
from pathlib import Path

import pytest

from citynet.deploy.driver import Refused, UnreachableError
from citynet.netconf import rpc
from citynet.netconf.driver import NetconfDriver
from citynet.netconf.profile import Owned, Profile
from citynet.netconf.reply import RpcError
from citynet.render.artifact import Artifact
from citynet.xml import Element, write
from tests.netconf.fake import FakeDevice, FakeFleet, Refuse
from tests.netconf.fake.server import PASSWORD
from tests.netconf.faults.steps import Impatient, at
from tests.netconf.servers import Reached

SECRET = "Wuhan@2026 secret"  # noqa: S105


class Secretive(NetconfDriver):
    profile = Profile("secretive", owned=(Owned("/keys"),))


def with_secret(secret: str) -> Artifact:
    leaf = Element("urn:k", "password", secret)
    config = Element(rpc.BASE, "config", children=(Element("urn:k", "keys", children=(leaf,)),))
    return Artifact("r1", "any", {"config.xml": write(config)})


def test_nobody_sees_a_secret(
    device: FakeDevice, fleet: FakeFleet, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    made = Secretive(Reached("r1", fleet.access("r1")))
    made.lock("tests")
    change = made.stage(with_secret(SECRET))
    assert "<password>******</password>" in change.diff
    made.commit()
    change = made.stage(with_secret(f"{SECRET} new"))
    assert (change.added, change.removed) == (1, 1)
    path = "/rpc/edit-config/config/k:keys/k:password"
    said = RpcError("invalid-value", f"'{SECRET}' is too long", path)
    device.hook = at("validate", Refuse((said,)))
    made.stage(with_secret(SECRET + "!"))
    with pytest.raises(Refused) as told:
        made.validate()
    device.hook = at("edit-config", Refuse((said,)))
    with pytest.raises(Refused) as again:
        made.stage(with_secret(SECRET + "!"))
    made.close()
    seen = f"{change} {again.value} {again.value.refusals} {caplog.text}"
    assert SECRET not in seen
    assert told.value.refusals[0].text == "<password>******</password>"


@pytest.mark.parametrize("kind", ["env", "file", "command"])
def test_a_password_by_reference(
    fleet: FakeFleet, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text(f"{PASSWORD}\nanother line\n")
    monkeypatch.setenv("R1_PASSWORD", PASSWORD)
    reference = {
        "env": "env:R1_PASSWORD",
        "file": f"file:{tmp_path}/secret",
        "command": f"command:head -n 1 {tmp_path}/secret",
    }[kind]
    access = replace(fleet.access("r1"), key_file=None, password=reference)
    made = Impatient(Reached("r1", access))
    assert made.fingerprint()
    made.close()


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("env:NO_SUCH", "the environment has no variable NO_SUCH"),
        ("file:/no/such", "the secret in /no/such cannot be read"),
        ("command:false", "`false` exited 1"),
        ("command:no-such-command", "cannot be run"),
        ("command:true", "gives no secret"),
        ("let me in", "a secret is written as env:NAME"),
        ("env:WRONG", "does not accept the password from env:WRONG"),
    ],
)
def test_a_password_that_is_none(
    fleet: FakeFleet, reference: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRONG", "not it")
    access = replace(fleet.access("r1"), key_file=None, password=reference)
    with pytest.raises(UnreachableError, match=words) as told:
        Impatient(Reached("r1", access)).fingerprint()
    assert "not it" not in str(told.value)
    assert "let me in" not in str(told.value)
