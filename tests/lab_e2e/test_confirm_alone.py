"""A commit that waits on a Linux router without cables: restarted, filled up, set wrong.

It is made from the image of the demo city's routers, beside them.
"""

import time
from collections.abc import Iterator

import pytest

from citynet.deploy.driver import Confirm, DeviceError, NotPendingError, Refused
from citynet.lab.clab import container_name
from citynet.lab.host import LabHost
from citynet.render.artifact import Artifact
from plugins.frr.driver import FrrDriver
from tests.lab_e2e.routers import (
    GUARD,
    NEEDS,
    Bare,
    bare,
    committed,
    demo,
    settled,
    shorten,
    until,
)
from tests.speed import seconds

pytestmark = pytest.mark.lab

BARE = "citynet-confirm"
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
sysctl net.ipv6.seg6_flowlabel 1
link blue type vrf table 1001
link green type vrf table 1002
link port type dummy mtu 3000
link port.8 type vlan id 8 parent port mtu 1600 master blue
address 192.0.2.2/32 dev lo
address 2001:db8:8::1/64 dev port.8
""",
    "nftables.nft": "table inet citynet-y {\n\tchain input {\n\t\ttcp dport 80 drop\n\t}\n}\n",
}
OLD, NEW = Artifact(BARE, "frr", OLD_FILES), Artifact(BARE, "frr", NEW_FILES)


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    with demo() as found:
        yield found


@pytest.fixture(scope="module")
def router(host: LabHost) -> Iterator[Bare]:
    with bare(host, container_name("demo", "x-gw1"), BARE) as made:
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


def test_it_is_another_router_in_between(router: Bare, before: dict[str, object]) -> None:
    driver = FrrDriver(router)
    committed(driver, "see", 300, NEW)
    during = router.box.measure()
    same = {name for name in before if before[name] == during[name]}
    assert same == {"saved", "daemons"}
    driver.roll_back("see")
    assert router.box.measure() == before


@pytest.mark.parametrize("how", ["again and again", "without a keeper"])
def test_whoever_watches_is_killed(how: str, router: Bare, before: dict[str, object]) -> None:
    alone = how == "without a keeper"
    if alone:  # it sleeps, and nobody can call it
        router.box.run("rm /run/citynet/armed")
    committed(FrrDriver(router), "watched", 300, NEW)
    watchers = router.box.processes(GUARD)
    assert len(watchers) == (2 if alone else 1)
    router.box.run(f"kill -9 {watchers[0]}")
    shorten(router.box, "watched")
    for _ in range(0 if alone else 8):  # before, at, and after its time
        router.box.kill(GUARD)
        time.sleep(0.5)
    assert settled(router.box) == before
    if alone:
        assert router.box.kill("citynet-keeper") == 1
        assert until(lambda: router.box.run("test -p /run/citynet/armed").status == 0, 30)


def test_nobody_is_left_until_somebody_asks(router: Bare, before: dict[str, object]) -> None:
    router.box.run("rm /run/citynet/armed")  # the keeper sleeps, and nobody can call it
    driver = FrrDriver(router)
    committed(driver, "nobody", 300, NEW)
    assert router.box.kill(GUARD) == 2
    shorten(router.box, "nobody")
    time.sleep(4)
    assert router.box.waits()
    with pytest.raises(DeviceError, match="commit nobody is going back: its time ran out"):
        driver.confirm("nobody")
    assert settled(router.box) == before
    assert router.box.kill("citynet-keeper") == 1
    assert until(lambda: router.box.run("test -p /run/citynet/armed").status == 0, 30)


HALFWAY = {
    "one interface is back": "[ -e /sys/class/net/red ]",
    "FRR is given its part": "[ -s /run/citynet.vtysh ]",
}
"""What is seen on a router that goes back, in this order."""


@pytest.mark.parametrize("seen", HALFWAY)
def test_whoever_goes_back_is_killed_half_way(
    seen: str, router: Bare, before: dict[str, object]
) -> None:
    committed(FrrDriver(router), "halfway", 300, NEW)
    back = "cd /var/lib/citynet; python3 -I guard back halfway >/dev/null &"
    wait = f"until {HALFWAY[seen]}; do sleep 0.02; done"
    done = router.box.run(f"{back} {wait}; kill -9 $! $(pgrep -f '[c]itynet/guard'); ls -d rev*")
    assert "reverting" in done.stdout, "it was over before"
    assert settled(router.box) == before


def restart(router: Bare) -> None:
    router.box.host.run(["docker", "restart", "-t", "1", router.name], timeout=seconds(60))
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
    ahead = jump == "+1 day"
    driver = FrrDriver(router)
    committed(driver, "clock", 300, NEW)
    if not ahead:
        driver.extend(Confirm("clock", seconds(4)))
    back = {"+1 day": "-1 day", "-1 day": "+1 day"}[jump]
    assert router.box.run(f"date -s '{jump}'").status == 0
    try:
        if ahead:
            time.sleep(2)  # some looks at the time
            assert router.box.waits()
            driver.extend(Confirm("clock", 2))
        assert settled(router.box) == before
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


@pytest.mark.parametrize("then", ["confirm", "wait"])
def test_a_disk_that_fills_while_a_commit_waits(
    then: str, router: Bare, before: dict[str, object]
) -> None:
    small_disk(router, "4m")
    driver = FrrDriver(router)
    committed(driver, "filled", 300, NEW)
    during = router.box.measure()
    if then == "wait":
        driver.extend(Confirm("filled", seconds(4)))
    fill(router)
    if then == "confirm":
        driver.confirm("filled")
        now = router.box.measure()
        assert {**now, "saved": ""} == {**during, "saved": ""}
        assert now["saved"] != before["saved"]
        return
    assert settled(router.box) == before
