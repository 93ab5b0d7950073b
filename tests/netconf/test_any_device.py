"""What any NETCONF device must do with our driver. Each test runs on every server."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from citynet.deploy.driver import (
    Capability,
    Confirm,
    DeviceError,
    NotPendingError,
    Refused,
    UnreachableError,
)
from citynet.netconf import rpc
from citynet.netconf.driver import NetconfDriver
from citynet.netconf.session import NetconfSession, Operation
from citynet.pipeline import prepare, render
from citynet.render.artifact import Artifact
from tests.cities import DEMO
from tests.netconf.servers import (
    Server,
    client_key,
    instances,
    interface,
    interfaces,
    names,
)
from tests.yang.models import MIRRORED

LABEL = 'A<B>&"C" 卫健委 数据'


def loopbacks(server: Server, *numbers: int, description: str = "of citynet") -> Artifact:
    entries = [interface(f"LoopBack{number}", description) for number in numbers]
    return server.artifact(interfaces(*entries), instances("_public_"))


def ask(session: NetconfSession, *operations: Operation) -> None:
    for reply in session.call(*operations):
        assert not reply.errors, reply.errors


def edit(artifact: Artifact) -> Operation:
    return rpc.edit(artifact.files["config.xml"], "merge", all_or_nothing=False)


def deployed(driver: NetconfDriver, artifact: Artifact, run: str = "run-1") -> None:
    driver.lock("tests")
    driver.stage(artifact)
    driver.validate()
    driver.commit(Confirm(run, 60))
    driver.probe()
    driver.confirm(run)
    driver.unlock()


def until(holds: Callable[[], bool], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(1.5)  # netconfd looks at its clock only after a second without requests
    return True


# -- what is wanted, and nothing else --------------------------------------------------------


def test_what_it_can_do(driver: NetconfDriver) -> None:
    assert driver.capabilities == frozenset(Capability)


def test_staging_changes_nothing_that_runs(server: Server, driver: NetconfDriver) -> None:
    before = driver.fingerprint()
    driver.lock("tests")
    change = driver.stage(loopbacks(server, 1, description=LABEL))
    driver.validate()
    assert driver.fingerprint() == before
    assert "+      <name>LoopBack1</name>" in change.diff.splitlines()
    assert 'A&lt;B&gt;&amp;"C" 卫健委 数据</description>' in change.diff
    assert change.added >= 7
    driver.unlock()
    assert server.candidate() == server.running()


def test_around(server: Server, driver: NetconfDriver) -> None:
    """To a configuration, to another, and back: what runs is what ran."""
    start = driver.fingerprint()
    deployed(driver, loopbacks(server, 1, 2, description=LABEL))
    first = driver.fingerprint()
    assert names(server.running(), "description").count(LABEL) == 2
    deployed(driver, loopbacks(server, 2, 3))
    assert first != driver.fingerprint() != start
    assert not set(names(server.running(), "name")) & {"LoopBack1"}
    deployed(driver, loopbacks(server, 1, 2, description=LABEL))
    assert driver.fingerprint() == first


def test_the_second_run_changes_nothing(server: Server, driver: NetconfDriver) -> None:
    wanted = loopbacks(server, 1, 2)
    deployed(driver, wanted)
    driver.lock("tests")
    change = driver.stage(wanted)
    assert not change
    assert not change.diff


def test_a_city_as_it_is_rendered(server: Server, driver: NetconfDriver) -> None:
    """All of a router's document that the server has models for; then it is as wanted."""
    settings = {"platform": "huawei_vrp", **MIRRORED}
    wanted = server.known(render(prepare(DEMO, settings=settings))["gov-acc1"])
    deployed(driver, wanted)
    driver.lock("tests")
    assert not driver.stage(wanted)


def test_what_is_not_ours_stays(server: Server, driver: NetconfDriver) -> None:
    deployed(driver, loopbacks(server, 1))
    runs = names(server.running(), "name")
    assert {"GigabitEthernet0/0/0", "_public_", "LoopBack1"} <= set(runs)
    assert "management, not citynet's" in names(server.running(), "description")


def test_a_port_is_reset_but_not_deleted(server: Server, driver: NetconfDriver) -> None:
    deployed(driver, loopbacks(server, 1))
    assert "GigabitEthernet0/3/0" in names(server.running(), "name")
    assert "a port that nobody uses" not in names(server.running(), "description")


def test_a_part_is_added_and_nothing_goes(server: Server, driver: NetconfDriver) -> None:
    deployed(driver, loopbacks(server, 1))
    driver.lock("tests")
    change = driver.stage(loopbacks(server, 2), additive=True)
    assert (change.added > 0, change.removed) == (True, 0)
    driver.commit()
    assert {"LoopBack1", "LoopBack2"} <= set(names(server.running(), "name"))


def test_without_confirmation(server: Server, driver: NetconfDriver) -> None:
    driver.lock("tests")
    driver.stage(loopbacks(server, 1))
    driver.commit()
    driver.close()
    with server.session() as session:  # nothing waits
        ask(session, rpc.lock(rpc.RUNNING))
    assert "LoopBack1" in names(server.running(), "name")


def test_a_check_leaves_no_trace(server: Server, driver: NetconfDriver) -> None:
    """As `--check` does it: no lock, and nothing is committed."""
    assert driver.stage(loopbacks(server, 1))
    driver.validate()
    driver.close()
    assert server.candidate() == server.running()
    with server.session() as session:
        ask(session, rpc.lock(rpc.CANDIDATE), rpc.lock(rpc.RUNNING))


def test_staged_again(server: Server, driver: NetconfDriver) -> None:
    """The second candidate has nothing of the first."""
    driver.lock("tests")
    driver.stage(loopbacks(server, 1))
    change = driver.stage(loopbacks(server, 2))
    assert "LoopBack1" not in change.diff
    driver.commit()
    assert "LoopBack1" not in names(server.running(), "name")


# -- commits that wait -----------------------------------------------------------------------


def test_time_runs_out(server: Server, driver: NetconfDriver) -> None:
    before = driver.fingerprint()
    driver.lock("tests")
    driver.stage(loopbacks(server, 1))
    driver.commit(Confirm("run-1", 2))
    assert driver.fingerprint() != before
    assert until(lambda: driver.fingerprint() == before)
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
    assert until(lambda: other.fingerprint() == before)
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
    driver.commit(Confirm("run-1", 3))
    runs = driver.fingerprint()
    driver.close()
    other = server.make()
    other.extend(Confirm("run-1", 60))
    time.sleep(4)
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
    """They are neither committed nor discarded."""
    before = driver.fingerprint()
    with server.session() as session:
        ask(session, edit(loopbacks(server, 9, description="of somebody")))
        for attempt in (lambda: driver.lock("tests"), lambda: driver.stage(loopbacks(server, 1))):
            with pytest.raises(Refused, match=r"not committed.*LoopBack9"):
                attempt()
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


# -- refusals --------------------------------------------------------------------------------


def test_a_value_that_the_device_refuses(server: Server, driver: NetconfDriver) -> None:
    """Told at its line of the artifact; nothing runs, nothing is left in the candidate."""
    before = driver.fingerprint()
    bad = server.artifact(
        interfaces(interface("LoopBack1", "fine"), interface("LoopBack2", "bad", mtu="many")),
        instances("_public_"),
    )
    driver.lock("tests")
    with pytest.raises(Refused) as told:
        stage_and_validate(driver, bad)
    [refusal] = told.value.refusals
    assert refusal.file == "config.xml"
    assert refusal.line is not None
    assert bad.files["config.xml"].splitlines()[refusal.line - 1].strip() == refusal.text
    assert "many" in refusal.text
    assert driver.fingerprint() == before
    driver.unlock()
    assert server.candidate() == server.running()


def test_a_reference_to_nothing(server: Server, driver: NetconfDriver) -> None:
    """Some devices refuse it as a candidate, others when they validate."""
    before = driver.fingerprint()
    bad = server.artifact(
        interfaces(interface("LoopBack1", "of a VPN", **{"vrf-name": "nowhere"})),
        instances("_public_"),
    )
    driver.lock("tests")
    with pytest.raises(Refused, match=r"vrf-name|nowhere"):
        stage_and_validate(driver, bad)
    driver.unlock()
    assert driver.fingerprint() == before
    assert server.candidate() == server.running()


def stage_and_validate(driver: NetconfDriver, artifact: Artifact) -> None:
    driver.stage(artifact)
    driver.validate()


def test_nothing_is_staged(driver: NetconfDriver) -> None:
    for attempt in (driver.validate, driver.commit):
        with pytest.raises(DeviceError, match="nothing is staged"):
            attempt()


def test_no_such_file(driver: NetconfDriver) -> None:
    with pytest.raises(DeviceError, match=r"the artifact has no config\.xml"):
        driver.stage(Artifact("r1", "huawei_vrp", {"other.xml": "<config/>"}))


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
    assert until(lambda: threading.active_count() <= before)


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
