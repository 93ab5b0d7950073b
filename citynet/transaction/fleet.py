"""A transaction's network as it is: devices through Nornir, a journal on disk, real clocks."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from nornir.core import Nornir
from nornir.core.task import Result, Task

from citynet.deploy.driver import (
    Capability,
    Change,
    Confirm,
    Driver,
    NotPendingError,
    Refused,
    UnreachableError,
)
from citynet.deploy.work import Work
from citynet.errors import CitynetError
from citynet.transaction.protocol import Terms
from citynet.transaction.words import Answer, How, Record, Step

CONNECTION = "citynet"
SLOWEST = 300.0
"""So many seconds a change may take that goes on alone; the device's timer is started after it."""
Write = Callable[[Record], None]


class Health(Protocol):
    """What is measured before and after a change."""

    def before(self) -> None:
        """Remember how it is."""
        ...

    def after(self) -> Sequence[str]:
        """What is wrong now; empty is healthy."""
        ...


class Reached:
    """No health but that of every transaction: that each device can be reached."""

    def before(self) -> None:
        """Nothing to remember."""

    def after(self) -> Sequence[str]:
        """Nothing more to be seen."""
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

    `changes` and `refused` tell what devices said, `armed` when the timer of each goes off at
    the latest, `seconds` how long each was at work.
    """

    fleet: Nornir
    job: Job
    write: Write
    health: Health = field(default_factory=Reached)
    interrupted: Callable[[], str] = str
    changes: dict[str, Change] = field(default_factory=dict)
    refused: dict[str, Refused] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    armed: dict[str, datetime] = field(default_factory=dict)

    def ask(self, step: Step, devices: Sequence[str]) -> Mapping[str, Answer]:
        """Ask them at once, as many as the fleet's runner does; a lost session is forgotten."""
        if not devices:
            return {}
        wanted = frozenset(devices)
        chosen = self.fleet.filter(filter_func=lambda host: host.name in wanted)
        done = chosen.run(task=self._one, name=str(step), on_failed=True, step=step)
        strange = Answer(How.FAILED, "the inventory has no such device any more")
        return dict.fromkeys(devices, strange) | {n: _answer(each[0]) for n, each in done.items()}

    def _one(self, task: Task, step: Step) -> Result:
        name, began = task.host.name, time.monotonic()
        answer = self._answered(task, step)
        self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - began
        self._arm(name, step, answer)
        good = answer.how in (How.DONE, How.NOT_PENDING)
        said = answer if good else _Said(answer)
        changed = step in (Step.COMMIT, Step.COMMIT_AT_ONCE, Step.REDO, Step.ROLL_BACK) and good
        return Result(host=task.host, result=said, changed=changed, failed=not good)

    def _arm(self, name: str, step: Step, answer: Answer) -> None:
        """Note when its timer goes off at the latest; who did not answer may not have heard."""
        terms, done = self.job.terms, answer.how is How.DONE
        if step is Step.EXTEND:
            until = datetime.now(UTC) + timedelta(seconds=terms.doubt)
            self.armed[name] = until if done else max(until, self.armed.get(name, until))
        elif step in (Step.COMMIT, Step.REDO):
            longest = terms.within + (0.0 if done else SLOWEST)
            self.armed[name] = datetime.now(UTC) + timedelta(seconds=longest)

    def _answered(self, task: Task, step: Step) -> Answer:
        """Never raises what a device can cause."""
        name = task.host.name
        try:
            driver: Driver = task.host.get_connection(CONNECTION, task.nornir.config)
            return self._do(driver, name, step)
        except Refused as error:
            self.refused[name] = error
            return Answer(How.REFUSED, str(error))
        except NotPendingError as error:
            return Answer(How.NOT_PENDING, str(error))
        except UnreachableError as error:
            _forget(task)
            return Answer(How.LOST, str(error))
        except CitynetError as error:
            _forget(task)
            return Answer(How.FAILED, str(error))

    def _do(self, driver: Driver, name: str, step: Step) -> Answer:
        simple: Mapping[Step, Callable[[], None]] = {
            Step.LOCK: lambda: driver.lock(self.job.owner),
            Step.VALIDATE: driver.validate,
            Step.PROBE: driver.probe,
            Step.EXTEND: lambda: driver.extend(self._confirm(self.job.terms.doubt)),
            Step.CONFIRM: lambda: driver.confirm(self.job.run),
            Step.ROLL_BACK: lambda: driver.roll_back(self.job.run),
            Step.UNLOCK: driver.unlock,
        }
        if step in simple:
            simple[step]()
            return Answer(How.DONE)
        if step is Step.STAGE:
            return self._stage(driver, name)
        if step is Step.REDO:
            return self._redo(driver, name)
        if step is Step.READ:
            driver.lock(self.job.owner)
        else:
            timed = step is Step.COMMIT
            driver.commit(self._confirm(self.job.terms.within) if timed else None)
        return Answer(How.DONE, fingerprint=driver.fingerprint(last=step is not Step.READ))

    def _confirm(self, within: float) -> Confirm:
        return Confirm(self.job.run, within)

    def _stage(self, driver: Driver, name: str) -> Answer:
        work = self.job.work[name]
        change = driver.stage(work.artifact, additive=work.additive)
        self.changes[name] = change
        timer = Capability.CONFIRMED_COMMIT in driver.capabilities
        fingerprint = driver.fingerprint(last=True) if change else ""
        return Answer(How.DONE, fingerprint=fingerprint, changes=bool(change), timer=timer)

    def _redo(self, driver: Driver, name: str) -> Answer:
        """The change once more; it waits for its confirmation, which is asked for next."""
        work = self.job.work.get(name)
        if work is None:
            return Answer(How.GONE, "the inventory has changed since; deploy again")
        driver.lock(self.job.owner)
        if driver.stage(work.artifact, additive=work.additive):
            driver.validate()
            driver.commit(self._confirm(self.job.terms.within))
            driver.probe()
        return Answer(How.DONE)

    def note(self, record: Record) -> None:
        """Write to the journal."""
        self.write(record)

    def look(self) -> None:
        """Measure before."""
        self.health.before()

    def ill(self) -> Sequence[str]:
        """Measure after."""
        return self.health.after()

    def stopped(self) -> str:
        """Whether a person asked to stop."""
        return self.interrupted()

    def now(self) -> float:
        """The monotonic clock."""
        return time.monotonic()

    def date(self) -> str:
        """The wall clock, in UTC."""
        return datetime.now(UTC).isoformat(timespec="seconds")

    def pause(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)


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
    if CONNECTION in host.connections:
        host.close_connection(CONNECTION)
