"""Secrets are compared and deployed as they are, and shown to nobody."""

import json
from itertools import product

import pytest

from citynet.deploy.driver import Confirm, DeviceError, Refused
from citynet.render.artifact import Artifact
from plugins.frr.driver import FrrDriver
from plugins.frr.words import without_secrets
from tests.plugins.frr.test_frr_driver import Device, Router, artifact, reading

HIDDEN = (
    ("neighbor 192.0.2.1 password", ""),
    ("neighbor TRANSIT password", "8 "),
    ("neighbor 192.0.2.1 password", "md5 clear "),
    ("neighbor 192.0.2.1 password", "neighbor x description "),
    ("neighbor description password", ""),
    ("neighbor 192.0.2.1  passw", ""),
    ("isis password md5", ""),
    ("isis password clear", ""),
    ("openfabric password clear", ""),
    ("area-password clear", ""),
    ("domain-password md5", ""),
    ("password", "8 "),
    ("enable password", ""),
    ("enable password 8", ""),
    ("key-string", ""),
    ("ip ospf authentication-key", ""),
    ("ip ospf message-digest-key 1 md5", ""),
    ("area 1 virtual-link 192.0.2.1 authentication-key", ""),
    ("area 1 virtual-link 192.0.2.1 message-digest-key 1 md5", ""),
    ("ipv6 ospf6 authentication key-id 1 hash-algo hmac-sha-256 key", ""),
    ("ip rip authentication string", ""),
    ("ip nhrp authentication", ""),
    ("msdp peer 192.0.2.1 password", ""),
    ("ip msdp peer 192.0.2.1 password", ""),
    ("tcp-md5-auth", ""),
    ("snmp-server community", ""),
    ("ntp authentication-key", "1 md5 "),
)
"""Commands up to their secret, and how the secret begins."""
SHOWN = (
    "description the password is elsewhere",
    "neighbor 192.0.2.1 description whose password hush knows",
    "ip prefix-list x description the password is elsewhere",
    "service password-encryption",
    "isis password",
    "key chain hush",
    "ip ospf authentication message-digest",
    "ip ospf authentication key-chain hush",
    "ip rip authentication mode md5",
    "ipv6 ospf6 authentication keychain hush",
    "match community hush",
)


SECRETS = ("hush", "hush hush hush", "'hush'", '"hush hush"', "  hush")
FORMS = ("{}", " {}", "+  {}", "-{}", "no {}", "- no {}", "\t{}")


@pytest.mark.parametrize(("command", "begins"), HIDDEN)
def test_a_secret_is_removed(command: str, begins: str) -> None:
    for form, secret in product(FORMS, SECRETS):
        line = form.format(f"{command} {begins}{secret}")
        left = form.format(f"{command} <removed>")
        assert without_secrets(f"a\n{line}\nb") == f"a\n{left}\nb"
        assert without_secrets(left) == left


@pytest.mark.parametrize("line", SHOWN)
def test_what_is_no_secret_stays(line: str) -> None:
    for form in FORMS:
        text = f"{form.format(line)}\n\nnext line"
        assert without_secrets(text) == text


AFTER = " neighbor REFLECTORS timers 10 30\n"
LINE = " neighbor REFLECTORS password {} hush\n"


def runs(secret: str) -> str:
    """What the router says of itself that runs this secret."""
    return reading("gov-acc1").replace(AFTER, AFTER + LINE.format(secret))


def wanted(text: str) -> Artifact:
    frr = artifact("gov-acc1").files["frr.conf"].replace(AFTER, AFTER + text)
    return artifact("gov-acc1", **{"frr.conf": frr})


def said(error: Refused) -> str:
    return str(error) + json.dumps([[each.text, each.message] for each in error.refusals])


def test_a_difference_shows_that_a_secret_changes_and_not_which() -> None:
    driver = FrrDriver(Router(lambda _: runs("old")))
    change = driver.stage(wanted(LINE.format("new")))
    assert (change.added, change.removed) == (1, 1)
    assert change.files["frr.conf"].splitlines()[1:] == [
        "- neighbor REFLECTORS password <removed>",
        "+ neighbor REFLECTORS password <removed>",
    ]
    assert "hush" not in change.diff
    assert not driver.stage(wanted(LINE.format("old")))


@pytest.mark.parametrize("now", ["old", "none"])
def test_a_secret_that_does_not_take_is_deployed_and_not_shown(now: str) -> None:
    device = Device("gov-acc1")
    router = Router(lambda sent: device(sent).replace(reading("gov-acc1"), before))
    before = runs("old") if now == "old" else reading("gov-acc1")
    driver = FrrDriver(router)
    driver.stage(wanted("" if now == "old" else LINE.format("new")))
    with pytest.raises(Refused) as caught:
        driver.commit(Confirm("run-1", 30))
    assert "neighbor REFLECTORS password <removed>" in said(caught.value)
    assert "hush" not in said(caught.value)
    given = "no neighbor REFLECTORS password" if now == "old" else "password new hush"
    assert any(given in sent for sent in router.fake.sent if "vtysh -f" in sent)


def test_a_secret_that_vtysh_refuses_is_not_shown() -> None:
    def answer(sent: str) -> str:
        if "vtysh -C" not in sent:
            return reading("gov-acc1")
        lines = sent[sent.index("<<") :].splitlines()[1:]
        number = next(n for n, line in enumerate(lines, 1) if "hush" in line)
        return f"line {number}: % Unknown command[21]: {lines[number - 1]}\n\n@@citynet dry 2\n"

    driver = FrrDriver(Router(answer))
    driver.stage(wanted(LINE.format("new")))
    with pytest.raises(Refused, match="Unknown command") as caught:
        driver.validate()
    assert "hush" not in said(caught.value)


def test_a_secret_that_somebody_else_changed_is_not_shown() -> None:
    router = Router(lambda _: runs("old"))
    driver = FrrDriver(router)
    driver.stage(wanted(LINE.format("new")))
    router.fake.answer = lambda _: runs("other")
    with pytest.raises(Refused, match="something else runs now") as caught:
        driver.commit(Confirm("run-1", 30))
    assert "hush" not in said(caught.value)


def test_what_could_not_be_read_whole_is_quoted_without_secrets() -> None:
    text = reading("empty").partition("\n@@citynet frr 0")[2]
    cut = f"{LINE.format('x' * 300)}\n@@citynet frr 1{text}"
    with pytest.raises(DeviceError, match="password <removed>"):
        FrrDriver(Router(lambda _: cut)).read()
