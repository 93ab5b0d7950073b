"""Faults of real devices: each comes so long after a record of citynet's journal is on disk."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from citynet.lab.host import NodeAccess, SshJump
from tests.campaign.case import FROM_THE_START, Fault
from tests.campaign.own import OWN, RECORDS, to_citynet
from tests.campaign.run import Run, records
from tests.campaign.stage import Rival
from tests.campaign.truth import Truth, Wanted


class Breakable(Protocol):
    """A device that can be broken, and read without citynet."""

    def happens(self, fault: Fault) -> None:
        """Let it happen, and end by itself after its seconds; it may be called in any thread."""
        ...

    def calm(self) -> None:
        """Whatever happened is over."""
        ...

    def truth(self) -> Truth:
        """What it runs now."""
        ...


@dataclass
class RealStage:
    """Implements `Stage`."""

    devices: Mapping[str, Breakable]
    logins: Mapping[str, NodeAccess]
    wanted: Mapping[str, Wanted]
    armed: list[Fault]
    rival: Rival
    clock: Path
    timeout: float
    jump: SshJump | None = None
    run: Run | None = None
    fired: list[Fault] = field(default_factory=list)
    meddled: frozenset[str] = frozenset()
    liars: frozenset[str] = frozenset()
    _timers: list[threading.Timer] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _calm: bool = False

    def access(self) -> Mapping[str, NodeAccess]:
        return self.logins

    def truth(self) -> Mapping[str, Truth]:
        """Nobody is at work on them meanwhile."""
        with ThreadPoolExecutor(len(self.devices)) as pool:
            found = pool.map(lambda device: device.truth(), self.devices.values())
            return dict(zip(self.devices, found, strict=True))

    def begin(self) -> None:
        for fault in [each for each in self.armed if each.kind in FROM_THE_START]:
            self.armed.remove(fault)
            self.fired.append(fault)
            self._device(fault).happens(fault)

    def seen(self, record: str, last: str) -> None:
        for fault in [each for each in self.armed if each.phase is RECORDS.get(record)]:
            self.armed.remove(fault)
            if fault.delay:
                timer = threading.Timer(fault.delay, self._now, (fault, last))
                timer.daemon = True
                self._timers.append(timer)
                timer.start()
            else:
                self._now(fault, last)

    def _now(self, fault: Fault, last: str) -> None:
        """It happens while citynet is at work, or not at all; noted is how far it is by then."""
        with self._lock:
            run = self.run
            if self._calm or run is None or not run.alive:
                return
            written = records(run.file) if run.file else []
            far = RECORDS.get((written or [last])[-1], fault.phase)
            self.fired.append(replace(fault, phase=far))
        if fault.kind in OWN:
            to_citynet(fault, run, self.rival, self.clock)
        else:
            self._device(fault).happens(fault)

    def _device(self, fault: Fault) -> Breakable:
        names: Sequence[str] = tuple(self.devices)
        return self.devices[names[fault.device % len(names)]]

    def calm(self) -> None:
        with self._lock:
            self._calm = True
            self.armed.clear()
        for timer in self._timers:
            timer.cancel()
        with ThreadPoolExecutor(len(self.devices)) as pool:
            list(pool.map(lambda device: device.calm(), self.devices.values()))

    def accept(self) -> None:
        """Nobody else changes real devices here."""


def later(seconds: float, act: Callable[[], None]) -> None:
    """In a thread of its own."""
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
