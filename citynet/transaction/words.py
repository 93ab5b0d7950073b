"""The words of a transaction: what devices are asked, what they answer, what is written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from citynet.errors import CitynetError


class Step(StrEnum):
    """What a device is asked. Each is one call of a driver, or two where it says so."""

    LOCK = "lock"
    STAGE = "stage"
    """Stage, and the fingerprint of what runs."""
    VALIDATE = "validate"
    COMMIT = "commit"
    """Commit with a timer, and the fingerprint of what runs then."""
    COMMIT_AT_ONCE = "commit at once"
    """Commit without a timer, where the device has none."""
    RENEW = "renew"
    """Start the timer of a commit that waits again, at the long time, while others commit."""
    PROBE = "reach"
    COMPARE = "compare"
    """As `RENEW`, and whether the device still runs what it did after its commit."""
    EXTEND = "extend"
    CONFIRM = "confirm"
    """Confirm; and whether the device still runs what it did after its commit."""
    ROLL_BACK = "roll back"
    READ = "read"
    """The fingerprint of what runs, in a session that holds the device's lock."""
    REDO = "redo"
    """From lock to commit with a timer on this device alone, which its own timer had put back."""
    UNLOCK = "unlock"


class How(StrEnum):
    """How a device answered. After `FAILED` or `LOST` it may have done what it was asked."""

    DONE = "done"
    REFUSED = "refused"
    NOT_PENDING = "not pending"
    MOVED = "runs something else"
    """It did what it was asked; what runs is not what it ran after its commit."""
    GONE = "gone"
    """What was to be done is no longer known, so that asking again is of no use."""
    FAILED = "failed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one device answered.

    `changes` is said when it was staged, or given the change once more; `timer` when it was staged.
    """

    how: How
    message: str = ""
    fingerprint: str = ""
    changes: bool = True
    timer: bool = True


class Runs(StrEnum):
    """Which configuration a device is on.

    `UNKNOWN`: it does not answer; its own timer decides. `OTHER`: neither; it was changed by
    others since, or part of it restarted with what was saved before.
    """

    SAME = "as wanted"
    OLD = "old"
    NEW = "new"
    OTHER = "other"
    UNKNOWN = "unknown"


class Decision(StrEnum):
    """Which way a run goes. Until one is written down, it goes back."""

    KEEP = "keep"
    BACK = "back"


class Outcome(StrEnum):
    """How a run ended for the city as a whole.

    `SPLIT`: a device can no longer be brought along: it had no timer, somebody else changed it,
    the inventory no longer has the change that it missed, or it was given up.
    `OPEN`: some device is unknown, or refuses; the run can be resumed.
    """

    SAME = "nothing to change"
    KEPT = "every device has its new configuration"
    BACK = "every device has its old configuration"
    SPLIT = "not every device could be brought along"
    OPEN = "not every device is where it was decided to be, and the run is open"


@dataclass(frozen=True, slots=True)
class Begun:
    """The first record: who runs what, on which devices, in which order (waves)."""

    run: str
    city: str
    owner: str
    inventory: str
    waves: tuple[tuple[str, ...], ...]
    within: float
    started: str
    options: Mapping[str, str] = field(default_factory=dict)
    artifacts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Marked:
    """What devices have taken as candidates. `marks`: device -> the keyed digest of it."""

    marks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Staged:
    """Every device has taken its candidate. `old`: device -> fingerprint, of those that change."""

    old: Mapping[str, str]
    at_once: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Committing:
    """These devices are about to be told to commit; from here on they may have.

    `within`: their timers, in seconds; 0 in a journal of an earlier release, where `Begun` says it.
    """

    devices: tuple[str, ...]
    at: str
    within: float = 0.0


@dataclass(frozen=True, slots=True)
class Renewing:
    """The timers of devices that have committed are about to be started again, at `within`."""

    at: str
    within: float


@dataclass(frozen=True, slots=True)
class Committed:
    """They did. `new`: device -> fingerprint of what it runs."""

    new: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Decided:
    """Which way it goes, and why where it goes back. Written once before it is acted on."""

    decision: Decision
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class Ended:
    """Where devices were left."""

    outcome: Outcome
    runs: Mapping[str, Runs]
    at: str

    @property
    def closed(self) -> bool:
        """Whether nothing is left to be done for any of them."""
        return self.outcome is not Outcome.OPEN


NOTHING: Mapping[str, str] = {}
Record = Begun | Marked | Staged | Committing | Renewing | Committed | Decided | Ended


class JournalError(CitynetError):
    """The journal cannot be written or read."""


class Network(Protocol):
    """What a transaction acts on: devices, a journal, health checks and a clock."""

    def ask(
        self,
        step: Step,
        devices: Sequence[str],
        *,
        within: float = 0.0,
        waiting: Sequence[str] = (),
        runs: Mapping[str, str] = NOTHING,
    ) -> Mapping[str, Answer]:
        """Ask devices at the same time; an answer for each, whatever happens to it.

        `runs`: device -> the fingerprint that a step compares with, of those that gave one.
        `within`: the seconds at which a step starts timers. With `waiting` (or a `COMMIT`), the
        timers of those, and of devices that have done this step, are renewed as long as it
        lasts. One that cannot be renewed while half of its time is left has an answer too.
        """
        ...

    def note(self, record: Record) -> None:
        """Write down; it is on disk when this returns. Raises `JournalError`."""
        ...

    def look(self) -> None:
        """Measure how the network is before it is changed."""
        ...

    def ill(self, waiting: Sequence[str], within: float) -> Sequence[str]:
        """What the change has cost, or has not brought, by measurement; empty is healthy.

        The timers of `waiting` are renewed meanwhile, at `within` seconds; one that cannot be is
        part of what the change has cost.
        """
        ...

    def stopped(self) -> str:
        """Who or what asked for a stop; empty if nobody did."""
        ...

    def now(self) -> float:
        """Seconds on a clock that nobody sets."""
        ...

    def date(self) -> str:
        """The time of day, for people: ISO 8601 in UTC."""
        ...

    def pause(self, seconds: float, until: float) -> None:
        """Wait before devices are asked again, which goes on until then by `now`."""
        ...
