"""A commit that waits on the device: what its watcher costs meanwhile, and what it sees."""

import time
from collections.abc import Callable

import pytest

from plugins.frr import guard, pending
from plugins.frr.pending import Store
from tests.plugins.frr.test_guard import Device, device

__all__ = ["device"]


class Clock:
    """Time that only sleeping moves; `at` is what happens so many seconds after its start."""

    def __init__(self, patch: pytest.MonkeyPatch, at: dict[float, Callable[[], object]]) -> None:
        self.now, self.slept = 1000.0, 0
        self._at = {1000.0 + second: do for second, do in at.items()}
        patch.setattr(guard, "now", lambda: self.now)
        patch.setattr(pending, "now", lambda: self.now)
        patch.setattr(time, "sleep", self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += 1
        for second in [each for each in self._at if each <= self.now]:
            self._at.pop(second)()


def test_waiting_costs_next_to_nothing(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, reads = Clock(monkeypatch, {}), 0
    read = Store.read

    def counted(self: Store, name: str) -> object:
        nonlocal reads
        reads += 1
        return read(self, name)

    device.begin()
    device.ready(600)
    monkeypatch.setattr(Store, "read", counted)
    device.call("watch")
    assert clock.now == pytest.approx(1600.0)
    assert device.runs == "old"
    assert clock.slept >= 500, "it looks every second"
    assert reads < 50, "and reads no file then"


@pytest.mark.parametrize(
    ("words", "runs", "ended"),
    [
        (("extend", "r1", "600"), "old", 1700.0),
        (("extend", "r1", "10"), "old", 1110.0),
        (("confirm", "r1"), "new", 1100.0),
        (("back", "r1"), "old", 1100.0),
    ],
)
def test_what_another_command_decides_is_seen_at_once(
    device: Device,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    runs: str,
    ended: float,
) -> None:
    clock = Clock(monkeypatch, {100.0: lambda: device.call(*words)})
    device.begin()
    device.ready(600)
    device.call("watch")
    assert (device.runs, device.store.phase()) == (runs, None)
    assert clock.now == pytest.approx(ended, abs=2 * guard.CALM)
