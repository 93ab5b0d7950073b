"""The protocol of a transaction: pure decisions over a `Network`; `docs/transaction.md` draws it.

Two phases with a durable decision between them (Gray, "Notes on data base operating systems",
1978), where a prepared device is one with a confirmed commit that waits (RFC 6241, section 8.4):
until `keep` is written down every device goes back, by itself if need be; from then on every
device goes forward. Nothing here reads a clock, a file or a device except through `Network`,
so that `tests/transaction` can explore every interleaving of what may fail.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from citynet.errors import CitynetError
from citynet.text import listed
from citynet.transaction.words import (
    Answer,
    Begun,
    Committed,
    Committing,
    Decided,
    Decision,
    Ended,
    How,
    JournalError,
    Network,
    Outcome,
    Runs,
    Staged,
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
    for which nobody has the change any more.
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


class _StopError(Exception):
    """The run goes back."""


def transact(begun: Begun, network: Network, terms: Terms) -> Verdict:
    """Make the change of a run. Raises `JournalError` if it cannot even be begun.

    Whatever else is raised is a defect of citynet's; every device was taken back first.
    """
    network.note(begun)
    ledger = Ledger(tuple(name for wave in begun.waves for name in wave))
    attempt = _Attempt(begun, network, terms, ledger)
    try:
        attempt.prepare()
        if ledger.old:
            attempt.commit()
            attempt.prove()
            attempt.decide()
    except (_StopError, CitynetError) as error:
        return go_back(ledger, network, terms, str(error))
    except Exception as error:  # citynet is at fault; the devices are not to suffer from it
        go_back(ledger, network, terms, f"citynet failed: {type(error).__name__}: {error}")
        raise
    if not ledger.old:
        return _end(ledger, network, dict.fromkeys(ledger.devices, Runs.SAME), Decision.KEEP)
    return go_forward(ledger, network, terms, attempt.doubt + terms.margin)


@dataclass(slots=True)
class _Attempt:
    """The way to the decision. Every method raises `_StopError` or `CitynetError` to go back.

    `within` and `doubt` are those of the terms, or longer where these devices take longer.
    """

    begun: Begun
    network: Network
    terms: Terms
    ledger: Ledger
    within: float = 0.0
    doubt: float = 0.0

    def prepare(self) -> None:
        """Lock all, stage all, validate all; nothing changes on any device."""
        every = self.ledger.devices
        self._all(Step.LOCK, every)
        began = self.network.now()
        staged = self._all(Step.STAGE, every)
        old = {name: each.fingerprint for name, each in staged.items() if each.changes}
        without = {name for name in old if not staged[name].timer}
        self._allowed(without)
        self.ledger.old, self.ledger.at_once, self.ledger.staged = old, without, True
        if old:
            self._all(Step.VALIDATE, old)
            took = self.network.now() - began
            self.within = max(self.terms.within, self.terms.pace * took)
            self._go_on()
            self.network.look()
            self.network.note(Staged(old, tuple(sorted(without))))

    def _allowed(self, without: set[str]) -> None:
        refused = sorted(without - self.terms.at_once)
        if refused:
            raise _StopError(
                f"{listed(refused)} cannot take a commit back by a timer of its own (no "
                "confirmed commit); `unconfirmed: allow` in its play accepts that"
            )

    def commit(self) -> None:
        """Commit with a timer, wave after wave; no timer is old when this returns."""
        began = self.network.now()
        for wave in self.begun.waves:
            names = [each for each in wave if each in self.ledger.old]
            self._commit(Step.COMMIT, [each for each in names if each not in self.ledger.at_once])
        if self.network.now() - began > self.within / 4:
            self._all(Step.RENEW, self._timed())

    def _commit(self, step: Step, names: list[str]) -> None:
        if not names:
            return
        self._go_on()
        waiting = [each for each in self._timed() if each in self.ledger.new]
        self.network.note(Committing(tuple(names), self.network.date(), self.within))
        self.ledger.attempted.update(names)
        answers = self.network.ask(step, names, within=self.within, waiting=waiting)
        done = {n: answers[n].fingerprint for n in names if answers[n].how is How.DONE}
        self.ledger.new |= done
        if done:
            self.network.note(Committed(done))
        self._judge(step, answers)

    def prove(self) -> None:
        """Every changed device can still be reached, and the network is healthy."""
        timed = self._timed()
        asked = self.network.now()
        self._all(Step.PROBE, timed)
        took = self.network.now() - asked
        self.doubt = min(self.within, max(self.terms.doubt, 4 * took))
        ill = self.network.ill(timed, self.within)
        if ill:
            raise _StopError(f"not healthy: {_some(ill)}")

    def decide(self) -> None:
        """Hear from every device once more, then write down that the change is kept."""
        timed, without = self._timed(), sorted(self.ledger.at_once)
        for name in without:
            self._commit(Step.COMMIT_AT_ONCE, [name])
        asked = self.network.now()
        self._all(Step.EXTEND, timed, self.doubt)
        took = self.network.now() - asked
        if took > self.doubt / 2:
            raise _StopError(f"the last of them took {took:.0f} s to answer ({Step.EXTEND})")
        self._go_on()
        self.network.note(Decided(Decision.KEEP, "", self.network.date()))

    def _timed(self) -> list[str]:
        return [each for each in self.ledger.old if each not in self.ledger.at_once]

    def _all(self, step: Step, names: Iterable[str], within: float = 0.0) -> Mapping[str, Answer]:
        self._go_on()
        answers = self.network.ask(step, tuple(names), within=within or self.within)
        self._judge(step, answers)
        return answers

    def _judge(self, step: Step, answers: Mapping[str, Answer]) -> None:
        wrong = {name: each for name, each in answers.items() if each.how is not How.DONE}
        if wrong:
            self.ledger.said |= wrong
            said = [f"{name} {each.how} ({step})" for name, each in sorted(wrong.items())]
            raise _StopError(_some(said))

    def _go_on(self) -> None:
        asked = self.network.stopped()
        if asked:
            raise _StopError(asked)


def go_back(ledger: Ledger, network: Network, terms: Terms, reason: str) -> Verdict:
    """Bring every device that may have committed back to what it ran before.

    It may be called again and by anyone: a device whose timer has gone off says so. Who is
    found with neither its old configuration nor a commit that waits was changed by others.
    """
    with suppress(JournalError):  # no decision on disk means the same
        network.note(Decided(Decision.BACK, reason, network.date()))
    runs = ledger.untouched()
    left = [each for each in ledger.old if each in ledger.attempted - ledger.at_once]
    astray: set[str] = set()
    stop_at = network.now() + terms.patience
    while left:
        answers = network.ask(Step.ROLL_BACK, left)
        ledger.said |= _complaints(answers)
        idle = [n for n in left if answers[n].how in (How.DONE, How.NOT_PENDING)]
        found = _read(ledger, network, idle)
        # A commit whose session was lost may arrive after the first `ROLL_BACK`, but not once
        # `READ` holds the lock: who is not old then is asked again, and only then somebody else's.
        runs |= {n: each for n, each in found.items() if each is Runs.OLD or n in astray}
        astray.update(found)
        left = [each for each in left if each not in runs]
        if left and (network.now() >= stop_at or _none_will(ledger, left, answers)):
            break
        if left:
            network.pause(terms.again)
    runs |= dict.fromkeys(left, Runs.UNKNOWN)
    without = sorted(ledger.at_once & ledger.attempted)
    runs |= dict.fromkeys(without, Runs.UNKNOWN) | _read(ledger, network, without)
    return _end(ledger, network, runs, Decision.BACK, reason)


def go_forward(ledger: Ledger, network: Network, terms: Terms, wait: float) -> Verdict:
    """Bring every device to its new configuration: it was decided.

    `wait`: how many seconds a device that does not answer is asked again. One that its own
    timer put back meanwhile is given the change once more, and is confirmed like the others.
    """
    runs = ledger.untouched()
    left = [each for each in ledger.old if each not in ledger.at_once]
    stop_at = network.now() + wait
    seen: set[str] = set()
    tried: set[str] = set()
    while left:
        answers = network.ask(Step.CONFIRM, left)
        ledger.said |= _complaints(answers)
        runs |= {n: Runs.NEW for n in left if answers[n].how is How.DONE}
        found = _read(ledger, network, [n for n in left if answers[n].how is How.NOT_PENDING])
        # A `REDO` whose session was lost may still commit after `CONFIRM` said that nothing
        # waits, but not once `READ` holds the lock: who is not old then is asked once more.
        late = {n for n, each in found.items() if each is Runs.OLD}
        runs |= {n: found[n] for n in found.keys() - late if n in seen}
        seen = found.keys() - late
        runs |= _redo(ledger, network, sorted(late), terms.within)
        left = [each for each in left if each not in runs]
        fresh = found.keys() - tried
        over = network.now() >= stop_at or _none_will(ledger, left, answers)
        if left and over and not fresh:
            break
        tried |= fresh
        if left and not fresh:
            network.pause(terms.again)
    last = _read(ledger, network, left)
    runs |= {n: each if (each := last.get(n)) is Runs.OLD else Runs.UNKNOWN for n in left}
    without = sorted(ledger.at_once)
    runs |= dict.fromkeys(without, Runs.UNKNOWN) | _read(ledger, network, without)
    return _end(ledger, network, runs, Decision.KEEP)


def _none_will(ledger: Ledger, left: Iterable[str], answers: Mapping[str, Answer]) -> bool:
    """Whether those that are left are given up, and have not answered after all."""
    return all(each in ledger.given_up and answers[each].how is How.LOST for each in left)


def _redo(ledger: Ledger, network: Network, late: list[str], within: float) -> dict[str, Runs]:
    """Give these the change again; of the answers, those of who can never be given it."""
    answers = network.ask(Step.REDO, late, within=within)
    ledger.said |= _complaints(answers)
    ledger.behind |= {n for n in late if answers[n].how is How.GONE}
    return {n: Runs.OLD for n in late if n in ledger.behind}


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


def _end(
    ledger: Ledger,
    network: Network,
    runs: Mapping[str, Runs],
    decision: Decision,
    reason: str = "",
) -> Verdict:
    network.ask(Step.UNLOCK, [each for each in ledger.devices if runs[each] is not Runs.UNKNOWN])
    outcome = _outcome(ledger, runs, decision)
    with suppress(JournalError):  # the run stays open then, and can be settled again
        network.note(Ended(outcome, dict(runs), network.date()))
    return Verdict(outcome, dict(runs), reason, dict(ledger.said))


def _outcome(ledger: Ledger, runs: Mapping[str, Runs], decision: Decision) -> Outcome:
    wanted = Runs.NEW if decision is Decision.KEEP else Runs.OLD
    astray = {name: each for name, each in runs.items() if each not in (wanted, Runs.SAME)}
    if not astray:
        kept = Outcome.KEPT if ledger.old else Outcome.SAME
        return kept if decision is Decision.KEEP else Outcome.BACK
    lost = all(_lost(ledger, name, each, decision) for name, each in astray.items())
    return Outcome.SPLIT if lost else Outcome.OPEN


def _lost(ledger: Ledger, name: str, runs: Runs, decision: Decision) -> bool:
    """Whether a device that is not as decided can no longer be brought along."""
    if runs is Runs.OTHER or name in ledger.given_up:
        return True
    if runs is Runs.UNKNOWN:
        return False
    return decision is Decision.BACK or name in ledger.at_once or name in ledger.behind


def _some(words: Iterable[str], most: int = 5) -> str:
    found = list(words)
    more = f" (and {len(found) - most} more)" if len(found) > most else ""
    return "; ".join(found[:most]) + more
