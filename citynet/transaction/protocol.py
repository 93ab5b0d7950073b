"""The protocol of a transaction: pure decisions over a `Network`; `docs/transaction.md` draws it.

Two phases with a durable decision between them (Gray, "Notes on data base operating systems",
1978), where a prepared device is one with a confirmed commit that waits (RFC 6241, section 8.4):
until `keep` is written down every device goes back, by itself if need be; from then on every
device goes forward. Nothing here reads a clock, a file or a device except through `Network`,
so that `tests/transaction` can explore every interleaving of what may fail.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from citynet.errors import CitynetError
from citynet.text import listed
from citynet.transaction.ending import Ledger, Terms, Verdict, end, go_back, go_forward, some
from citynet.transaction.words import (
    Answer,
    Begun,
    Committed,
    Committing,
    Decided,
    Decision,
    How,
    Network,
    Runs,
    Staged,
    Step,
)

VOTES = 3
"""How often devices that are slow are asked for their last vote."""


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
        return end(ledger, network, dict.fromkeys(ledger.devices, Runs.SAME), Decision.KEEP)
    return go_forward(ledger, network, terms, attempt.doubt + terms.margin)


@dataclass(slots=True)
class _Attempt:
    """The way to the decision. Every method raises `_StopError` or `CitynetError` to go back.

    `within` and `doubt` are those of the terms, or longer where these devices take longer; `slow`
    is whether they took long to commit.
    """

    begun: Begun
    network: Network
    terms: Terms
    ledger: Ledger
    within: float = 0.0
    doubt: float = 0.0
    slow: bool = False

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
        self.slow = self.network.now() - began > self.within / 4
        if self.slow:
            self._calm(self._timed())

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
            raise _StopError(f"not healthy: {some(ill)}")

    def decide(self) -> None:
        """Extend every timer as a last vote, then write down that the change is kept."""
        timed, without = self._timed(), sorted(self.ledger.at_once)
        self._compare(timed)
        for name in without:
            self._commit(Step.COMMIT_AT_ONCE, [name])
        for votes_left in range(VOTES if self.slow else 1)[::-1]:
            if self.slow:
                self._calm(timed)
            late = self._vote(timed)
            if not late:
                break
            if not votes_left:
                raise _StopError(late)
        self._go_on()
        self.network.note(Decided(Decision.KEEP, "", self.network.date()))

    def _compare(self, timed: list[str]) -> None:
        """Every device still runs what it ran after its commit: no hand, no restart in between."""
        self._go_on()
        answers = self.network.ask(
            Step.COMPARE, timed, within=self.within, waiting=timed, runs=self.ledger.new
        )
        self._judge(Step.COMPARE, answers)

    def _vote(self, timed: list[str]) -> str:
        """Start every timer at its last time; who was too late, empty if none was."""
        self._go_on()
        asked = self.network.now()
        answers = self.network.ask(Step.EXTEND, timed, within=self.doubt)
        took = self.network.now() - asked
        lost = {name: each for name, each in answers.items() if each.how is How.LOST}
        self._judge(Step.EXTEND, {n: each for n, each in answers.items() if n not in lost})
        if lost:
            self.ledger.said |= lost
            return some(f"{name} {each.how} ({Step.EXTEND})" for name, each in sorted(lost.items()))
        if took > self.doubt / 2:
            return f"the last of them took {took:.0f} s to answer ({Step.EXTEND})"
        return ""

    def _calm(self, timed: list[str]) -> None:
        """Wait, with long timers, until every device answers in time, all of them in one round.

        A change of many devices that share a machine is much work for it once all have committed.
        """
        stop_at, left = self.network.now() + max(self.terms.patience, self.within / 2), timed
        while True:
            self._go_on()
            asked = self.network.now()
            answers = self.network.ask(Step.RENEW, left, within=self.within)
            over = self.network.now() >= stop_at
            lost = [name for name, each in answers.items() if each.how is How.LOST and not over]
            self._judge(Step.RENEW, {n: each for n, each in answers.items() if n not in lost})
            if not lost and left == timed:
                took = self.network.now() - asked
                self.doubt = min(self.within, max(self.doubt, 4 * took))
                return
            left = lost or timed
            self.network.pause(self.terms.again, stop_at)

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
            said = [_sentence(name, step, each) for name, each in sorted(wrong.items())]
            raise _StopError(some(said))

    def _go_on(self) -> None:
        asked = self.network.stopped()
        if asked:
            raise _StopError(asked)


def _sentence(name: str, step: Step, answer: Answer) -> str:
    if answer.how is How.MOVED:
        return answer.message or f"{name} {answer.how} than what it committed"
    return f"{name} {answer.how} ({step})"
