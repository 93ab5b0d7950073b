"""A lab of containers in a virtual machine: three FRR routers and a twin, broken from beside.

What they run is asked of their own tools through docker, as somebody at the console would.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from citynet.deploy.driver import DeviceError, Driver, UnreachableError
from citynet.errors import CitynetError
from citynet.fleet.jump import Jump
from citynet.fleet.target import Target
from citynet.lab import api as labs
from citynet.lab.choose import open_host
from citynet.lab.clab import container_name
from citynet.lab.host import LabHost, NodeAccess
from citynet.netconf import rpc
from citynet.netconf.datastore import PENDING
from citynet.netconf.session import Timeouts, open_session
from citynet.pipeline import Prepared, prepare, render
from citynet.render.artifact import Artifact
from citynet.xml import parse_document
from citynet.yang.models import VARIABLE
from tests.campaign.case import Case, Fault, Kind
from tests.campaign.city import LAB, NAME, write_city
from tests.campaign.real import RealStage, later
from tests.campaign.stage import Rival
from tests.campaign.truth import Truth, Wanted
from tests.campaign.twins import UNTOLD, of_data, of_file
from tests.lab_e2e.routers import Box
from tests.speed import seconds
from tests.yang.models import MODELS

TIMEOUT = 60.0
TIMES = Timeouts(60.0, 60.0, 60.0)
TRIES = 8
STATE = "/var/lib/citynet"
DISK = "8m"
STARTUP = "/var/lib/citynet-twin/startup.xml"
SERVER = "server serve"
SAVED = f"sha256sum /etc/frr/frr.conf {STATE}/linux.state {STATE}/nftables.nft"
ASK = "; echo @@; ".join(
    (
        "vtysh -c 'show running-config' | grep -v '^Building'; ip -br address; nft -s list ruleset",
        SAVED,
        f"cd {STATE}; cat commit/deadline.json; ls -d reverting confirmed",
        "cat /proc/uptime",
    )
)
DAEMON = "/usr/lib/frr/bgpd"
WATCHED = "for i in $(seq 90); do vtysh -c 'show daemons' | grep -q bgpd && exit; sleep 1; done"
"""Waits until watchfrr has started it again."""
LAG = 0.1
SMALL_DISK = (
    f"grep -q ' {STATE} ' /proc/mounts && exit; mkdir -p -m 700 {STATE}; "
    f"cp -a {STATE} {STATE}.kept && "
    f"mount -t tmpfs -o size={DISK},mode=700 small {STATE} && "
    f"cp -a {STATE}.kept/. {STATE}; rm -rf {STATE}.kept"
)
"""A small disk of its own where commits are kept, so that it can be full."""


@dataclass
class Container:
    """A device of the lab, from outside."""

    target: Target
    host: LabHost
    old: Artifact
    names: dict[str, str] = field(default_factory=dict)
    _somebody: Driver | None = None

    @property
    def box(self) -> Box:
        return Box(self.host, container_name(NAME, self.target.name))

    def happens(self, fault: Fault) -> None:
        seconds, box = fault.seconds, self.box
        match fault.kind:
            case Kind.SLOW:
                self.host.run(["docker", "pause", box.container])
                later(seconds, self._unpause)
            case Kind.DROPPED:
                self._shape("loss 100%")
                later(seconds, self._unshape)
            case Kind.DELAYED:
                self._shape(f"delay {LAG * seconds * 1000:.0f}ms")
            case Kind.LOCKED:
                self._somebody = self.target.driver()
                self._somebody.lock("somebody")
                later(seconds, self._let_go)
            case _:
                self.own(fault)

    def own(self, fault: Fault) -> None:
        raise NotImplementedError

    def _unpause(self) -> None:
        self.host.run(["docker", "unpause", self.box.container])

    def _shape(self, how: str) -> None:
        """What the network does to its management port, told to the other end of its cable."""
        inside = "cat /sys/class/net/eth0/iflink"
        find = f"docker exec {self.box.container} {inside}"
        device = f"ip -o link | awk -F'[:@ ]+' -v i=$({find}) '$1==i {{print $2}}'"
        act = f"tc qdisc replace dev $d root netem {how}" if how else "tc qdisc del dev $d root"
        self.host.run(["sh", "-c", f"d=$({device}); {act}"])

    def _unshape(self) -> None:
        self._shape("")

    def _let_go(self) -> None:
        somebody, self._somebody = self._somebody, None
        if somebody is not None:
            with suppress(CitynetError):
                somebody.unlock()
                somebody.close()

    def calm(self) -> None:
        self._unpause()
        self._unshape()
        self._let_go()

    def put(self, artifact: Artifact) -> None:
        """Configure it, without the transaction."""
        driver = self.target.driver()
        try:
            driver.lock("the campaign")
            if driver.stage(artifact):
                driver.commit()
        finally:
            driver.close()

    def read(self) -> Truth:
        """Its digests, `kept` in words of its own."""
        raise NotImplementedError

    def truth(self) -> Truth:
        found = self.read()
        return Truth(found.running, self.names.get(found.kept, found.kept), found.until)


class Router(Container):
    """FRR on Linux."""

    def own(self, fault: Fault) -> None:
        box = self.box
        match fault.kind:
            case Kind.SESSION:
                box.kill("sshd-session")
            case Kind.SERVER:
                box.kill("sshd")
            case Kind.DAEMON:
                box.kill(DAEMON)
            case Kind.GUARD:
                box.kill("citynet/guard")
            case Kind.EARLY:
                run = f"$(cat {STATE}/commit/run)"
                box.run(f"python3 -I {STATE}/guard back {run} 'its clock jumped'")
            case Kind.FULL:
                box.run(f"cat /dev/zero >{STATE}/zeros")
                later(fault.seconds, self._empty)
            case _:
                raise AssertionError(fault)

    def calm(self) -> None:
        super().calm()
        self._empty()
        self.box.run(WATCHED)

    def _empty(self) -> None:
        self.box.run(f"rm -f {STATE}/zeros")

    def read(self) -> Truth:
        runs, saved, waits, uptime = self.box.run(ASK).stdout.split("@@\n")
        until = None
        if waits.strip():
            deadline = json.loads(waits.splitlines()[0]) if waits.startswith("{") else {}
            until = max(0.0, float(deadline.get("at", 0.0)) - float(uptime.split()[0]))
        return Truth(_sum(runs), _sum(saved), until)


class LabTwin(Container):
    """A twin. Its server is started again a second after it ended, as a device that restarts."""

    def own(self, fault: Fault) -> None:
        if fault.kind in (Kind.SERVER, Kind.POWER):
            self.box.kill(SERVER)
        elif fault.kind is Kind.SESSION:
            with open_session(self.target.name, self.target.access, self.target.tunnel, TIMES) as s:
                s.call(*(rpc.kill(str(int(s.id) - back)) for back in range(1, 4)))
        else:
            raise AssertionError(fault)

    def read(self) -> Truth:
        for _ in range(TRIES):
            with suppress(UnreachableError):
                return self._read()
            threading.Event().wait(2)
        raise DeviceError(f"{self.target.name} does not come back")

    def _read(self) -> Truth:
        name, access, tunnel = self.target.name, self.target.access, self.target.tunnel
        with open_session(name, access, tunnel, TIMES) as session:
            now, lock = session.call(rpc.get(rpc.RUNNING), rpc.lock(rpc.RUNNING))
        data = parse_document(now.text.encode()).child("data")
        assert data is not None, now
        kept = of_file(self.box.run(f"cat {STARTUP}").stdout.encode())
        waits = any(PENDING.search(each.message) for each in lock.errors)
        return Truth(of_data(data), kept, UNTOLD if waits else None)


def _sum(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:24]


# -- the lab ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bench:
    """The lab of all cases, and what its devices run before and after."""

    lab: labs.Lab
    devices: Mapping[str, Container]
    wanted: Mapping[str, Wanted]


def _up(folder: Path) -> labs.Lab:
    environment = {**os.environ, VARIABLE: str(MODELS)}
    city = write_city(folder / "lab", LAB, new=False)
    argv = [sys.executable, "-m", "citynet", "lab", "up", "-i", str(city)]
    subprocess.run(argv, env=environment, check=True)
    lab = labs.find(NAME)
    assert lab is not None
    return lab


def _devices(lab: labs.Lab, host: LabHost, old: Prepared) -> dict[str, Container]:
    jump = Jump(lab.jump) if lab.jump else None
    before = render(old)
    made: dict[str, Container] = {}
    for name in LAB.names:
        platform = old.house.platforms[old.facts[name].platform]
        kind = LabTwin if lab.topology and name in lab.twins else Router
        target = Target(name, platform, lab.nodes[name], jump)
        made[name] = kind(target, host, before[name])
    return made


def together(devices: Mapping[str, Container], artifacts: Mapping[str, Artifact]) -> None:
    """Configure all of them at once, without the transaction."""
    with ThreadPoolExecutor(len(devices)) as pool:
        list(pool.map(lambda name: devices[name].put(artifacts[name]), devices))


@cache
def bench() -> Bench:
    """Bring the lab up, and learn what its devices run."""
    with TemporaryDirectory(prefix="campaign-") as folder:
        lab = _up(Path(folder))
        host = open_host(lab.host, lab.folder, lab.name)  # until the process ends
        old = prepare(Path(folder) / "lab")
        new = prepare(write_city(Path(folder) / "new", LAB, new=True))
        devices = _devices(lab, host, old)
        for each in devices.values():
            each.calm()
            if isinstance(each, Router):
                done = each.box.run(SMALL_DISK)
                assert done.status == 0, done.stderr
        looks = []
        for prepared in (old, new, old):
            together(devices, render(prepared))
            looks.append({name: each.read() for name, each in devices.items()})
    for name, each in devices.items():
        before, after, again = (look[name] for look in looks)
        assert before == again, f"{name} is not the same after there and back: {before} {again}"
        each.names = {before.kept: before.running, after.kept: after.running}
    wanted = {n: Wanted(looks[0][n].running, looks[1][n].running) for n in devices}
    return Bench(lab, devices, wanted)


@contextmanager
def lab_stage(case: Case, folder: Path, rival: Rival) -> Iterator[RealStage]:
    """The lab, running what it ran before the change."""
    made = bench()
    together(made.devices, {name: each.old for name, each in made.devices.items()})
    stage = RealStage(
        devices=made.devices,
        logins=_logins(made.lab),
        wanted=made.wanted,
        armed=list(case.faults),
        rival=rival,
        clock=folder / "clock",
        timeout=seconds(TIMEOUT),
        jump=made.lab.jump,
    )
    try:
        yield stage
    finally:
        stage.calm()


def _logins(lab: labs.Lab) -> Mapping[str, NodeAccess]:
    return {name: lab.nodes[name] for name in LAB.names}


def end() -> None:
    """Take the lab down."""
    labs.down(NAME)
