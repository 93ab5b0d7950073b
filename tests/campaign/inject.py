"""Faults of a fleet: each waits for its moment, happens once, and is noted."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from citynet.lab.host import NodeAccess
from citynet.netconf.reply import RpcError
from tests.campaign.case import Case, Fault, Kind, Phase
from tests.campaign.city import shape
from tests.campaign.fleet import Fleet
from tests.campaign.own import OWN, RECORDS, to_citynet
from tests.campaign.run import Run
from tests.campaign.stage import Rival
from tests.campaign.truth import Truth, Wanted
from tests.netconf.fake import (
    Drop,
    Event,
    FakeDevice,
    Garbage,
    Habit,
    Kill,
    Refuse,
    Restart,
    Wait,
)
from tests.netconf.fake import faults as fake
from tests.netconf.fake.device import STARTUP, Client
from tests.netconf.fake.lies import Lies, less

OPERATIONS: Mapping[str, Phase] = {
    "lock": Phase.LOCK,
    "edit-config": Phase.STAGE,
    "validate": Phase.VALIDATE,
    "commit confirmed": Phase.COMMIT,
    "commit again": Phase.EXTEND,
    "commit confirming": Phase.CONFIRM,
    "cancel-commit": Phase.BACK,
}
GONE = 45.0
"""Seconds: longer than citynet asks a device again."""
NEAR, LAG = 0.25, 0.03
NONSENSE = (b"\n#9\n<rpc-repl\n##\n", b"no NETCONF at all", b"\n#4294967295\n<", b"")


class _Nobody:
    """Somebody else's session, which is not there to be cut."""

    def abort(self) -> None:
        pass


@dataclass
class FleetStage:
    """Implements `Stage`. What is private lives in the devices' thread."""

    fleet: Fleet
    names: tuple[str, ...]
    armed: list[Fault]
    rival: Rival
    clock: Path
    timeout: float = 5.0
    run: Run | None = None
    fired: list[Fault] = field(default_factory=list)
    _committed: dict[str, int] = field(default_factory=dict)
    _extended: set[str] = field(default_factory=set)
    _again: set[str] = field(default_factory=set)

    @property
    def wanted(self) -> Mapping[str, Wanted]:
        return self.fleet.wanted

    @property
    def meddled(self) -> frozenset[str]:
        return self.fleet.meddled

    @property
    def liars(self) -> frozenset[str]:
        return self.fleet.liars

    @property
    def jump(self) -> None:
        return None

    def access(self) -> Mapping[str, NodeAccess]:
        return self.fleet.access()

    def truth(self) -> Mapping[str, Truth]:
        return self.fleet.truth()

    def accept(self) -> None:
        self.fleet.do(self.fleet.accept)

    def begin(self) -> None:
        self.fleet.do(self._begin)

    def calm(self) -> None:
        self.fleet.do(self._calm)

    def _begin(self) -> None:
        """Before the run: what is so from the beginning."""
        for fault in [each for each in self.armed if each.kind is Kind.LOCKED]:
            self.armed.remove(fault)
            self.fired.append(fault)
            self._hold_lock(self.fleet.devices[self.names[fault.device]], fault)

    def _calm(self) -> None:
        """Nothing goes wrong any more."""
        self.armed.clear()
        for door in self.fleet.doors.values():
            door.calm()
        for device in self.fleet.devices.values():
            device.lies = Lies()
            for number in [n for n, one in device.sessions.items() if isinstance(one, _Nobody)]:
                device.left(number)

    def hook(self, event: Event) -> fake.Fault | None:
        """What happens to a request of a device."""
        phase = self._phase(event)
        for fault in self.armed:
            at = self.names[fault.device] == event.device
            if fault.kind in OWN and not (self.run and self.run.alive):
                continue  # nobody is there to be hit
            if at and fault.phase is phase and fault.after == (event.when == "after"):
                self.armed.remove(fault)
                self.fired.append(fault)
                return self._happens(fault, self.fleet.devices[event.device], event)
        return None

    def seen(self, record: str, last: str) -> None:
        """What happens once a record is on disk. In the run's own thread, which may be late:
        what is noted is how far the run had come by then.
        """
        for fault in [each for each in self.armed if each.phase is RECORDS.get(record)]:
            self.armed.remove(fault)
            if self._to_citynet(fault):
                self.fired.append(replace(fault, phase=RECORDS.get(last, fault.phase)))

    def _phase(self, event: Event) -> Phase | None:
        name = event.device
        if event.operation == "commit confirmed" and event.when == "before":
            self._committed[name] = event.session
            waits = self.fleet.devices[name].pending is not None
            (self._again.add if waits else self._again.discard)(name)
        again = event.operation == "commit confirmed" and name in self._again
        if event.operation == "commit again" or again:
            self._extended.add(name)
            return Phase.EXTEND
        if event.operation == "get-config":
            other = self._committed.get(name, event.session) != event.session
            return Phase.REACH if other and name not in self._extended else None
        return OPERATIONS.get(event.operation)

    # -- what happens -----------------------------------------------------------------------

    def _happens(self, fault: Fault, device: FakeDevice, event: Event) -> fake.Fault | None:
        if self._to_citynet(fault) or self._to_network(fault, device.name):
            killed = fault.kind is Kind.SERVER and Habit.KEPT in device.habits
            return Kill() if killed else None
        if fault.kind in (Kind.REFUSES, Kind.FULL, Kind.GARBAGE, Kind.SESSION, Kind.SLOW):
            return self._to_request(fault, event)
        return self._to_device(fault, device)

    def _to_citynet(self, fault: Fault) -> bool:
        run = self.run
        return run is not None and run.alive and to_citynet(fault, run, self.rival, self.clock)

    def _to_network(self, fault: Fault, name: str) -> bool:
        door = self.fleet.doors[name]
        match fault.kind:
            case Kind.HALF:
                door.half(fault.seconds + 2.0)
            case Kind.SERVER:
                door.shut(fault.seconds)
            case Kind.GONE:
                door.shut(GONE)
            case Kind.DROPPED:
                door.hold(fault.seconds)
            case Kind.DELAYED:
                for each in self.fleet.doors.values():
                    each.lag(LAG * fault.seconds)
            case Kind.HOST_KEY:
                door.cut()
                door.turn(self.fleet.impostor, fault.seconds + NEAR)
            case _:
                return False
        return True

    def _to_request(self, fault: Fault, event: Event) -> fake.Fault | None:
        if fault.kind is Kind.SLOW:
            return Wait(fault.seconds)
        if fault.kind is Kind.GARBAGE:
            return Garbage(NONSENSE[fault.device % len(NONSENSE)])
        if fault.kind is Kind.SESSION or event.when == "after":
            return Drop()  # an answer that is lost says no more than a refusal after the deed
        if fault.kind is Kind.FULL:
            return fake.disk_full()
        return Refuse((RpcError("operation-failed", "the campaign says no"),))

    def _to_device(self, fault: Fault, device: FakeDevice) -> fake.Fault | None:
        match fault.kind:
            case Kind.POWER:
                self.fleet.doors[device.name].shut(fault.seconds)
                return Restart()
            case Kind.EARLY:
                device.revert()
            case Kind.LATE:
                _late(device, fault.seconds + 5.0)
            case Kind.MEDDLED:
                self.fleet.meddle(device.name)
            case Kind.FOREIGN:
                self.fleet.edit(device.name, follows=fault.seconds > 1.0)
            case Kind.LIES if fault.phase is Phase.STAGE:
                device.lies = Lies(takes=less)
            case Kind.LIES:
                device.lies = Lies(runs=less)
            case Kind.PARTLY:
                self.fleet.liars |= {device.name}
                device.lies = Lies(cancels=lambda ran, old: less(old, ran))
            case _:
                raise AssertionError(fault)
        return None

    def _hold_lock(self, device: FakeDevice, fault: Fault) -> None:
        somebody: Client = _Nobody()
        number = device.joined(somebody, "somebody")
        stores = ["running", "candidate"]
        if STARTUP in device.capabilities and fault.seconds > 1.0:
            stores = ["running", "startup"]
        device.lock(number, stores[fault.after])
        loop = asyncio.get_running_loop()
        loop.call_later(fault.seconds + 1.0, device.left, number)


@contextmanager
def fleet_stage(case: Case, folder: Path, rival: Rival) -> Iterator[FleetStage]:
    """The fleet of a case."""
    made = shape(case)

    def hook(event: Event) -> fake.Fault | None:
        return stage.hook(event)

    like_netopeer2 = [made.names[each] for each in case.like_netopeer2]
    with Fleet(made, folder, hook, like_netopeer2) as fleet:
        stage = FleetStage(fleet, made.names, list(case.faults), rival, folder / "clock")
        yield stage


def _late(device: FakeDevice, seconds: float) -> None:
    waits = device.pending
    if waits is not None:
        waits.timer.cancel()
        loop = asyncio.get_running_loop()
        waits.timer = loop.call_at(waits.timer.when() + seconds, device.revert)
