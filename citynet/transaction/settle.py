"""Finishing what a run left: what its journal says, and the one way it can go from there."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from citynet.errors import CitynetError
from citynet.text import with_nearest
from citynet.transaction.ending import Ledger, Terms, Verdict, go_back, go_forward
from citynet.transaction.words import (
    Begun,
    Committed,
    Committing,
    Decided,
    Decision,
    Ended,
    JournalError,
    Network,
    Record,
    Renewing,
    Staged,
)


class SettledError(CitynetError):
    """A run cannot be finished that way: it is over, or it was decided otherwise."""


@dataclass(frozen=True, slots=True)
class History:
    """A run as its journal tells it. `committing`: how each device was asked to commit, and when.

    `renewing`: when timers were last started again; None if they never were.
    """

    begun: Begun
    ledger: Ledger
    committing: Mapping[str, Committing]
    renewing: Renewing | None
    decided: Decided | None
    ended: Ended | None

    @property
    def over(self) -> bool:
        """Whether nothing is left to be done."""
        return self.ended is not None and self.ended.closed

    @property
    def touched(self) -> bool:
        """Whether any device may have changed."""
        return bool(self.ledger.attempted)


def history(records: Iterable[Record]) -> History:
    """Read the records of one run. Raises `JournalError` where they are not of one."""
    every = list(records)
    if not every or not isinstance(every[0], Begun):
        raise JournalError("the journal does not begin with a run")
    begun = every[0]
    ledger = Ledger(tuple(name for wave in begun.waves for name in wave))
    committing: dict[str, Committing] = {}
    renewing: Renewing | None = None
    decided: Decided | None = None
    ended: Ended | None = None
    for record in every[1:]:
        if isinstance(record, Committing):
            committing |= dict.fromkeys(record.devices, record)
        renewing = record if isinstance(record, Renewing) else renewing
        decided = record if isinstance(record, Decided) else decided
        ended = record if isinstance(record, Ended) else ended
        _fold(ledger, record)
    return History(begun, ledger, committing, renewing, decided, ended)


def _fold(ledger: Ledger, record: Record) -> None:
    if isinstance(record, Staged):
        ledger.old, ledger.at_once = dict(record.old), set(record.at_once)
        ledger.staged = True
    elif isinstance(record, Committing):
        ledger.attempted.update(record.devices)
    elif isinstance(record, Committed):
        ledger.new |= record.new


def settle(
    past: History, network: Network, terms: Terms, *, abort: bool, without: Collection[str] = ()
) -> Verdict:
    """Finish a run: forward if that was decided, else back.

    `without`: devices that will not answer again. They are asked once more; who does not answer
    stays unknown, and the run is over all the same.

    Raises `SettledError` for a run that is over, for a device that is not of it, and for an
    `abort` after the decision to keep: devices that confirmed can no longer be taken back by
    this run.
    """
    run = past.begun.run
    if past.over:
        raise SettledError(f"run {run} is over; nothing is left to be done")
    strangers = sorted(set(without) - set(past.ledger.devices))
    if strangers:
        said = (
            with_nearest(f"run {run} has no device {n!r}", n, past.ledger.devices)
            for n in strangers
        )
        raise SettledError("\n".join(said))
    past.ledger.given_up = frozenset(without)
    keep = past.decided is not None and past.decided.decision is Decision.KEEP
    if keep and abort:
        raise SettledError(
            f"run {run} was decided: its change is kept, and devices may have confirmed it; "
            f"`--resume {run}` brings the others along, and deploying the former inventory "
            "takes all of them back"
        )
    if keep:
        return go_forward(past.ledger, network, terms, terms.patience)
    reason = past.decided.reason if past.decided else "citynet ended before the change was decided"
    return go_back(past.ledger, network, terms, reason)
