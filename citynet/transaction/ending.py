"""How a run ends: every device back, or every device forward, and what is said of each."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from citynet.transaction.words import (
    Answer,
    Decided,
    Decision,
    Ended,
    How,
    JournalError,
    Network,
    Outcome,
    Runs,
    Step,
)


@dataclass(frozen=True, slots=True)
class Terms:
    """Times, in seconds, and which devices may do without a timer.

    `within`: the devices' timers while the change is made and proved, at least; `pace` times what
    staging and validating took if that is more, since a device that is slow at that is slow to
    commit. `doubt`: the same while it is confirmed, which bounds how long a device that is lost
    then stays undecided; at least four times what reaching all of them took. `patience`: how
    long a silent device is asked again. `again`: between two times. `margin`: how much later
    than its timer a device is taken to have gone back.
    """

    within: float = 600.0
    pace: float = 0.0
    doubt: float = 60.0
    patience: float = 120.0
    again: float = 1.0
    margin: float = 5.0
    at_once: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it ended: for the city, and for each device, with the last bad news of each."""

    outcome: Outcome
    runs: Mapping[str, Runs]
    reason: str = ""
    said: Mapping[str, Answer] = field(default_factory=dict)


@dataclass(slots=True)
class Ledger:
    """What is known of a run's devices: fingerprints, and who may have committed.

    `old` has exactly the devices that change, once all are `staged`; `new` those that said what
    they run since. `at_once` are the devices without a timer, `behind` those that are old and
    whose change is no longer known.
    """

    devices: tuple[str, ...]
    staged: bool = False
    old: dict[str, str] = field(default_factory=dict)
    new: dict[str, str] = field(default_factory=dict)
    attempted: set[str] = field(default_factory=set)
    at_once: set[str] = field(default_factory=set)
    behind: set[str] = field(default_factory=set)
    given_up: frozenset[str] = frozenset()
    said: dict[str, Answer] = field(default_factory=dict)

    def runs(self, device: str, fingerprint: str) -> Runs:
        """Which configuration a fingerprint is of."""
        if fingerprint == self.old.get(device):
            return Runs.OLD
        return Runs.NEW if fingerprint == self.new.get(device) else Runs.OTHER

    def untouched(self) -> dict[str, Runs]:
        """The devices that were never told to commit."""
        return {
            each: Runs.OLD if each in self.old or not self.staged else Runs.SAME
            for each in self.devices
            if each not in self.attempted
        }


def go_back(ledger: Ledger, network: Network, terms: Terms, reason: str) -> Verdict:
    """Bring every device that may have committed back to what it ran before.

    It may be called again and by anyone: a device whose timer has gone off says so. Who is
    found with neither its old configuration nor a commit that waits was changed by others.
    """
    with suppress(JournalError):  # no decision on disk means the same
        network.note(Decided(Decision.BACK, reason, network.date()))
    runs = ledger.untouched()
    left = [each for each in ledger.old if each in ledger.attempted - ledger.at_once]
    changed: set[str] = set()
    stop_at = network.now() + terms.patience
    while left:
        answers = network.ask(Step.ROLL_BACK, left)
        ledger.said |= _complaints(answers)
        idle = [n for n in left if answers[n].how in (How.DONE, How.NOT_PENDING)]
        found = _read(ledger, network, idle)
        # A commit whose session was lost may arrive after the first `ROLL_BACK`, but not once
        # `READ` holds the lock: one that is not old then is asked again before it counts as changed
        # by others.
        runs |= {n: each for n, each in found.items() if each is Runs.OLD or n in changed}
        changed.update(found)
        left = [each for each in left if each not in runs]
        if left and (network.now() >= stop_at or _none_will(ledger, left, answers)):
            break
        if left:
            network.pause(terms.again, stop_at)
    runs |= dict.fromkeys(left, Runs.UNKNOWN)
    without = sorted(ledger.at_once & ledger.attempted)
    runs |= dict.fromkeys(without, Runs.UNKNOWN) | _read(ledger, network, without)
    return end(ledger, network, runs, Decision.BACK, reason)


def go_forward(ledger: Ledger, network: Network, terms: Terms, wait: float) -> Verdict:
    """Bring every device to its new configuration: it was decided.

    `wait`: how many seconds a device that does not answer is asked again. One that its own
    timer put back meanwhile is given the change once more, and is confirmed like the others; so
    is one that ran something else when it was confirmed, by a hand or a restart, once.
    """
    runs = ledger.untouched()
    left = [each for each in ledger.old if each not in ledger.at_once]
    stop_at = network.now() + wait
    seen: set[str] = set()
    tried: set[str] = set()
    again: set[str] = set()
    while left:
        answers = network.ask(Step.CONFIRM, left, runs=ledger.new)
        ledger.said |= _complaints(answers)
        runs |= {n: Runs.NEW for n in left if answers[n].how is How.DONE}
        moved = {n for n in left if answers[n].how is How.MOVED}
        runs |= dict.fromkeys(moved & again, Runs.OTHER)
        again |= moved
        found = _read(ledger, network, [n for n in left if answers[n].how is How.NOT_PENDING])
        # A `REDO` whose session was lost may still commit after `CONFIRM` said that nothing
        # waits, but not once `READ` holds the lock: who is not old then is asked once more.
        late = {n for n, each in found.items() if each is Runs.OLD}
        runs |= {n: found[n] for n in found.keys() - late if n in seen}
        seen = found.keys() - late
        runs |= _redo(ledger, network, late, moved - runs.keys(), terms.within)
        left = [each for each in left if each not in runs]
        fresh = (found.keys() | moved) - tried
        over = network.now() >= stop_at or _none_will(ledger, left, answers)
        if left and over and not fresh:
            break
        tried |= fresh
        if left and not fresh:
            network.pause(terms.again, stop_at)
    last = _read(ledger, network, left)
    runs |= {n: each if (each := last.get(n)) is Runs.OLD else Runs.UNKNOWN for n in left}
    without = sorted(ledger.at_once)
    runs |= dict.fromkeys(without, Runs.UNKNOWN) | _read(ledger, network, without)
    return end(ledger, network, runs, Decision.KEEP)


def _none_will(ledger: Ledger, left: Iterable[str], answers: Mapping[str, Answer]) -> bool:
    """Whether those that are left are given up, and have not answered after all."""
    return all(each in ledger.given_up and answers[each].how is How.LOST for each in left)


def _redo(
    ledger: Ledger, network: Network, late: set[str], moved: set[str], within: float
) -> dict[str, Runs]:
    """Give the change again to devices that are old (`late`) or run something else (`moved`).

    What runs on those that need it no more, or can never be given it.
    """
    answers = network.ask(Step.REDO, sorted(late | moved), within=within)
    ledger.said |= _complaints(answers)
    gone = {n for n, each in answers.items() if each.how is How.GONE}
    has = {n for n, each in answers.items() if each.how is How.DONE and not each.changes}
    ledger.behind |= gone & late
    left = {n: Runs.OLD if n in late else Runs.OTHER for n in gone}
    return left | dict.fromkeys(has, Runs.NEW)


def _read(ledger: Ledger, network: Network, names: list[str]) -> dict[str, Runs]:
    """What each of these runs, if it says so."""
    if not names:
        return {}
    answers = network.ask(Step.READ, names)
    ledger.said |= _complaints(answers)
    known = {n: each.fingerprint for n, each in answers.items() if each.how is How.DONE}
    return {name: ledger.runs(name, each) for name, each in known.items()}


def _complaints(answers: Mapping[str, Answer]) -> dict[str, Answer]:
    quiet = (How.DONE, How.NOT_PENDING)
    return {name: each for name, each in answers.items() if each.how not in quiet}


def end(
    ledger: Ledger,
    network: Network,
    runs: Mapping[str, Runs],
    decision: Decision,
    reason: str = "",
) -> Verdict:
    """Let go of the devices that answer, and write down where all were left."""
    network.ask(Step.UNLOCK, [each for each in ledger.devices if runs[each] is not Runs.UNKNOWN])
    outcome = _outcome(ledger, runs, decision)
    with suppress(JournalError):  # the run stays open then, and can be settled again
        network.note(Ended(outcome, dict(runs), network.date()))
    return Verdict(outcome, dict(runs), reason, dict(ledger.said))


def _outcome(ledger: Ledger, runs: Mapping[str, Runs], decision: Decision) -> Outcome:
    wanted = Runs.NEW if decision is Decision.KEEP else Runs.OLD
    wrong = {name: each for name, each in runs.items() if each not in (wanted, Runs.SAME)}
    if not wrong:
        kept = Outcome.KEPT if ledger.old else Outcome.SAME
        return kept if decision is Decision.KEEP else Outcome.BACK
    lost = all(_lost(ledger, name, each, decision) for name, each in wrong.items())
    return Outcome.SPLIT if lost else Outcome.OPEN


def _lost(ledger: Ledger, name: str, runs: Runs, decision: Decision) -> bool:
    """Whether a device that is not as decided can no longer be brought along."""
    if runs is Runs.OTHER or name in ledger.given_up:
        return True
    if runs is Runs.UNKNOWN:
        return False
    return decision is Decision.BACK or name in ledger.at_once or name in ledger.behind


def some(words: Iterable[str], most: int = 5) -> str:
    """The first of many sentences, and how many more there are."""
    found = list(words)
    more = f" (and {len(found) - most} more)" if len(found) > most else ""
    return "; ".join(found[:most]) + more
