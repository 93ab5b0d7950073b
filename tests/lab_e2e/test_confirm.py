"""A commit that waits on a Linux router, whatever dies: measured on real routers.

The gateway of the demo city has sessions, cables and neighbours; a router of its own, without
cables, is what can be restarted, have its disk filled and its clock set.
"""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from nornir.core import Nornir

from citynet.deploy.driver import Confirm, Driver, NotPendingError, Refused
from citynet.fleet.runner import fleet
from citynet.lab import api as labs
from citynet.lab.clab import container_name
from citynet.lab.host import LabHost
from citynet.pipeline import prepare, render
from citynet.render.artifact import Artifact
from plugins.frr.driver import FrrDriver
from tests.cities import DEMO, ROOT
from tests.lab_e2e.routers import Bare, Box, bare

pytestmark = pytest.mark.lab

GATEWAY = "x-gw1"
BARE = "citynet-confirm"
NOTHING = Artifact(GATEWAY, "frr", {"frr.conf": "hostname x\n", "linux.state": ""})
OLD_FILES = {
    "frr.conf": """log syslog informational
ip prefix-list before seq 5 permit 192.0.2.0/24
interface lo
 description before
exit
router bgp 65001
 bgp router-id 192.0.2.1
 neighbor 2001:db8::9 remote-as 65002
 neighbor 2001:db8::9 description before
exit
""",
    "linux.state": """sysctl net.ipv4.fib_multipath_hash_policy 1
link red type vrf table 1001
link port type dummy mtu 2000
link port.7 type vlan id 7 parent port mtu 1500 master red
address 192.0.2.1/32 dev lo
address 2001:db8:7::1/64 dev port.7
""",
    "nftables.nft": "table inet citynet-x {\n\tchain input {\n\t\ttcp dport 22 accept\n\t}\n}\n",
}
NEW_FILES = {
    "frr.conf": """log syslog informational
ip prefix-list after seq 5 permit 198.51.100.0/24
interface lo
 description after
exit
router bgp 65001
 bgp router-id 192.0.2.2
 neighbor 2001:db8::9 remote-as 65003
 neighbor 2001:db8::a remote-as 65004
exit
""",
    "linux.state": """sysctl net.ipv4.fib_multipath_hash_policy 2
sysctl net.ipv6.conf.all.seg6_flowlabel 1
link blue type vrf table 1001
link port type dummy mtu 3000
link port.8 type vlan id 8 parent port mtu 1600 master blue
address 192.0.2.2/32 dev lo
address 2001:db8:8::1/64 dev port.8
""",
    "nftables.nft": "table inet citynet-y {\n\tchain input {\n\t\ttcp dport 80 drop\n\t}\n}\n",
}
OLD, NEW = Artifact(BARE, "frr", OLD_FILES), Artifact(BARE, "frr", NEW_FILES)
NEEDS = 180.0
"""Seconds that going back may take on an emulated router of a crowded machine."""


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    lab = labs.find("demo")
    assert lab is not None, "`citynet lab up -i inventory/demo` and `citynet deploy` come first"
    with labs.attached(lab) as found:
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


@pytest.fixture
def old(box: Box) -> Iterator[dict[str, object]]:
    """What the gateway is before, and must be after."""
    assert not box.waits()
    measured = box.measure()
    yield measured
    assert settled(box, measured) == measured
    assert box.run("ls /var/lib/citynet /etc/frr | grep citynet-new").stdout == ""


@pytest.fixture(scope="module")
def router(host: LabHost) -> Iterator[Bare]:
    with bare(host, container_name("demo", GATEWAY), BARE) as made:
        answers = "vtysh -c 'show daemons'"
        assert until(lambda: "bgpd" in made.box.run(answers).stdout, 60)
        yield made


@pytest.fixture
def before(router: Bare) -> Iterator[dict[str, object]]:
    """The router without cables runs `OLD`, and has to in the end."""
    put(router, OLD)
    measured = router.box.measure()
    yield measured
    router.box.run("umount /var/lib/citynet")


def put(router: Bare, artifact: Artifact) -> None:
    driver = FrrDriver(router)
    if driver.stage(artifact):
        driver.commit()
    assert not driver.stage(artifact)


def until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.5)
    return found


def settled(box: Box, wanted: dict[str, object], seconds: float = NEEDS) -> dict[str, object]:
    """What the device is once nothing waits on it any more."""
    assert until(lambda: not box.waits(), seconds), box.run("ls -R /var/lib/citynet").stdout
    return box.measure()


def committed(driver: Driver, run: str, within: float, artifact: Artifact = NOTHING) -> None:
    driver.stage(artifact)
    driver.validate()
    driver.commit(Confirm(run, within))


# -- the gateway of the city ----------------------------------------------------------------


def test_time_runs_out_after_the_session_was_lost(
    box: Box, old: dict[str, object], sessions: Callable[[], Driver]
) -> None:
    driver = sessions()
    driver.lock("test")
    committed(driver, "lost", 6)
    driver.close()
    during = box.measure()
    assert during["frr"] != old["frr"]
    assert "citynet-" in str(old["tables"])
    assert "citynet-" not in str(during["tables"])
    assert during["links"] != old["links"]
    assert during["saved"] == old["saved"]
    assert during["daemons"] == old["daemons"]
    assert settled(box, old) == old
    with pytest.raises(NotPendingError, match=r"rolled back at .*its time ran out"):
        sessions().confirm("lost")


def test_time_runs_out_after_sshd_was_killed(
    box: Box, old: dict[str, object], sessions: Callable[[], Driver]
) -> None:
    committed(sessions(), "no-sshd", 6)
    assert box.kill("sshd") >= 3
    assert settled(box, old) == old
    assert until(lambda: box.run("pgrep -x sshd").stdout != "", 10)


def test_another_session_extends_and_confirms(
    box: Box, old: dict[str, object], sessions: Callable[[], Driver]
) -> None:
    committed(sessions(), "tonight", 6)
    sessions().extend(Confirm("tonight", 40))
    time.sleep(8)
    with pytest.raises(Refused, match=r"commit tonight waits for its confirmation, [23]\d s left"):
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
    committed(sessions(), "undo", 300)
    assert sessions().fingerprint() != first
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


@pytest.mark.parametrize("number", range(5))
def test_citynet_is_killed_in_the_middle_of_a_commit(
    number: int, box: Box, old: dict[str, object]
) -> None:
    delay = random.Random(number).uniform(0.3, 3.5)  # noqa: S311 - moments, not secrets
    with subprocess.Popen([sys.executable, "-c", COMMIT], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"go\n"
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
    assert until(lambda: box.run("pgrep -f '[t]imeout 3600 cat'").stdout == "", 20)
    time.sleep(1)
    assert settled(box, old) == old


# -- a router of its own --------------------------------------------------------------------


def test_it_is_another_router_in_between(router: Bare, before: dict[str, object]) -> None:
    driver = FrrDriver(router)
    committed(driver, "see", 300, NEW)
    during = router.box.measure()
    same = {name for name in before if before[name] == during[name]}
    assert same == {"saved", "daemons"}
    driver.roll_back("see")
    assert router.box.measure() == before


@pytest.mark.parametrize("how", ["once", "again and again"])
def test_whoever_watches_is_killed(how: str, router: Bare, before: dict[str, object]) -> None:
    committed(FrrDriver(router), "watched", 5, NEW)
    assert router.box.kill("citynet/guard") >= 2
    for _ in range(20 if how != "once" else 0):  # before, at, and after its time
        router.box.kill("citynet/guard")
        time.sleep(0.3)
    assert settled(router.box, before) == before


@pytest.mark.parametrize("number", range(4))
def test_whoever_goes_back_is_killed_half_way(
    number: int, router: Bare, before: dict[str, object]
) -> None:
    committed(FrrDriver(router), "halfway", 300, NEW)
    delay = 0.3 + 0.25 * number
    kill = f"sleep {delay}; kill -9 $(pgrep -f '[c]itynet/guard')"
    router.box.run(f"python3 -I /var/lib/citynet/guard back halfway >/dev/null & {kill}")
    assert settled(router.box, before) == before


def restart(router: Bare) -> None:
    router.box.host.run(["docker", "restart", "-t", "1", router.name], timeout=60)
    running = "pgrep -x watchfrr && vtysh -c 'show running-config'"
    assert until(lambda: router.box.run(running).status == 0, 60)


def without_daemons(measured: dict[str, object]) -> dict[str, object]:
    return {name: found for name, found in measured.items() if name != "daemons"}


def same_router(router: Bare, wanted: dict[str, object]) -> bool:
    return without_daemons(router.box.measure()) == without_daemons(wanted)


def test_a_restart_before_the_confirmation_gives_the_old_router(
    router: Bare, before: dict[str, object]
) -> None:
    committed(FrrDriver(router), "restarted", 300, NEW)
    restart(router)
    assert until(lambda: not router.box.waits(), NEEDS)
    assert until(lambda: same_router(router, before), NEEDS), router.box.measure()
    with pytest.raises(NotPendingError, match="the device restarted before it was confirmed"):
        FrrDriver(router).confirm("restarted")


def test_a_restart_after_the_confirmation_gives_the_new_router(
    router: Bare, before: dict[str, object]
) -> None:
    driver = FrrDriver(router)
    committed(driver, "kept", 300, NEW)
    driver.confirm("kept")
    new = router.box.measure()
    restart(router)
    assert until(lambda: same_router(router, new), NEEDS), router.box.measure()
    assert not FrrDriver(router).stage(NEW)


@pytest.mark.parametrize("jump", ["+1 day", "-1 day"])
def test_the_clock_jumps(jump: str, router: Bare, before: dict[str, object]) -> None:
    driver = FrrDriver(router)
    committed(driver, "clock", 12, NEW)
    began = time.monotonic()
    back = {"+1 day": "-1 day", "-1 day": "+1 day"}[jump]
    assert router.box.run(f"date -s '{jump}'").status == 0
    try:
        time.sleep(6)
        assert router.box.waits()
        assert settled(router.box, before) == before
        assert time.monotonic() - began > 10
    finally:
        router.box.run(f"date -s '{back}'")


def small_disk(router: Bare, size: str) -> None:
    """A small disk where commits are kept, with what is on it now."""
    script = (
        "cp -a /var/lib/citynet /var/lib/citynet.kept && "
        f"mount -t tmpfs -o size={size},mode=700 small /var/lib/citynet && "
        "cp -a /var/lib/citynet.kept/. /var/lib/citynet; rm -rf /var/lib/citynet.kept"
    )
    router.box.run(script)


def fill(router: Bare) -> None:
    script = "cat /dev/zero >/var/lib/citynet/zeros; df /var/lib/citynet | tail -1"
    assert "100%" in router.box.run(script).stdout


def test_a_full_disk_is_refused_before_anything_changes(
    router: Bare, before: dict[str, object]
) -> None:
    for size in ("600k", "4m"):  # full at the program, full at the way back
        small_disk(router, size)
        fill(router)
        driver = FrrDriver(router)
        driver.stage(NEW)
        with pytest.raises(Refused, match=r"No space left on device.*nothing was changed"):
            driver.commit(Confirm("full", 60))
        assert router.box.measure() == before
        assert not router.box.waits()
        router.box.run("umount /var/lib/citynet")


@pytest.mark.parametrize("then", ["roll back", "confirm", "wait"])
def test_a_disk_that_fills_while_a_commit_waits(
    then: str, router: Bare, before: dict[str, object]
) -> None:
    small_disk(router, "4m")
    driver = FrrDriver(router)
    committed(driver, "filled", 8 if then == "wait" else 120, NEW)
    during = router.box.measure()
    fill(router)
    if then == "confirm":
        driver.confirm("filled")
        now = router.box.measure()
        assert {**now, "saved": ""} == {**during, "saved": ""}
        assert now["saved"] != before["saved"]
        return
    if then == "roll back":
        driver.roll_back("filled")
    assert settled(router.box, before) == before
