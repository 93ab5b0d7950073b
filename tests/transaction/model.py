"""A network of the smallest devices that can do everything that may go wrong, and an oracle.

The oracle decides what fails; `explore` lets it try every combination. Time is a number that
only `pause` and the oracle move. A crash of citynet is an exception that nothing catches.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from citynet.errors import CitynetError
from citynet.transaction.ending import Terms, Verdict
from citynet.transaction.protocol import transact
from citynet.transaction.settle import history, settle
from citynet.transaction.words import (
    NOTHING,
    Answer,
    Begun,
    Decided,
    Decision,
    How,
    JournalError,
    Outcome,
    Record,
    Runs,
    Step,
)

TERMS = Terms(within=100.0, doubt=50.0, patience=3.0, again=1.0, margin=1.0)
RUN = "run-1"
SLOW = 3
"""So many times its timer a step may take while the timers of others are renewed."""
REFUSABLE = (Step.LOCK, Step.STAGE, Step.VALIDATE, Step.COMMIT_AT_ONCE, Step.EXTEND, Step.CONFIRM)
PENDING = (Step.RENEW, Step.COMPARE, Step.EXTEND, Step.CONFIRM, Step.ROLL_BACK)
COMPARED = (Step.COMPARE, Step.EXTEND, Step.CONFIRM)
"""Before these another may change what runs."""
WAYS = dict.fromkeys(REFUSABLE, 5) | {Step.COMMIT: 6, Step.REDO: 7}
"""Any step may be answered, or lost before or after, or meet a restart. The next may be refused,
the last two still be carried out when their session is lost, the very last be gone."""


class CrashError(BaseException):
    """citynet was killed."""


class DefectError(Exception):
    """citynet itself is wrong."""


class Oracle:
    """Choices: as in `prefix`, then always the first, which is that nothing goes wrong."""

    def __init__(self, prefix: Sequence[int], faults: int) -> None:
        self.taken: list[tuple[int, int]] = []
        self._prefix = prefix
        self.faults = faults

    def choose(self, count: int) -> int:
        """One of `count` ways; each but the first is a fault, of which there are so many."""
        if self.faults <= 0 or count < 2:
            return 0
        at = len(self.taken)
        chosen = self._prefix[at] if at < len(self._prefix) else 0
        self.taken.append((chosen, count))
        self.faults -= chosen > 0
        return chosen


def choices(run: Callable[[Oracle], None], faults: int) -> Iterator[Oracle]:
    """Run with every combination of at most so many faults."""
    prefix: list[int] = []
    while True:
        oracle = Oracle(prefix, faults)
        run(oracle)
        yield oracle
        taken = oracle.taken
        while taken and taken[-1][0] + 1 >= taken[-1][1]:
            taken.pop()
        if not taken:
            return
        prefix = [chosen for chosen, _ in taken]
        prefix[-1] += 1


@dataclass
class Device:
    """Runs `old` or `new`; a commit waits until `deadline`; `late` is one still on its way.

    `gone`: its change is no longer known. `edited`: the step before which another has changed
    what runs while its commit waited.
    """

    timer: bool = True
    running: str = "old"
    deadline: float | None = None
    confirmed: bool = False
    late: float | None = None
    gone: bool = False
    edited: Step | None = None

    def tick(self, now: float) -> None:
        """The timer."""
        if self.deadline is not None and now >= self.deadline:
            self.running, self.deadline = "old", None

    def reboot(self) -> None:
        """What was not confirmed is gone."""
        if self.deadline is not None:
            self.running, self.deadline = "old", None
        self.late = None

    def arrive(self, now: float) -> None:
        """A commit that was on its way is carried out."""
        if self.late is not None:
            self.running, self.deadline, self.late = "new", now + self.late, None

    def do(self, step: Step, now: float, within: float) -> Answer:
        """Carry out a step, as a device that works does."""
        if step in (Step.COMMIT, Step.REDO):
            self.running, self.deadline = "new", now + within
        elif step is Step.COMMIT_AT_ONCE:
            self.running, self.deadline, self.confirmed = "new", None, True
        elif step in PENDING:
            return self._pending(step, now, within)
        elif step is Step.READ:
            self.late = None  # it holds the lock: the session that was lost has ended
        return Answer(How.DONE, fingerprint=self.running, timer=self.timer)

    def _pending(self, step: Step, now: float, within: float) -> Answer:
        if self.deadline is None:
            return Answer(How.NOT_PENDING)
        if step in (Step.RENEW, Step.COMPARE, Step.EXTEND):
            self.deadline = now + within
        elif step is Step.CONFIRM:
            self.deadline, self.confirmed = None, True
        else:
            self.running, self.deadline = "old", None
        return Answer(How.DONE, fingerprint=self.running)


@dataclass
class Model:
    """Implements `Network`. `kept` is set once a decision to keep is on disk."""

    oracle: Oracle
    devices: dict[str, Device]
    terms: Terms = TERMS
    clock: float = 0.0
    records: list[Record] = field(default_factory=list)
    kept: bool = False
    dead: frozenset[str] = frozenset()

    def ask(
        self,
        step: Step,
        devices: Sequence[str],
        *,
        within: float = 0.0,
        waiting: Sequence[str] = (),
        runs: Mapping[str, str] = NOTHING,
    ) -> Mapping[str, Answer]:
        self._between(self.terms.within + 1)
        answers = {name: self._one(step, name, within, runs.get(name, "")) for name in devices}
        timed = answers if step is Step.COMMIT else {}
        done = [name for name, each in timed.items() if each.how is How.DONE]
        if done or waiting:
            answers |= self._slow((*waiting, *done), within)
        self._between(0.6 * self.terms.doubt)
        return answers

    def _slow(self, waiting: Sequence[str], within: float) -> Mapping[str, Answer]:
        """A step takes much longer than a timer; those that are renewed all along do not see it.

        A renewal may be lost, or its answer, or meet a restart. The first two are lost for as
        long as the step takes, or until half of the time is over.
        """
        if not self.oracle.choose(2):
            return {}
        return self.renewed({name: self.oracle.choose(4) for name in waiting}, within)

    def renewed(self, ways: Mapping[str, int], within: float) -> Mapping[str, Answer]:
        """`ways`: 0 renewed all along, 1 lost, 2 its answers lost, 3 restarted."""
        for name, way in ways.items():
            self.devices[name].reboot() if way == 3 else None
        end = self.clock + SLOW * within
        for name, way in ways.items():
            device = self.devices[name]
            if way in (0, 2) and device.deadline is not None and device.deadline > self.clock:
                device.deadline = end + within
        self._pass(end - self.clock)
        gone = {n: Answer(How.NOT_PENDING) for n in ways if self.devices[n].deadline is None}
        return {n: Answer(How.LOST) for n, way in ways.items() if way in (1, 2)} | gone

    def _between(self, seconds: float) -> None:
        """Nothing, citynet is killed, or so much time passes."""
        what = self.oracle.choose(3)
        if what == 1:
            raise CrashError
        if what == 2:
            self._pass(seconds)

    def _pass(self, seconds: float) -> None:
        self.clock += seconds
        for each in self.devices.values():
            each.tick(self.clock)

    def _one(self, step: Step, name: str, within: float, runs: str) -> Answer:
        if name in self.dead:
            return Answer(How.LOST)
        device = self.devices[name]
        if device.late is not None and self.oracle.choose(2):
            device.arrive(self.clock)
        if step in COMPARED and device.deadline is not None and self.oracle.choose(2):
            device.running, device.edited = "other", device.edited or step
        what = self.oracle.choose(WAYS.get(step, 4))
        if what in (1, 3):  # the request was lost, or its device restarted
            device.reboot() if what == 3 else None
            return Answer(How.LOST)
        if what == 4:
            return Answer(How.REFUSED, "no")
        if what == 5:
            device.late = within
            return Answer(How.LOST)
        if what == 6:
            device.gone = True
            return Answer(How.GONE)
        answer = device.do(step, self.clock, within)
        if answer.how is How.DONE and runs and device.running != runs:
            answer = Answer(How.MOVED)
        return Answer(How.LOST) if what == 2 else answer

    def note(self, record: Record) -> None:
        what = self.oracle.choose(5)
        if what == 1:
            raise CrashError
        if what == 2:
            raise JournalError("the disk is full")
        if what == 4:
            self._keep(record)
            raise JournalError("it is there, but the disk said otherwise")
        self._keep(record)
        if what == 3:
            raise CrashError

    def _keep(self, record: Record) -> None:
        self.records.append(record)
        if isinstance(record, Decided):
            self.kept = record.decision is Decision.KEEP
            self._in_time()

    def _in_time(self) -> None:
        """Who still waits when it is decided has half of its last time left to be told.

        A device that another had changed before it was compared is not kept.
        """
        assert not self.kept or all(
            each.edited is not Step.COMPARE for each in self.devices.values()
        )
        waiting = [each.deadline for each in self.devices.values() if each.deadline is not None]
        assert not self.kept or all(each - self.clock >= self.terms.doubt / 2 for each in waiting)

    def look(self) -> None:
        pass

    def ill(self, waiting: Sequence[str], within: float) -> Sequence[str]:
        lost = self._slow(waiting, within)
        if lost:
            return tuple(lost)
        what = self.oracle.choose(4)
        if what == 2:
            raise CitynetError("nothing can be measured: the lab is gone")
        if what == 3:
            raise DefectError
        return ("a session is down",) if what else ()

    def stopped(self) -> str:
        return "interrupted" if self.oracle.choose(2) else ""

    def now(self) -> float:
        return self.clock

    def date(self) -> str:
        return str(self.clock)

    def pause(self, seconds: float, until: float = 0.0) -> None:
        self._pass(seconds)


def begun(devices: Mapping[str, Device]) -> Begun:
    waves = tuple((name,) for name in devices)
    return Begun(RUN, "model", "somebody", "inventory/model", waves, TERMS.within, "0")


@dataclass
class Story:
    """One run from its beginning to the end, however often citynet is killed in between."""

    oracle: Oracle
    devices: dict[str, Device]
    act: Callable[..., Verdict] = transact

    def play(self) -> None:
        """Raises `AssertionError` where the protocol breaks its word."""
        model = Model(self.oracle, self.devices)
        at_once = frozenset(name for name, each in self.devices.items() if not each.timer)
        terms = replace(TERMS, at_once=at_once)
        verdict = self._first(model, terms)
        while verdict is None:
            verdict = self._again(model)
        self._true(model, verdict)
        if verdict.outcome is Outcome.OPEN:
            self._given_up(model, verdict)
            verdict = self._calm(model)
        self._end(model, verdict)

    def _first(self, model: Model, terms: Terms) -> Verdict | None:
        try:
            return self.act(begun(self.devices), model, terms)
        except CrashError:
            return None
        except DefectError:
            assert not model.kept
            return None
        except JournalError:
            assert all(each.running == "old" for each in self.devices.values())
            return Verdict(Outcome.BACK, dict.fromkeys(self.devices, Runs.OLD))

    def _again(self, model: Model) -> Verdict | None:
        """Someone resumes or aborts, or nobody does for a long time first."""
        if self.oracle.choose(2):
            self._alone(model)
        if not model.records:
            return Verdict(Outcome.BACK, dict.fromkeys(self.devices, Runs.OLD))
        past = history(model.records)
        assert not past.over or all(each.deadline is None for each in self.devices.values())
        if past.over:
            assert past.ended is not None
            return Verdict(past.ended.outcome, past.ended.runs)
        keep = past.decided is not None and past.decided.decision is Decision.KEEP
        abort = not keep and bool(self.oracle.choose(2))
        try:
            return settle(past, model, TERMS, abort=abort)
        except CrashError:
            return None

    def _alone(self, model: Model) -> None:
        """Nobody comes for a long time; nobody is needed for going back."""
        model.pause(1000.0)
        if not model.kept:
            assert all(each.running == "old" for each in self.devices.values() if each.timer)

    def _given_up(self, model: Model, verdict: Verdict) -> None:
        """Who is unknown never answers again: without them it is over, and the others are whole."""
        dead = frozenset(name for name, each in verdict.runs.items() if each is Runs.UNKNOWN)
        other = replace(
            model,
            oracle=Oracle((), 0),
            devices={name: replace(each) for name, each in self.devices.items()},
            records=list(model.records),
            dead=dead,
        )
        began = other.clock
        found = settle(history(other.records), other, TERMS, abort=False, without=dead)
        assert found.outcome is not Outcome.OPEN, found
        assert {name for name, each in found.runs.items() if each is Runs.UNKNOWN} <= dead
        assert other.clock - began <= 2 * TERMS.again, "nobody waits for the dead"
        alive = Story(other.oracle, {n: d for n, d in other.devices.items() if n not in dead})
        alive._true(other, replace(found, runs={n: found.runs[n] for n in alive.devices}))
        assert history(other.records).over

    def _calm(self, model: Model) -> Verdict:
        """Nothing fails any more, the timers have gone off, and somebody resumes the run."""
        self.oracle.faults = 0
        self._alone(model)
        return settle(history(model.records), model, TERMS, abort=False)

    def _true(self, model: Model, verdict: Verdict) -> None:
        """What is said of each device is so, now and once all timers have gone off."""
        for name, said in verdict.runs.items():
            device = self.devices[name]
            if said in (Runs.OLD, Runs.NEW):
                assert device.running == said, (name, said, device)
                assert device.deadline is None, (name, said, device)
                assert device.late is None, (name, said, device)
            if said is Runs.OTHER and device.timer:
                assert device.running == "other", (name, device)
        if not model.kept:
            assert not any(each.confirmed for each in self.devices.values() if each.timer)

    def _end(self, model: Model, verdict: Verdict) -> None:
        """All have it or none, or it is said which do not and why that is so."""
        model.pause(1000.0)
        late = [each for each in self.devices.values() if each.running == "other"]
        whole = [d for d in self.devices.values() if d.timer and not d.gone and d not in late]
        assert len({each.running for each in whole}) <= 1, (verdict, self.devices)
        every = {each.running for each in self.devices.values()}
        assert verdict.outcome in (Outcome.KEPT, Outcome.BACK, Outcome.SPLIT), verdict
        if verdict.outcome is not Outcome.SPLIT:
            assert every == {"new" if verdict.outcome is Outcome.KEPT else "old"}, verdict
        else:
            assert late or any(not each.timer or each.gone for each in self.devices.values())
