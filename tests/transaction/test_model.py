"""Every interleaving of so many faults: lost requests, lost answers, late commits, refusals,
restarts, timers that go off, a full disk, and citynet killed at any point and settled again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citynet.transaction.ending import Terms, Verdict
from citynet.transaction.protocol import transact
from citynet.transaction.words import (
    Answer,
    Begun,
    Committing,
    How,
    Network,
    Outcome,
    Record,
    Step,
)
from tests.transaction import model
from tests.transaction.model import Device, Model, Oracle, Story, choices

pytestmark = pytest.mark.thorough


def stories(timers: Sequence[bool], faults: int) -> int:
    """How many stories there are of these devices with at most so many faults."""

    def play(oracle: Oracle) -> None:
        Story(oracle, {f"d{n}": Device(timer=each) for n, each in enumerate(timers)}).play()

    return sum(1 for _ in choices(play, faults))


@pytest.mark.parametrize(
    ("timers", "faults", "least"),
    [
        ((True, True), 1, 100),
        pytest.param((True, True), 3, 50_000, marks=pytest.mark.campaign),
        pytest.param((True, False), 3, 50_000, marks=pytest.mark.campaign),
        ((False, False), 2, 2_000),
        ((True, True, True), 2, 5_000),
    ],
)
def test_every_interleaving(timers: tuple[bool, ...], faults: int, least: int) -> None:
    assert stories(timers, faults) > least


@settings(max_examples=1500, deadline=None)
@given(
    st.lists(st.booleans(), min_size=1, max_size=5),
    st.lists(st.integers(0, 60), max_size=400),
    st.integers(3, 30),
)
def test_many_faults_on_more_devices(timers: list[bool], picks: list[int], faults: int) -> None:
    class Wild(Oracle):
        """Takes picks in turn; a pick beyond the choices is no fault."""

        def choose(self, count: int) -> int:
            self._prefix = [*self._prefix, 0]
            at = len(self.taken)
            if at < len(picks) and picks[at] < count:
                self._prefix = [*list(self._prefix)[:at], picks[at]]
            return super().choose(count)

    devices = {f"d{n}": Device(timer=each) for n, each in enumerate(timers)}
    Story(Wild([], faults), devices).play()


class Busy(Model):
    """Nothing fails, and every step beside which timers are renewed takes much longer than they."""

    def _slow(self, waiting: Sequence[str], within: float) -> Mapping[str, Answer]:
        return self.renewed(dict.fromkeys(waiting, 0), within)


def test_no_commit_is_too_slow() -> None:
    devices = {f"d{n}": Device() for n in range(3)}
    found = Busy(Oracle((), 0), devices)
    verdict = transact(model.begun(devices), found, model.TERMS)
    assert verdict.outcome is Outcome.KEPT, verdict
    assert found.clock > 3 * len(devices) * model.TERMS.within


def test_a_timer_that_is_not_renewed_takes_all_back() -> None:
    class Idle(Busy):
        def _slow(self, waiting: Sequence[str], within: float) -> Mapping[str, Answer]:
            self.pause(model.SLOW * within)
            return {}

    devices = {f"d{n}": Device() for n in range(3)}
    verdict = transact(model.begun(devices), Idle(Oracle((), 0), devices), model.TERMS)
    assert verdict.outcome is Outcome.BACK, verdict


@dataclass
class Late(Busy):
    """Its devices do not answer in time `times`, when they are asked to `step`."""

    step: Step = Step.EXTEND
    times: int = 1
    quick: bool = False

    def ask(self, step: Step, devices: Sequence[str], **more: Any) -> Mapping[str, Answer]:
        if step is self.step and self.times:
            self.times -= 1
            return {**super().ask(step, devices, **more), devices[0]: Answer(How.LOST)}
        return super().ask(step, devices, **more)

    def _slow(self, waiting: Sequence[str], within: float) -> Mapping[str, Answer]:
        return {} if self.quick else super()._slow(waiting, within)


@pytest.mark.parametrize(
    ("step", "times", "quick", "outcome"),
    [
        (Step.EXTEND, 1, False, Outcome.KEPT),
        (Step.EXTEND, 2, False, Outcome.KEPT),
        (Step.EXTEND, 3, False, Outcome.BACK),
        (Step.EXTEND, 1, True, Outcome.BACK),
        (Step.RENEW, 30, False, Outcome.KEPT),
        (Step.RENEW, 1000, False, Outcome.BACK),
    ],
)
def test_slow_devices_are_waited_for(
    step: Step, times: int, outcome: Outcome, *, quick: bool
) -> None:
    devices = {f"d{n}": Device() for n in range(3)}
    found = Late(Oracle((), 0), devices, step=step, times=times, quick=quick)
    verdict = transact(model.begun(devices), found, model.TERMS)
    assert verdict.outcome is outcome, verdict


class NoLock(Device):
    """Reads without waiting for the session that was lost."""

    def do(self, step: Step, now: float, within: float) -> Answer:
        late = self.late
        answer = super().do(step, now, within)
        self.late = late
        return answer


class NoTimer(Device):
    """Its timer never goes off."""

    def tick(self, now: float) -> None:
        pass


class Deaf(Device):
    """Says that it rolled back, and did not."""

    def do(self, step: Step, now: float, within: float) -> Answer:
        if step is Step.ROLL_BACK and self.deadline is not None:
            return Answer(How.DONE, fingerprint="old")
        return super().do(step, now, within)


class Forgetful(Model):
    """Says that it wrote down who is about to commit, and did not."""

    def note(self, record: Record) -> None:
        if not isinstance(record, Committing):
            super().note(record)


def blind(begun: Begun, network: Network, terms: Terms) -> Verdict:
    """Does not compare what devices run with what they committed."""

    @dataclass
    class Blind:
        inner: Network

        def __getattr__(self, name: str) -> object:
            return getattr(self.inner, name)

        def ask(self, step: Step, devices: Sequence[str], **more: Any) -> Mapping[str, Answer]:
            return self.inner.ask(step, devices, **{**more, "runs": {}})

    return transact(begun, Blind(network), terms)  # type: ignore[arg-type]  # the rest is inner's


def hasty(begun: Begun, network: Network, terms: Terms) -> Verdict:
    """Confirms before it decides."""

    @dataclass
    class Hasty:
        inner: Network

        def __getattr__(self, name: str) -> object:
            return getattr(self.inner, name)

        def ask(self, step: Step, devices: Sequence[str], **more: Any) -> Mapping[str, Answer]:
            return self.inner.ask(Step.CONFIRM if step is Step.EXTEND else step, devices, **more)

    return transact(begun, Hasty(network), terms)  # type: ignore[arg-type]  # the rest is inner's


@pytest.mark.parametrize("device", [NoLock, NoTimer, Deaf])
def test_a_device_that_breaks_its_word_is_found(device: type[Device]) -> None:
    def play(oracle: Oracle) -> None:
        Story(oracle, {"d0": device(), "d1": device()}).play()

    broken(play)


@pytest.mark.parametrize("protocol", [hasty, blind])
def test_a_protocol_that_is_wrong_is_found(protocol: Callable[..., Verdict]) -> None:
    def play(oracle: Oracle) -> None:
        Story(oracle, {"d0": Device(), "d1": Device()}, protocol).play()

    broken(play)


def test_committing_before_it_is_on_disk_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "Model", Forgetful)

    def play(oracle: Oracle) -> None:
        Story(oracle, {"d0": Device(), "d1": Device()}).play()

    broken(play)


def broken(play: Callable[[Oracle], None]) -> None:
    with pytest.raises(AssertionError):
        for _ in choices(play, 2):
            pass
