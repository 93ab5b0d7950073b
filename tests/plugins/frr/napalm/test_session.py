"""Logging in: who is verified, how, and that nothing secret is ever written down."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import napalm
import paramiko
import pytest
from napalm.base.exceptions import (
    CommandErrorException,
    CommitConfirmException,
    CommitError,
    ConnectAuthError,
    ConnectionException,
    MergeConfigException,
    ReplaceConfigException,
)

from citynet.deploy.driver import DeviceError
from plugins.frr.napalm_driver import FRRDriver
from tests.fleet.server import Server, known_hosts, private, server

SAID = "correct horse battery staple"


@pytest.fixture
def key() -> paramiko.PKey:
    return paramiko.ECDSAKey.generate()


@pytest.fixture
def sshd(key: paramiko.PKey, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with server(key) as made:
        yield made


@pytest.fixture
def options(sshd: Server, key: paramiko.PKey, tmp_path: Path) -> dict[str, Any]:
    """A key that opens the door; nothing says what the router's key is."""
    return {"port": sshd.port, "key_file": str(private(tmp_path / "key", key))}


def driver(options: dict[str, Any], host: str = "127.0.0.1", password: str = "") -> FRRDriver:
    made: FRRDriver = napalm.get_network_driver("frr")(host, "root", password, 20, options)
    return made


def test_an_unknown_host_key_is_refused(options: dict[str, Any], sshd: Server) -> None:
    with pytest.raises(ConnectionException, match="host key is not known; say where it is"):
        driver(options).open()
    assert sshd.accepted == 0


def test_another_host_key_is_refused(options: dict[str, Any], sshd: Server, tmp_path: Path) -> None:
    other = paramiko.ECDSAKey.generate()
    known = known_hosts(tmp_path / "known", (sshd.port, other))
    with pytest.raises(ConnectionException, match="is not the known one") as caught:
        driver(options | {"alt_key_file": str(known)}).open()
    assert sshd.key.fingerprint in str(caught.value)
    assert sshd.accepted == 0


def test_the_known_host_key(options: dict[str, Any], sshd: Server, tmp_path: Path) -> None:
    known = known_hosts(tmp_path / "known", (sshd.port, sshd.key))
    with driver(options | {"alt_key_file": str(known)}) as device:
        assert device.is_alive() == {"is_alive": True}
    assert device.is_alive() == {"is_alive": False}


def test_the_user_s_known_hosts(options: dict[str, Any], sshd: Server, tmp_path: Path) -> None:
    (tmp_path / ".ssh").mkdir()
    known_hosts(tmp_path / ".ssh" / "known_hosts", (sshd.port, sshd.key))
    with driver(options) as device:
        assert device.is_alive() == {"is_alive": True}
    other = known_hosts(tmp_path / "other", (sshd.port, paramiko.ECDSAKey.generate()))
    with pytest.raises(ConnectionException, match="is not the known one"):
        driver(options | {"alt_key_file": str(other)}).open()


def test_the_ssh_configuration_says_all_of_it(
    options: dict[str, Any], sshd: Server, tmp_path: Path
) -> None:
    known = known_hosts(tmp_path / "known", (sshd.port, sshd.key))
    config = tmp_path / "config"
    config.write_text(
        f"Host core\n  HostName 127.0.0.1\n  Port {sshd.port}\n  User root\n  IdentityFile "
        f'"{options["key_file"]}"\n  UserKnownHostsFile "{known}"\n'
    )
    device = napalm.get_network_driver("frr")(
        "core", "", "", optional_args={"ssh_config_file": str(config)}
    )
    with device:
        assert device.is_alive() == {"is_alive": True}
    known_hosts(known, (sshd.port, paramiko.ECDSAKey.generate()))
    with pytest.raises(ConnectionException, match="is not the known one"):
        device.open()


def test_whoever_wants_no_check_has_to_say_so(options: dict[str, Any]) -> None:
    with driver(options | {"ssh_strict": False}) as device:
        assert device.is_alive() == {"is_alive": True}


@pytest.mark.parametrize("key_is", ["right", "wrong"])
def test_nothing_secret_is_written_down(
    key_is: str,
    options: dict[str, Any],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    if key_is == "wrong":
        options["key_file"] = str(private(tmp_path / "wrong", paramiko.ECDSAKey.generate()))
    device = driver(options | {"ssh_strict": False}, password=SAID)
    said = ""
    with caplog.at_level(logging.DEBUG):
        try:
            device.open()
        except ConnectAuthError as error:
            said = str(error)
        device.close()
    assert bool(said) == (key_is == "wrong")
    assert "auth" in caplog.text.lower()
    everything = said + caplog.text + "".join(capfd.readouterr()) + repr(device)
    assert SAID not in everything
    body = Path(options["key_file"]).read_text().splitlines()[1:-1]
    assert not [line for line in body if line in everything]


def test_nobody_there(options: dict[str, Any]) -> None:
    with pytest.raises(ConnectionException, match="is unreachable"):
        driver(options | {"port": 1}).open()


def test_what_is_going_back_cannot_be_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    device = driver({})

    def late(run: str) -> None:
        raise DeviceError(f"r: commit {run} is going back: its time ran out")

    monkeypatch.setattr(device._driver, "waiting", lambda: "napalm-1")
    monkeypatch.setattr(device._driver, "confirm", late)
    with pytest.raises(CommitConfirmException, match="napalm-1 is going back"):
        device.confirm_commit()


def test_an_empty_candidate_would_be_the_end_of_frr(tmp_path: Path) -> None:
    device = driver({})
    for problem, load in (
        (ReplaceConfigException, device.load_replace_candidate),
        (MergeConfigException, device.load_merge_candidate),
    ):
        with pytest.raises(problem, match="the candidate is empty"):
            load()
        with pytest.raises(problem, match=r"cannot be read.*No such file"):
            load(filename=str(tmp_path / "nothing"))
        (tmp_path / "blank").write_text("\n\n")
        with pytest.raises(problem, match="blank is empty"):
            load(filename=str(tmp_path / "blank"))
    with pytest.raises(CommitError, match="no configuration was loaded"):
        device.commit_config()


def test_a_daemon_that_does_not_run_is_not_a_router_without_peers(
    options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vtysh = tmp_path / "vtysh"
    vtysh.write_text("#!/bin/sh\necho bgpd is not running >&2\nexit 1\n")
    vtysh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with (
        driver(options | {"ssh_strict": False}) as device,
        pytest.raises(CommandErrorException, match="bgpd is not running"),
    ):
        device.get_bgp_neighbors()
