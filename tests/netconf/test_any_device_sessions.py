"""What any NETCONF device must do with sessions: ours that end or wait, and others'."""

import threading
import time
from dataclasses import replace
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from ncclient.xml_ import to_ele

from citynet.deploy.driver import Confirm, DeviceError, NotPendingError, Refused, UnreachableError
from citynet.netconf import rpc
from citynet.netconf.driver import NetconfDriver
from tests.netconf.servers import Server, client_key, names
from tests.netconf.steps import ask, comes, edit, loopbacks
from tests.speed import seconds

# -- sessions in threads -----------------------------------------------------------------------


def test_threads_share_no_dictionary_of_names(server: Server, driver: NetconfDriver) -> None:
    """ncclient's parser goes from thread to thread; lxml's names must not (they are not locked).

    As in a transaction the session is there already when a thread comes to use it.
    """
    session = driver._device.session
    known: list[int] = []

    def asked(text: str) -> None:
        def operation(manager: Any) -> Any:
            to_ele(text)
            known.append(etree.memory_debugger.dict_size())
            return manager.get_config("running")

        session.call(operation)

    many = "".join(f"<name-{number}/>" for number in range(5000))
    for text in (f"<all>{many}</all>", "<one/>"):
        thread = threading.Thread(target=asked, args=(text,))
        thread.start()
        thread.join()
    assert known[0] > 5000
    assert known[1] < 5000


# -- commits that wait -----------------------------------------------------------------------


def test_time_runs_out(server: Server, driver: NetconfDriver) -> None:
    before = driver.fingerprint()
    driver.lock("tests")
    driver.stage(loopbacks(server, 1))
    driver.commit(Confirm("run-1", 2))
    assert driver.fingerprint() != before
    assert comes(lambda: driver.fingerprint() == before)
    for late in (driver.confirm, driver.roll_back, lambda run: driver.extend(Confirm(run, 9))):
        with pytest.raises(NotPendingError, match="no commit waits as run-1"):
            late("run-1")
    assert driver.fingerprint() == before


def test_time_runs_out_with_nobody_there(server: Server, driver: NetconfDriver) -> None:
    before = driver.fingerprint()
    driver.lock("tests")
    driver.stage(loopbacks(server, 1))
    driver.commit(Confirm("run-1", 2))
    driver._device.session.drop()  # as when citynet is killed
    other = server.make()
    assert comes(lambda: other.fingerprint() == before)
    other.lock("tests")  # nothing is left behind that would be in anybody's way
    assert other.stage(loopbacks(server, 1))
    other.close()


def test_rolled_back(server: Server, driver: NetconfDriver) -> None:
    before = driver.fingerprint()
    driver.lock("tests")
    driver.stage(loopbacks(server, 1))
    driver.commit(Confirm("run-1", 60))
    driver.roll_back("run-1")
    assert driver.fingerprint() == before
    driver.unlock()
    assert server.candidate() == server.running()
    with pytest.raises(NotPendingError):
        driver.roll_back("run-1")


@pytest.mark.parametrize("politely", [True, False])
def test_another_session_confirms(server: Server, driver: NetconfDriver, politely: bool) -> None:  # noqa: FBT001
    driver.lock("tests")
    driver.stage(loopbacks(server, 1))
    driver.commit(Confirm("run-1", 30))
    runs = driver.fingerprint()
    if politely:
        driver.close()
    else:
        driver._device.session.drop()
    other = server.make()
    other.confirm("run-1")
    assert other.fingerprint() == runs
    with pytest.raises(NotPendingError):
        other.confirm("run-1")
    with pytest.raises(NotPendingError):
        other.roll_back("run-1")
    assert other.fingerprint() == runs
    other.close()


def test_another_session_rolls_back(server: Server, driver: NetconfDriver) -> None:
    before = driver.fingerprint()
    driver.lock("tests")
    driver.stage(loopbacks(server, 1))
    driver.commit(Confirm("run-1", 60))
    driver.close()
    other = server.make()
    other.roll_back("run-1")
    assert other.fingerprint() == before
    other.lock("tests")
    other.close()


def test_another_session_extends(server: Server, driver: NetconfDriver) -> None:
    driver.lock("tests")
    driver.stage(loopbacks(server, 1))
    short = ceil(seconds(3))
    driver.commit(Confirm("run-1", short))
    runs = driver.fingerprint()
    driver.close()
    other = server.make()
    other.extend(Confirm("run-1", short + 60))
    time.sleep(short + 1)
    assert other.fingerprint() == runs
    other.confirm("run-1")
    assert other.fingerprint() == runs
    other.close()


def test_another_name_does_not_open_it(server: Server, driver: NetconfDriver) -> None:
    before = driver.fingerprint()
    driver.lock("tests")
    driver.stage(loopbacks(server, 1))
    driver.commit(Confirm("run-1", 60))
    runs = driver.fingerprint()
    driver.close()
    other = server.make()
    for attempt in (other.confirm, other.roll_back, lambda run: other.extend(Confirm(run, 9))):
        with pytest.raises(NotPendingError):
            attempt("run-2")
    assert other.fingerprint() == runs
    other.roll_back("run-1")
    assert other.fingerprint() == before
    other.close()


# -- others ----------------------------------------------------------------------------------


@pytest.mark.parametrize("store", [rpc.CANDIDATE, rpc.RUNNING])
def test_locked_by_somebody(server: Server, driver: NetconfDriver, store: str) -> None:
    with server.session() as session:
        ask(session, rpc.lock(store))
        user = server.target.access.username
        match = rf"its {store} is locked by session {session.id} \({user} from .* since 20.*\)"
        with pytest.raises(Refused, match=match):
            driver.lock("tests")
        ask(session, rpc.unlock(store))
    driver.lock("tests")


def test_a_refused_lock_holds_nothing(server: Server, driver: NetconfDriver) -> None:
    with server.session() as session:
        ask(session, rpc.lock(rpc.RUNNING))
        with pytest.raises(Refused):
            driver.lock("tests")
        ask(session, rpc.lock(rpc.CANDIDATE))


def test_somebodys_uncommitted_changes(server: Server, driver: NetconfDriver) -> None:
    """They are neither committed nor discarded, and what runs can be read all the same."""
    before = driver.fingerprint()
    with server.session() as session:
        ask(session, edit(loopbacks(server, 9, description="of somebody")))
        driver.lock("tests")
        assert driver.fingerprint() == before
        for _ in range(2):
            with pytest.raises(Refused, match=r"not committed.*LoopBack9"):
                driver.stage(loopbacks(server, 1))
        driver.unlock()
        assert "LoopBack9" in names(server.candidate(), "name")
        ask(session, rpc.discard())
    assert driver.fingerprint() == before
    driver.lock("tests")


def test_somebodys_commit_waits(server: Server, driver: NetconfDriver) -> None:
    with server.session() as session:
        waiting = rpc.commit_confirmed(Confirm("theirs", 60))
        ask(session, edit(loopbacks(server, 9)), waiting)
        runs = driver.fingerprint()
        with pytest.raises(Refused, match="waits"):
            driver.lock("tests")
        assert driver.fingerprint() == runs
        ask(session, rpc.cancel("theirs"))
    driver.lock("tests")


def test_what_waits_is_confirmed_with_nobodys_changes(
    server: Server, driver: NetconfDriver
) -> None:
    """A confirming commit commits the candidate again: not if somebody has changed it."""
    driver.lock("tests")
    driver.stage(loopbacks(server, 1))
    driver.commit(Confirm("run-1", 60))
    driver.close()
    with server.session() as session:
        replies = session.call(edit(loopbacks(server, 9)))
        other = server.make()
        if replies[0].errors:  # a server that lets nobody near while a commit waits
            other.confirm("run-1")
        else:
            with pytest.raises(Refused, match=r"not committed.*LoopBack9"):
                other.confirm("run-1")
            ask(session, rpc.discard())
            other.confirm("run-1")
    assert "LoopBack9" not in names(server.running(), "name")
    assert "LoopBack1" in names(server.running(), "name")
    other.close()


# -- sessions --------------------------------------------------------------------------------


def test_a_lost_session_is_no_way_to_commit(server: Server, driver: NetconfDriver) -> None:
    before = driver.fingerprint()
    driver.lock("tests")
    driver.stage(loopbacks(server, 1))
    driver._device.session.drop()
    with pytest.raises(DeviceError, match="the session is lost in which it was staged"):
        driver.commit(Confirm("run-1", 60))
    assert driver.fingerprint() == before
    driver.lock("tests")


def test_sessions_leave_no_threads(server: Server) -> None:
    before = threading.active_count()
    for _ in range(3):
        made = server.make()
        made.lock("tests")
        made.probe()
        made._device.session.drop()
        made.close()
    assert comes(lambda: threading.active_count() <= before)


def test_another_host_key(server: Server, tmp_path: Path) -> None:
    access = server.target.access
    known = tmp_path / "known"
    stranger = client_key(tmp_path)
    public = Path(f"{stranger}")
    known.write_text(f"[127.0.0.1]:{access.port} {public_of(public)}\n")
    other = replace(server.target, access=replace(access, known_hosts=known))
    with pytest.raises(UnreachableError, match=r"host key of .* is not the one in"):
        server.driver(other).fingerprint()


def test_an_unknown_host(server: Server, tmp_path: Path) -> None:
    (tmp_path / "known").write_text("")
    access = replace(server.target.access, known_hosts=tmp_path / "known")
    with pytest.raises(UnreachableError, match="has no host key of"):
        server.driver(replace(server.target, access=access)).fingerprint()


def test_a_key_that_is_not_accepted(server: Server, tmp_path: Path) -> None:
    access = replace(server.target.access, key_file=client_key(tmp_path))
    with pytest.raises(UnreachableError, match="does not accept the key"):
        server.driver(replace(server.target, access=access)).fingerprint()


def test_nobody_there(server: Server) -> None:
    access = replace(server.target.access, port=1)
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1 port 1 is unreachable"):
        server.driver(replace(server.target, access=access)).fingerprint()


def public_of(private: Path) -> str:
    import paramiko  # noqa: PLC0415

    key = paramiko.PKey.from_path(private)
    return f"{key.get_name()} {key.get_base64()}"
