"""Deploying a city: one transaction over all devices that the playbook names.

Either every device gets its new configuration, or every one keeps the old; `docs/transaction.md`
says what that rests on, and `citynet.transaction` does it.
"""

import secrets
import shlex
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from nornir.core import Nornir
from nornir.core.processor import Processor

from citynet.deploy.outcome import results, would
from citynet.deploy.playbook import Playbook
from citynet.deploy.report import DeviceResult, Report
from citynet.deploy.work import Chosen, Plan, plan
from citynet.errors import CitynetError
from citynet.fleet.connections import notes_of
from citynet.owner import owner
from citynet.pipeline import Prepared
from citynet.text import listed, nearest
from citynet.transaction import journal as journals
from citynet.transaction import marks
from citynet.transaction.ending import Terms, Verdict
from citynet.transaction.fleet import FleetNetwork, Health, Job, Reached, silent
from citynet.transaction.journal import Journal
from citynet.transaction.lock import held
from citynet.transaction.protocol import transact
from citynet.transaction.settle import History, SettledError, history, settle
from citynet.transaction.words import Begun, Decision, JournalError, Outcome, Runs, Step

KEPT_JOURNALS = 100
"""Runs that are over and remembered."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a run is made: where its journal goes, on which terms, who is told, what is healthy."""

    folder: Path
    terms: Terms = field(default_factory=Terms)
    processors: tuple[Processor, ...] = ()
    health: Health = field(default_factory=Reached)
    interrupted: Callable[[], str] = str
    options: Mapping[str, str] = field(default_factory=dict)
    inventory: str = ""
    say: Callable[[str], None] = silent


def check(prepared: Prepared, fleet: Nornir, todo: Plan, way: Way) -> Report:
    """Compare only. Devices are neither locked nor changed."""
    started = time.monotonic()
    network = _network(fleet, Job("check", owner(), todo.work, way.terms), way)
    network.locks = False
    with _closing(fleet):
        names = sorted(todo.work)
        answers = dict(network.ask(Step.STAGE, names))
        staged = [n for n in names if network.changes.get(n)]
        answers |= network.ask(Step.VALIDATE, staged)
    found = would(prepared, todo, network, answers)
    return Report(prepared.name, found, time.monotonic() - started)


def deploy(prepared: Prepared, fleet: Nornir, todo: Plan, way: Way) -> Report:
    """Make the change of a plan. Raises `BusyError`, `JournalError`, `UnfinishedError`."""
    started = time.monotonic()
    who = owner()
    with held(way.folder, prepared.name, f"a deployment of {who} since {_now()}"):
        _finished(way.folder, prepared.name)
        run = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
        terms = replace(way.terms, at_once=todo.unconfirmed)
        begun = _begun(prepared, todo, run, who, way)
        journal = Journal.create(way.folder, run, len(todo.work))
        try:
            network = _network(fleet, Job(run, who, todo.work, terms), way, journal)
            with _closing(fleet):
                verdict = transact(begun, network, terms)
        finally:
            journal.close()
        _tidy(way.folder, run, verdict.outcome)
    found = results(prepared, todo, verdict, network)
    made = _report(prepared, found, verdict, begun, started)
    kept = verdict.outcome is Outcome.KEPT
    return replace(made, down=tuple(way.health.down())) if kept else made


def finish(
    prepared: Prepared,
    fleet: Nornir,
    todo: Plan,
    past: History,
    way: Way,
    *,
    abort: bool,
    without: Collection[str] = (),
) -> Report:
    """Finish a run that was left: as it was decided, or back. Raises `SettledError`.

    `todo` is what the inventory says now (`plan_again`); devices for which that is no longer
    what the run was about are not given it again. Which devices are asked says the journal;
    `without` are those that nobody waits for.
    """
    started = time.monotonic()
    run, who = past.begun.run, owner()
    with held(way.folder, prepared.name, f"a deployment of {who} since {_now()}"):
        past = load(way.folder, run)
        same = {n: w for n, w in todo.work.items() if past.begun.artifacts.get(n) == w.digest}
        journal = Journal.reopen(way.folder / f"{run}{journals.SUFFIX}")
        try:
            network = _network(fleet, Job(run, who, same, way.terms), way, journal)
            with _closing(fleet):
                verdict = settle(past, network, way.terms, abort=abort, without=without)
        finally:
            journal.close()
    found = results(prepared, todo, verdict, network, past)
    return _report(prepared, found, verdict, past.begun, started)


def _report(
    prepared: Prepared,
    found: tuple[DeviceResult, ...],
    verdict: Verdict,
    begun: Begun,
    started: float,
) -> Report:
    still_open = verdict.outcome is Outcome.OPEN
    return Report(
        city=prepared.name,
        results=found,
        seconds=time.monotonic() - started,
        run=begun.run,
        outcome=verdict.outcome,
        reason=verdict.reason,
        again=command(begun.options, "--resume", begun.run) if still_open else "",
    )


def command(options: Mapping[str, str], *words: str) -> str:
    """A whole `citynet deploy`, for a shell, on the devices of a run that had these options."""
    said = ["citynet", "deploy"]
    for option, key in (("-i", "inventory"), ("--access", "access")):
        said += [option, options[key]] if options.get(key) else []
    return shlex.join([*said, *words])


class UnfinishedError(CitynetError):
    """An earlier run on this city was left, and has to be finished first."""


def load(folder: Path, run: str) -> History:
    """A run by its name. Raises `SettledError`, `JournalError`."""
    file = folder / f"{run}{journals.SUFFIX}"
    if not file.is_file():
        names = [each.stem for each in journals.runs(folder)]
        hint = nearest(run, names) or (f"the last is {names[-1]}" if names else "there are none")
        raise SettledError(f"no run is called {run!r}; {hint}")
    return history(journals.read(file))


def _past(file: Path) -> History | None:
    """The run of a journal; None if it was killed before it had begun. Raises `JournalError`."""
    records = journals.read(file)
    return history(records) if records else None


def _left(past: History | None) -> bool:
    """Whether a run was left before it was over."""
    return past is not None and past.touched and not past.over


def _finished(folder: Path, city: str) -> None:
    for file in journals.runs(folder):
        past = _past(file)
        if past is None:
            file.unlink()
        if past is not None and _left(past):
            raise UnfinishedError(_unfinished(past, city))


def _unfinished(past: History, city: str) -> str:
    run, who = past.begun.run, past.begun.owner
    ended = past.ended.runs if past.ended else {}
    doubt = sorted(name for name, each in ended.items() if each is Runs.UNKNOWN)
    left = f"; {listed(doubt)} did not answer" if doubt else ""
    keep = past.decided is not None and past.decided.decision is Decision.KEEP
    back = "" if keep else f"; with --abort {run} instead it is taken back"
    never = (
        f"; with --without {','.join(doubt)} those that never will are given up" if doubt else ""
    )
    return (
        f"run {run} of {who} on {city} was left unfinished{left}: "
        f"`{command(past.begun.options, '--resume', run)}` finishes it{back}{never}"
    )


def unfinished(folder: Path, city: str) -> str:
    """A sentence for a process that ends now: which run it leaves, and what finishes it.

    Raises nothing: a journal that cannot be read is named by its file.
    """
    for file in reversed(journals.runs(folder)):
        try:
            past = _past(file)
        except CitynetError as error:
            return str(error)
        if past is not None and _left(past):
            return _unfinished(past, city)
    return "nothing was changed, and no run is left"


def _tidy(folder: Path, run: str, outcome: Outcome) -> None:
    """Forget this run if it changed nothing, and the oldest of those that are over.

    Names begin with a time of day, which may have been set back: this run need not be the last.
    """
    mine = folder / f"{run}{journals.SUFFIX}"
    if outcome is Outcome.SAME:
        mine.unlink(missing_ok=True)
    every = journals.runs(folder)
    for file in every[: max(0, len(every) - KEPT_JOURNALS)]:
        with suppress(JournalError):  # what cannot be read is for a person to look at
            if file != mine and not _left(_past(file)):
                file.unlink(missing_ok=True)


def _begun(prepared: Prepared, todo: Plan, run: str, who: str, way: Way) -> Begun:
    return Begun(
        run=run,
        city=prepared.name,
        owner=who,
        inventory=way.inventory,
        waves=tuple(wave.devices for wave in todo.waves),
        within=way.terms.within,
        started=_now(),
        options=dict(way.options),
        artifacts={name: work.digest for name, work in todo.work.items()},
    )


def _network(fleet: Nornir, job: Job, way: Way, journal: Journal | None = None) -> FleetNetwork:
    """A run without a journal marks nothing, and knows what others have marked all the same."""
    watched = fleet.with_processors(list(way.processors))
    write = journal.write if journal else _nowhere
    key = marks.key_of(way.folder) if journal else b""
    marks.tell(way.folder, fleet.inventory.hosts, partial(notes_of, fleet))
    return FleetNetwork(watched, job, write, way.health, way.interrupted, fleet, way.say, key=key)


def _nowhere(record: object) -> None:
    """A check leaves no journal."""


@contextmanager
def _closing(fleet: Nornir) -> Iterator[None]:
    try:
        yield
    finally:
        fleet.close_connections(on_good=True, on_failed=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


__all__ = ["Chosen", "Plan", "Playbook", "Way", "check", "deploy", "finish", "load", "plan"]
