"""Secrets by reference: one that gives nothing is said by name, and nothing is logged in with."""

import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest

from citynet.deploy.driver import UnreachableError
from citynet.errors import CitynetError
from citynet.fleet import ssh
from citynet.fleet.secret import SecretError, resolve
from citynet.lab.host import NodeAccess
from citynet.netconf import transport
from citynet.twin.run import Options, prepare
from tests.fleet.server import known_hosts

NOTHING = ("", " ", "\n", "\nsecond line\n", " \t\r\n")


@pytest.mark.parametrize("kind", ["env", "file", "command"])
def test_a_secret(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text(" s 1 \nmore\n")
    monkeypatch.setenv("PW", " s 1 ")
    place = {"env": "PW", "file": f"{tmp_path}/secret", "command": f"cat {tmp_path}/secret"}[kind]
    assert resolve(f"{kind}:{place}") == " s 1 "


@pytest.mark.parametrize("text", NOTHING, ids=repr)
@pytest.mark.parametrize("kind", ["env", "file", "command"])
def test_nothing_is_no_secret(
    kind: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text(text)
    monkeypatch.setenv("PW", text.partition("\n")[0])
    place = {"env": "PW", "file": f"{tmp_path}/secret", "command": f"cat {tmp_path}/secret"}[kind]
    with pytest.raises(SecretError, match=f"^{re.escape(f'{kind}:{place}')} gives no secret: "):
        resolve(f"{kind}:{place}")


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("env:NO_SUCH", "the environment has no variable NO_SUCH"),
        ("file:/none/such", "the secret in /none/such cannot be read"),
        ("file:~nosuchuser/x", "there is no user 'nosuchuser'"),
        ("command:false", "`false` exited 1 and gave no secret"),
        ("command:none-such", "`none-such` cannot be run"),
        ("command:'", "cannot be run"),
        *((each, "a secret is written as env:NAME") for each in ("", "env", "env:", "file: ")),
        *((each, "a secret is written as env:NAME") for each in ("command:", "command: ", "x:y")),
    ],
)
def test_a_reference_that_gives_none(reference: str, said: str) -> None:
    with pytest.raises(SecretError, match=re.escape(said)):
        resolve(reference)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[tuple[socket.socket, NodeAccess]]:
    """A port that counts who comes, and how a device there is reached, without a key."""
    key = paramiko.ECDSAKey.generate()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        port: int = listener.getsockname()[1]
        known = known_hosts(tmp_path / "known", (port, key))
        yield listener, NodeAccess("127.0.0.1", port, "root", None, known)


def shell(access: NodeAccess) -> object:
    return ssh.open_shell("r1", access, None, 1)


def netconf(access: NodeAccess) -> object:
    return transport.connect("r1", access, None, 1)


@pytest.mark.parametrize("log_in", [shell, netconf])
@pytest.mark.parametrize("value", [None, "", " "], ids=repr)
def test_no_login_with_an_empty_password(
    value: str | None,
    log_in: Callable[[NodeAccess], object],
    door: tuple[socket.socket, NodeAccess],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listener, access = door
    monkeypatch.delenv("PW", raising=False)
    if value is not None:
        monkeypatch.setenv("PW", value)
    with pytest.raises(UnreachableError, match=r"^r1: .*\bPW\b"):
        log_in(replace(access, password="env:PW"))
    with pytest.raises(BlockingIOError):
        listener.accept()
    monkeypatch.setenv("PW", "a secret")
    with pytest.raises(UnreachableError):
        log_in(replace(access, password="env:PW"))
    listener.accept()[0].close()


@pytest.mark.parametrize("text", NOTHING[:3], ids=repr)
def test_an_empty_file_opens_no_twin(text: str, tmp_path: Path) -> None:
    file = tmp_path / "nothing"
    file.write_text(text)
    for name in ("password_file", "authorized_keys"):
        options = replace(Options(8300), **{name: file})  # type: ignore[arg-type]
        with pytest.raises(CitynetError, match=f"{file} is empty, expected what opens the twin"):
            prepare(tmp_path / "twin", options)
    assert not (tmp_path / "twin").exists()
