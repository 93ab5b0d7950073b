"""A transaction's network as it is: devices through Nornir, a journal on disk, real clocks."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from nornir.core import Nornir
from nornir.core.task import Result, Task

from citynet.deploy.driver import (
    Capability,
    Change,
    Confirm,
    Driver,
    MovedError,
    NotPendingError,
    Refused,
    UnreachableError,
)
from citynet.deploy.work import Work
from citynet.errors import CitynetError
from citynet.fleet.connections import DRIVER, notes_of
from citynet.transaction.ending import Terms
from citynet.transaction.held import Patience, awaited, share
from citynet.transaction.marks import Marker
from citynet.transaction.retries import Retries
from citynet.transaction.words import NOTHING, Answer, Decided, How, Record, Renewing, Step

SLOWEST = 300.0
"""So many seconds a change may take that goes on alone; the device's timer is started after it."""
TIMED = (Step.COMMIT, Step.REDO, Step.RENEW, Step.COMPARE, Step.EXTEND)
"""What starts a device's timer."""
Write = Callable[[Record], None]
T = TypeVar("T")


def silent(sentence: str) -> None:
    """Say nothing."""


class Health(Protocol):
    """What is measured before and after a change."""

    def before(self) -> None:
        """Remember how it is."""
        ...

    def after(self) -> Sequence[str]:
        """What is wrong now; empty is healthy."""
        ...

    def down(self) -> Sequence[str]:
        """What `after` saw that is wanted, was not demanded, and is not there."""
        ...


class Reached:
    """No health but that of every transaction: that each device can be reached."""

    def before(self) -> None:
        """Nothing to remember."""

    def after(self) -> Sequence[str]:
        """Nothing more to be seen."""
        return ()

    def down(self) -> Sequence[str]:
        """Nothing was looked for."""
        return ()


@dataclass(frozen=True, slots=True)
class Job:
    """What a run asks of its devices. `work` has those that can be given their change."""

    run: str
    owner: str
    work: Mapping[str, Work]
    terms: Terms


@dataclass(slots=True)
class FleetNetwork:
    """Implements `Network`.

    `quiet` is the same fleet without processors, for what goes on beside a step; `say` gets a
    sentence of it. `locks`: devices are locked before they are asked to stage. `changes` and
    `refused` are what devices said, `armed` when the timer of each goes off at the latest,
    `renewed` when it was last started (monotonic seconds), `seconds` how long each was at work.
    `key`: that of the marks of what is staged (`citynet.transaction.marks`), empty for none.
    """

    fleet: Nornir
    job: Job
    write: Write
    health: Health = field(default_factory=Reached)
    interrupted: Callable[[], str] = str
    quiet: Nornir | None = None
    say: Callable[[str], None] = silent
    locks: bool = True
    renewed: dict[str, float] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    refused: dict[str, Refused] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    armed: dict[str, datetime] = field(default_factory=dict)
    key: bytes = b""
    _retries: Retries = field(init=False)
    _marker: Marker = field(init=False)

    def __post_init__(self) -> None:
        self._retries = Retries(self.say)
        self._marker = Marker(self.key, self.write, partial(notes_of, self.fleet))

    def ask(
        self,
        step: Step,
        devices: Sequence[str],
        *,
        within: float = 0.0,
        waiting: Sequence[str] = (),
        runs: Mapping[str, str] = NOTHING,
    ) -> Mapping[str, Answer]:
        """Ask them at once, as many as the fleet's runner does; a lost session is forgotten."""
        if not devices:
            return {}
        quiet = self._retries.quiet(step)
        fleet = (self.quiet or self.fleet) if quiet else self.fleet
        work = partial(self._ask, fleet, step, devices, within, runs)
        if step is Step.COMMIT or waiting:
            answers, missed = self._meanwhile(work, (*waiting, *devices), within)
            return {**answers, **missed}
        answers = work()
        self._retries.heard(step, answers)
        if step in (Step.STAGE, Step.REDO):
            self._marker.mark(devices)
        return answers

    def _ask(
        self,
        fleet: Nornir,
        step: Step,
        devices: Sequence[str],
        within: float,
        runs: Mapping[str, str] = NOTHING,
    ) -> Mapping[str, Answer]:
        wanted = frozenset(devices)
        chosen = fleet.filter(filter_func=lambda host: host.name in wanted)
        done = chosen.run(
            task=self._one, name=str(step), on_failed=True, step=step, within=within, runs=runs
        )
        strange = Answer(How.FAILED, "the inventory has no such device any more")
        return dict.fromkeys(devices, strange) | {n: _answer(each[0]) for n, each in done.items()}

    def _meanwhile(
        self, work: Callable[[], T], waiting: Sequence[str], within: float
    ) -> tuple[T, Mapping[str, Answer]]:
        """Do `work` in a thread, and renew timers until it ends; who could not be renewed."""
        renewal = Renewal(self, frozenset(waiting), within)
        with ThreadPoolExecutor(1) as pool:
            doing = pool.submit(work)
            while not wait([doing], renewal.pause).done:
                renewal.turn()
            return doing.result(), renewal.missed

    def _one(self, task: Task, step: Step, within: float, runs: Mapping[str, str]) -> Result:
        name, began = task.host.name, time.monotonic()
        answer = self._answered(task, step, within, runs.get(task.host.name, ""))
        self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - began
        self._arm(name, step, answer, within)
        good = answer.how in (How.DONE, How.NOT_PENDING)
        said = answer if good else _Said(answer)
        changed = step in (Step.COMMIT, Step.COMMIT_AT_ONCE, Step.REDO, Step.ROLL_BACK) and good
        return Result(host=task.host, result=said, changed=changed, failed=not good)

    def _arm(self, name: str, step: Step, answer: Answer, within: float) -> None:
        """Note when its timer goes off at the latest; who did not answer may not have heard."""
        done = answer.how in (How.DONE, How.MOVED)
        now, until = time.monotonic(), datetime.now(UTC) + timedelta(seconds=within)
        if step in (Step.EXTEND, Step.RENEW, Step.COMPARE):
            shorter = step is Step.EXTEND and done
            self.armed[name] = until if shorter else max(until, self.armed.get(name, until))
        elif step in (Step.COMMIT, Step.REDO):
            self.armed[name] = until + timedelta(seconds=0.0 if done else SLOWEST)
        if done and step in TIMED:
            self.renewed[name] = now

    def _answered(self, task: Task, step: Step, within: float, runs: str) -> Answer:
        """Never raises what a device can cause."""
        name = task.host.name
        try:
            driver: Driver = task.host.get_connection(DRIVER, task.nornir.config)
            return self._do(driver, name, step, within, runs)
        except Refused as error:
            self.refused[name] = error
            return Answer(How.REFUSED, str(error))
        except NotPendingError as error:
            return Answer(How.NOT_PENDING, str(error))
        except MovedError as error:
            return Answer(How.MOVED, str(error))
        except UnreachableError as error:
            _forget(task)
            return Answer(How.LOST, str(error))
        except CitynetError as error:
            _forget(task)
            return Answer(How.FAILED, str(error))

    def _do(self, driver: Driver, name: str, step: Step, within: float, runs: str) -> Answer:
        simple: Mapping[Step, Callable[[], None]] = {
            Step.LOCK: partial(self._awaited, name, partial(driver.lock, self.job.owner)),
            Step.VALIDATE: driver.validate,
            Step.PROBE: driver.probe,
            Step.RENEW: lambda: driver.extend(self._confirm(within)),
            Step.EXTEND: lambda: driver.extend(self._confirm(within)),
            Step.COMPARE: lambda: driver.extend(self._confirm(within), runs),
            Step.CONFIRM: lambda: driver.confirm(self.job.run, runs),
            Step.ROLL_BACK: lambda: driver.roll_back(self.job.run),
            Step.UNLOCK: driver.unlock,
        }
        if step in simple:
            simple[step]()
            return Answer(How.DONE)
        if step is Step.STAGE:
            return self._stage(driver, name)
        if step is Step.REDO:
            return self._redo(driver, name, within)
        if step is Step.READ:
            driver.lock(self.job.owner)
        else:
            timed = step is Step.COMMIT
            driver.commit(self._confirm(within) if timed else None)
        return Answer(How.DONE, fingerprint=driver.fingerprint(last=step is not Step.READ))

    def _awaited(self, name: str, work: Callable[[], T]) -> T:
        """Do what may have to wait for an earlier run of ours to let go of the device."""
        seconds = self.job.terms.patience * share(self.job.run)
        return awaited(name, work, Patience(seconds, self.say, self.stopped))

    def _confirm(self, within: float) -> Confirm:
        return Confirm(self.job.run, within)

    def _stage(self, driver: Driver, name: str) -> Answer:
        work = self.job.work[name]
        stage = partial(driver.stage, work.artifact, additive=work.additive)
        change = stage() if self.locks else self._awaited(name, stage)
        self.changes[name] = change
        timer = Capability.CONFIRMED_COMMIT in driver.capabilities
        fingerprint = driver.fingerprint(last=True) if change else ""
        return Answer(How.DONE, fingerprint=fingerprint, changes=bool(change), timer=timer)

    def _redo(self, driver: Driver, name: str, within: float) -> Answer:
        """The change once more; it waits for its confirmation, which is asked for next.

        A device that has it all the same, for its next start as well, is as wanted.
        """
        work = self.job.work.get(name)
        if work is None:
            return Answer(How.GONE, "the inventory has changed since; deploy again")
        driver.lock(self.job.owner)
        if not driver.stage(work.artifact, additive=work.additive):
            return Answer(How.DONE, changes=False)
        driver.validate()
        driver.commit(self._confirm(within))
        driver.probe()
        return Answer(How.DONE)

    def renew(self, devices: Sequence[str], within: float) -> Mapping[str, Answer]:
        """Start timers again, beside a step that goes on. Raises `JournalError` before it does."""
        self.note(Renewing(self.date(), within))
        began = time.monotonic()
        answers = self._ask(self.quiet or self.fleet, Step.RENEW, devices, within)
        good = sum(each.how is How.DONE for each in answers.values())
        took = time.monotonic() - began
        self.say(f"{good}/{len(devices)} timers renewed, at {within:.0f} s ({took:.1f} s)")
        return answers

    def note(self, record: Record) -> None:
        """Write to the journal."""
        if isinstance(record, Decided):
            self._retries.over()
        self.write(record)

    def look(self) -> None:
        """Measure before."""
        self.health.before()

    def ill(self, waiting: Sequence[str], within: float) -> Sequence[str]:
        """Measure after, and keep the timers of `waiting` running meanwhile."""
        found, missed = self._meanwhile(self.health.after, waiting, within)
        lost = [f"{name} {each.how} ({Step.RENEW})" for name, each in sorted(missed.items())]
        return [*found, *lost]

    def stopped(self) -> str:
        """Whether a person asked to stop."""
        return self.interrupted()

    def now(self) -> float:
        """The monotonic clock."""
        return time.monotonic()

    def date(self) -> str:
        """The wall clock, in UTC."""
        return datetime.now(UTC).isoformat(timespec="seconds")

    def pause(self, seconds: float, until: float) -> None:
        """Sleep; what is asked after it once more is said by `Retries` alone."""
        self._retries.pause(until)
        time.sleep(seconds)


class Renewal:
    """Keeps timers running while something else takes long: `turn` is called every `pause`.

    A timer is started again when a quarter of its time is over. A device that says that nothing
    waits has `missed` it at once; one that does not answer when half of its time is over.
    """

    def __init__(self, network: FleetNetwork, waiting: frozenset[str], within: float) -> None:
        self._network = network
        self._waiting = waiting
        self._within = within
        self.pause = min(1.0, within / 16)
        self.missed: dict[str, Answer] = {}

    def turn(self) -> None:
        """Start the timers again that are due. Raises `JournalError`; then none is."""
        began = time.monotonic()
        renewed = self._network.renewed
        ages = {n: began - renewed[n] for n in sorted(self._waiting & renewed.keys())}
        due = [n for n, age in ages.items() if age >= self._within / 4 and n not in self.missed]
        if not due:
            return
        answers = self._network.renew(due, self._within)
        for name, each in answers.items():
            late = ages[name] + time.monotonic() - began >= self._within / 2
            if each.how is How.NOT_PENDING or (each.how is not How.DONE and late):
                self.missed[name] = each


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer that is bad news; its text is what processors show."""

    answer: Answer

    def __str__(self) -> str:
        return self.answer.message or str(self.answer.how)


def _answer(result: Result) -> Answer:
    found = result.result
    if isinstance(found, _Said):
        return found.answer
    if isinstance(found, Answer):
        return found
    said = str(result.exception or found).strip()  # a defect, still said of its device
    return Answer(How.FAILED, f"unexpected: {said.splitlines()[-1] if said else 'no result'}")


def _forget(task: Task) -> None:
    """The next step opens a new session."""
    host = task.host
    if DRIVER in host.connections:
        host.close_connection(DRIVER)
