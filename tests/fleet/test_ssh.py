"""Sessions: who is let in, who is believed, and what a command gives."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import paramiko
import pytest

from citynet.deploy.driver import DeviceError, UnreachableError
from citynet.fleet.jump import Jump
from citynet.fleet.shell import Held, Output
from citynet.fleet.ssh import SshShell, open_shell, parameters
from tests.fleet.server import Server, access, jump, known_hosts, private, server
from tests.speed import seconds


@pytest.fixture(scope="module")
def key() -> paramiko.PKey:
    return paramiko.ECDSAKey.generate()


@pytest.fixture
def sshd(key: paramiko.PKey) -> Iterator[Server]:
    with server(key) as made:
        yield made


@pytest.fixture
def shell(sshd: Server, key: paramiko.PKey, tmp_path: Path) -> Iterator[SshShell]:
    known = known_hosts(tmp_path / "known", (sshd.port, sshd.key))
    with open_shell("r1", access(sshd.port, private(tmp_path / "key", key), known), None) as made:
        yield made


def test_a_command_has_outputs_and_a_status(shell: SshShell) -> None:
    assert shell.run("echo out; echo err >&2; exit 3") == Output("out\n", "err\n", 3)


def test_standard_input(shell: SshShell) -> None:
    assert shell.run("cat", stdin="政务\n").stdout == "政务\n"
    assert shell.run("cat").stdout == ""


def test_large_outputs_on_both_streams_do_not_block(shell: SshShell) -> None:
    count = 300_000
    text = "x" * count
    command = f"cat; head -c {count} /dev/zero | tr '\\0' y >&2"
    done = shell.run(command, stdin=text)
    assert (len(done.stdout), len(done.stderr)) == (count, count)


def test_many_commands_at_once(shell: SshShell) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: shell.run(f"echo {n}").stdout, range(24)))
    assert found == [f"{n}\n" for n in range(24)]


def test_a_command_that_takes_too_long(shell: SshShell) -> None:
    began = time.monotonic()
    with pytest.raises(DeviceError, match="`sleep 99` did not end within 1 s") as caught:
        shell.run("sleep 99", timeout=1)
    assert not isinstance(caught.value, UnreachableError)
    assert time.monotonic() - began < seconds(4)
    assert shell.run("echo still here").stdout == "still here\n"


def test_a_session_that_is_lost(shell: SshShell, sshd: Server) -> None:
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(shell.run, "sleep 99")
        time.sleep(0.5)
        sshd.drop()
        with pytest.raises(UnreachableError, match="the session was lost"):
            running.result(seconds(5))


def test_holding_a_command(shell: SshShell, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    held = shell.hold(f"echo before; echo READY; cat; touch {gone}", until="READY")
    assert isinstance(held, Held)
    assert held.stdout == "before\n"
    assert not gone.exists()
    held.release()
    assert _comes(gone)


@pytest.mark.parametrize("how", ["by itself", "with its session"])
def test_a_held_command_that_ends(how: str, shell: SshShell, sshd: Server, tmp_path: Path) -> None:
    end = tmp_path / "end"
    command = f"echo READY; until [ -e {end} ]; do sleep 0.05; done"
    held = shell.hold(command, until="READY")
    assert isinstance(held, Held)
    time.sleep(0.3)
    assert not held.ended()
    if how == "by itself":
        end.touch()
    else:
        sshd.drop()
    assert _becomes(held.ended)
    end.touch()


def _comes(file: Path) -> bool:
    return _becomes(file.exists)


def _becomes(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds(5)
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_a_command_that_ends_instead_of_holding(shell: SshShell) -> None:
    assert shell.hold("echo taken; exit 75", until="READY") == Output("taken\n", "", 75)


def test_a_command_that_neither_holds_nor_ends(shell: SshShell) -> None:
    began = time.monotonic()
    with pytest.raises(DeviceError, match="did not end within 1 s") as caught:
        shell.hold("exec >&- 2>&-; sleep 99", until="READY", timeout=1)
    assert not isinstance(caught.value, UnreachableError)
    assert time.monotonic() - began < seconds(4)


def test_who_comes_too_late_to_hold_is_let_go(shell: SshShell, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    with pytest.raises(DeviceError, match="did not end within 1 s"):
        shell.hold(f"echo NO; cat; touch {gone}", until="READY", timeout=1)
    assert _comes(gone)


def test_another_host_key_is_refused(sshd: Server, key: paramiko.PKey, tmp_path: Path) -> None:
    known = known_hosts(tmp_path / "known", (sshd.port, paramiko.ECDSAKey.generate()))
    with pytest.raises(UnreachableError, match="is not the one in"):
        open_shell("r1", access(sshd.port, private(tmp_path / "key", key), known), None)
    assert sshd.accepted == 0


def test_an_unknown_host_key_is_refused(sshd: Server, key: paramiko.PKey, tmp_path: Path) -> None:
    known = known_hosts(tmp_path / "known", (1, sshd.key))
    with pytest.raises(UnreachableError, match="has no host key of"):
        open_shell("r1", access(sshd.port, private(tmp_path / "key", key), known), None)
    assert sshd.accepted == 0


def test_no_known_hosts_at_all_is_refused(sshd: Server, key: paramiko.PKey, tmp_path: Path) -> None:
    missing = tmp_path / "none"
    with pytest.raises(UnreachableError, match="is missing"):
        open_shell("r1", access(sshd.port, private(tmp_path / "key", key), missing), None)


def test_another_key_is_not_let_in(sshd: Server, tmp_path: Path) -> None:
    known = known_hosts(tmp_path / "known", (sshd.port, sshd.key))
    wrong = private(tmp_path / "key", paramiko.ECDSAKey.generate())
    with pytest.raises(UnreachableError, match="does not accept the key"):
        open_shell("r1", access(sshd.port, wrong, known), None)


def test_nothing_listens(key: paramiko.PKey, tmp_path: Path) -> None:
    known = known_hosts(tmp_path / "known", (1, key))
    with pytest.raises(UnreachableError, match="unreachable"):
        open_shell("r1", access(1, private(tmp_path / "key", key), known), None)


def test_a_server_that_says_nothing(sshd: Server, key: paramiko.PKey, tmp_path: Path) -> None:
    sshd.silent = True
    known = known_hosts(tmp_path / "known", (sshd.port, sshd.key))
    began = time.monotonic()
    with pytest.raises(UnreachableError):
        open_shell("r1", access(sshd.port, private(tmp_path / "key", key), known), None, timeout=1)
    assert time.monotonic() - began < seconds(5)


def test_no_password_and_no_agent(tmp_path: Path) -> None:
    file = private(tmp_path / "key", paramiko.ECDSAKey.generate())
    used = parameters(access(22, file, tmp_path / "known"))
    assert used["password"] is None
    assert used["ssh_strict"] is True
    assert (used["allow_agent"], used["use_keys"], used["system_host_keys"]) == (False,) * 3


def test_all_sessions_share_one_jump(sshd: Server, key: paramiko.PKey, tmp_path: Path) -> None:
    file = private(tmp_path / "key", key)
    with server(key) as front:
        known = known_hosts(tmp_path / "known", (sshd.port, sshd.key), (front.port, front.key))
        through = Jump(jump(front.port, file, known))
        shells = [open_shell(f"r{n}", access(sshd.port, file, known), through) for n in range(3)]
        assert [each.run("echo hi").stdout for each in shells] == ["hi\n"] * 3
        assert (front.accepted, sshd.accepted) == (1, 3)
        for each in shells:
            each.close()
            each.close()
        assert not front.transports[0].is_active() or _ends(front.transports[0])


def _ends(transport: paramiko.Transport) -> bool:
    return _becomes(lambda: not transport.is_active())


def test_a_jump_with_another_host_key(sshd: Server, key: paramiko.PKey, tmp_path: Path) -> None:
    file = private(tmp_path / "key", key)
    with server(key) as front:
        other = paramiko.ECDSAKey.generate()
        known = known_hosts(tmp_path / "known", (sshd.port, sshd.key), (front.port, other))
        through = Jump(jump(front.port, file, known))
        with pytest.raises(UnreachableError, match="is not the one in"):
            open_shell("r1", access(sshd.port, file, known), through)
        assert front.accepted == sshd.accepted == 0


def test_a_key_file_that_is_none(sshd: Server, tmp_path: Path) -> None:
    known = known_hosts(tmp_path / "known", (sshd.port, sshd.key))
    file = tmp_path / "key"
    file.write_text("not a key\n")
    with pytest.raises(UnreachableError):
        open_shell("r1", access(sshd.port, file, known), None)


def test_keys_are_not_in_messages(sshd: Server, tmp_path: Path) -> None:
    known = known_hosts(tmp_path / "known", (sshd.port, sshd.key))
    wrong = private(tmp_path / "key", paramiko.ECDSAKey.generate())
    with pytest.raises(UnreachableError) as caught:
        open_shell("r1", access(sshd.port, wrong, known), None)
    assert "PRIVATE" not in str(caught.value)
