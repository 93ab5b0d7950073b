"""A commit that waits on a Linux router, whatever dies: measured on real routers.

The gateway of the demo city has sessions, cables and neighbours. What can be restarted, have its
disk filled and its clock set is in `test_confirm_alone.py`.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from nornir.core import Nornir

from citynet.deploy.driver import Confirm, DeviceError, Driver, NotPendingError, Refused
from citynet.fleet.runner import fleet
from citynet.lab.clab import container_name
from citynet.lab.host import LabHost
from citynet.pipeline import prepare, render
from citynet.render.artifact import Artifact
from plugins.frr.lock import LONGEST
from tests.cities import DEMO, ROOT
from tests.lab_e2e.routers import NEEDS, Box, committed, demo, settled, shorten, until
from tests.speed import seconds

pytestmark = pytest.mark.lab

GATEWAY = "x-gw1"
HOLDER = f"timeout {LONGEST} cat"
"""The process on a router that holds a session's lock."""
NOTHING = Artifact(GATEWAY, "frr", {"frr.conf": "hostname x\n", "linux.state": ""})


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    with demo() as found:
        yield found


@pytest.fixture(scope="module")
def box(host: LabHost) -> Box:
    return Box(host, container_name("demo", GATEWAY))


@pytest.fixture
def sessions() -> Iterator[Callable[[], Driver]]:
    """Makes a driver with a session of its own, as another citynet would."""
    made: list[Nornir] = []

    def session() -> Driver:
        nornir = fleet(prepare(DEMO))
        made.append(nornir)
        driver: Driver = nornir.inventory.hosts[GATEWAY].get_connection("citynet", nornir.config)
        return driver

    yield session
    for nornir in made:
        nornir.close_connections()


@pytest.fixture(scope="module")
def first(box: Box) -> dict[str, object]:
    """What the gateway is before anything."""
    assert not box.waits()
    return box.measure()


@pytest.fixture
def old(box: Box, first: dict[str, object]) -> Iterator[dict[str, object]]:
    """What the gateway is before each test, and must be after it."""
    yield first
    assert settled(box) == first
    assert box.run("ls /var/lib/citynet /etc/frr | grep citynet-new").stdout == ""


def test_time_runs_out_after_the_session_was_lost(
    box: Box, old: dict[str, object], sessions: Callable[[], Driver]
) -> None:
    driver = sessions()
    driver.lock("test")
    committed(driver, "lost", 300, NOTHING)
    driver.close()
    during = box.measure()
    assert during["frr"] != old["frr"]
    assert "citynet-" in str(old["tables"])
    assert "citynet-" not in str(during["tables"])
    assert during["links"] != old["links"]
    assert during["saved"] == old["saved"]
    assert during["daemons"] == old["daemons"]
    shorten(box, "lost")
    assert until(lambda: not box.waits(), NEEDS)
    with pytest.raises(NotPendingError, match=r"rolled back at .*its time ran out"):
        sessions().confirm("lost")


def test_time_runs_out_after_sshd_was_killed(
    box: Box, old: dict[str, object], sessions: Callable[[], Driver]
) -> None:
    committed(sessions(), "no-sshd", 300, NOTHING)
    assert box.kill("sshd") >= 3
    assert box.waits()
    shorten(box, "no-sshd")
    assert until(lambda: not box.waits(), NEEDS)
    assert until(lambda: box.run("pgrep -x sshd").stdout != "", 10)


def test_another_session_extends_and_confirms(
    box: Box, old: dict[str, object], sessions: Callable[[], Driver]
) -> None:
    another = sessions()
    another.read()  # it is logged in before the time runs
    short = seconds(20)
    committed(sessions(), "tonight", short, NOTHING)
    another.extend(Confirm("tonight", 900))
    time.sleep(short)
    with pytest.raises(Refused, match=r"commit tonight waits for its confirmation, \d{3} s left"):
        sessions().stage(NOTHING)
    with pytest.raises(NotPendingError, match=r"no commit waits as other.*commit tonight waits"):
        sessions().confirm("other")
    sessions().confirm("tonight")
    now = box.measure()
    assert now["saved"] != old["saved"]
    assert now["frr"] != old["frr"]
    back = sessions()
    back.stage(render(prepare(DEMO))[GATEWAY])
    back.commit()


def test_rolling_back_from_another_session(
    box: Box, old: dict[str, object], sessions: Callable[[], Driver]
) -> None:
    first = sessions().fingerprint()
    committed(sessions(), "undo", 300, NOTHING)
    with pytest.raises(DeviceError, match="commit undo waits for its confirmation"):
        sessions().fingerprint()
    sessions().roll_back("undo")
    assert box.measure() == old
    assert sessions().fingerprint() == first
    with pytest.raises(NotPendingError, match="rolled back"):
        sessions().roll_back("undo")


def test_a_commit_is_refused_when_something_else_runs_than_was_compared(
    box: Box, old: dict[str, object], sessions: Callable[[], Driver]
) -> None:
    driver = sessions()
    driver.stage(NOTHING)
    box.run("ip address add 192.0.2.77/32 dev lo")
    meddled = box.measure()
    with pytest.raises(Refused, match=r"something else runs now.*192\.0\.2\.77"):
        driver.commit(Confirm("late", 60))
    assert box.measure() == meddled
    box.run("ip address delete 192.0.2.77/32 dev lo")


def test_a_lock_that_ended_alone_is_missed_and_taken_anew(
    box: Box, old: dict[str, object], sessions: Callable[[], Driver]
) -> None:
    driver = sessions()
    driver.lock("test")
    driver.stage(NOTHING)
    assert box.kill(HOLDER) == 1
    assert until(lambda: box.run("flock -n /run/citynet.lock true").status == 0, 10)
    with pytest.raises(DeviceError, match="the lock has ended"):
        driver.commit(Confirm("unlocked", 60))
    assert not box.waits()
    driver.lock("test")
    assert len(box.processes(HOLDER)) == 1


LOCK = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from tests.lab_e2e.test_confirm import GATEWAY, fleet, prepare
nornir = fleet(prepare(Path({str(DEMO)!r})))
driver = nornir.inventory.hosts[GATEWAY].get_connection("citynet", nornir.config)
driver.lock("silent")
print("go", flush=True)
sys.stdin.read()
"""


@pytest.mark.long
def test_who_falls_silent_holds_no_lock(
    box: Box, old: dict[str, object], sessions: Callable[[], Driver]
) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", LOCK], stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"go\n"
        process.send_signal(signal.SIGSTOP)  # as a machine that died: no packet says so
        try:
            with pytest.raises(Refused, match="locked by silent since"):
                sessions().lock("test")
            assert until(lambda: not box.processes(HOLDER), 90)
            sessions().lock("test")
        finally:
            process.kill()


COMMIT = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from tests.lab_e2e.test_confirm import GATEWAY, NOTHING, fleet, prepare
nornir = fleet(prepare(Path({str(DEMO)!r})))
driver = nornir.inventory.hosts[GATEWAY].get_connection("citynet", nornir.config)
driver.lock("killed")
driver.stage(NOTHING)
from citynet.deploy.driver import Confirm
print("go", flush=True)
driver.commit(Confirm("killed", 8))
print("done", flush=True)
"""


MOMENTS = {
    "the way back is written": "[ -d commit ]",
    "FRR is given its part": "[ -s /run/citynet.vtysh ] || [ -e commit/new.json ]",
    "its time runs": "[ -e commit/new.json ]",
}
"""What is seen on a router that is changed, in this order."""


@pytest.mark.parametrize("seen", MOMENTS)
def test_citynet_is_killed_in_the_middle_of_a_commit(
    seen: str, box: Box, old: dict[str, object]
) -> None:
    wait = f"cd /var/lib/citynet; until {MOMENTS[seen]}; do sleep 0.02; done"
    with subprocess.Popen([sys.executable, "-c", COMMIT], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"go\n"
        box.run(wait)
        process.send_signal(signal.SIGKILL)
    assert until(lambda: not box.processes(HOLDER), 20)
    time.sleep(1)
    assert until(lambda: not box.waits(), NEEDS)
