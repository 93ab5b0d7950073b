r"""How the engine talks to a device, whatever it is.

A driver holds one session to one device. The transaction calls it in this order, and may stop
after any step::

    lock -> read -> stage -> validate -> commit(Confirm) -> probe -> extend -> confirm(run)
                                                        \-> roll_back(run)
    unlock

Nothing before `commit` changes what the device does. After `commit(Confirm(run, within))` the
device goes back on its own unless `confirm(run)` arrives within that time, in this session or
in any other one: the session, citynet or the device may be gone in between. `roll_back(run)`
goes back at once. NETCONF has this built in (RFC 6241, section 8.4, with a persist id); a Linux
device gets it from a snapshot and a timer on the device.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from citynet.errors import CitynetError
from citynet.render.artifact import Artifact

SOON = 30.0
"""Seconds that a device may take to answer `extend` or `confirm`. Who takes longer has lost its
session: there has to be time for another one before the timer that runs meanwhile is over."""


UNSAVED = "not saved"
"""The note of a driver that a device runs what it is to run, and would start with another."""


class Capability(StrEnum):
    """What a driver can promise; a playbook that needs more is refused before anything changes."""

    LOCK = "lock"
    VALIDATE = "validate"
    CONFIRMED_COMMIT = "confirmed-commit"
    CONFIRMED_COMMIT_SURVIVES_SESSION = "confirmed-commit-survives-session"


class DeviceError(CitynetError):
    """The session to a device failed: unreachable, unknown host key, time-out, lost."""


class UnreachableError(DeviceError):
    """There is no session to a device: not reached, not verified, or lost half-way."""


class NotPendingError(DeviceError):
    """No commit waits under that name: it was confirmed, or it was taken back and that is done."""


class MovedError(DeviceError):
    """Something else runs than what was committed: changed by hand, or by a restart."""


@dataclass(frozen=True, slots=True)
class Confirm:
    """How a commit waits for its confirmation.

    `run` names it for whoever confirms it, from whichever session: 1 to 64 letters, digits and
    hyphens (NETCONF's persist id). `within` is in seconds.
    """

    run: str
    within: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing a device refused: a line (from 1) of one of the artifact's files, and its words."""

    file: str
    line: int | None
    text: str
    message: str


class Refused(CitynetError):  # noqa: N818 - what the device did
    """The device refused (part of) a configuration. Its running configuration is unchanged."""

    def __init__(self, device: str, refusals: Sequence[Refusal]) -> None:
        self.device = device
        self.refusals = tuple(refusals)
        super().__init__(f"{device} refused: " + "; ".join(each.message for each in refusals))


class HeldError(Refused):
    """A lock is held by a session with our user, from our host: perhaps of an earlier run of ours.

    It ends by itself where that run was killed or its connection cut; a slow device takes a while.
    """


@dataclass(frozen=True, slots=True)
class Change:
    """What would change on a device. `diff` is a unified-like text a person reads.

    `added` and `removed` count lines; a change with neither is empty. `beside`: what else is on
    the device, in lines by whose it is, for people; it takes part in nothing. `notes`: what
    carrying it out does that its difference does not show, in sentences.
    """

    device: str
    diff: str
    added: int
    removed: int
    files: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


class Driver(Protocol):
    """One session to one device. Every method may raise `DeviceError`."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this driver can promise on this device."""
        ...

    def lock(self, owner: str) -> None:
        """Take the device for `owner`; raise `Refused` saying who holds it and since when.

        `HeldError` where it may be an earlier run of ours.
        """
        ...

    def unlock(self) -> None:
        """Let go of the device; harmless where nothing is held."""
        ...

    def read(self) -> Mapping[str, str]:
        """The running configuration, by the artifact's file names, in its own words."""
        ...

    def stage(self, artifact: Artifact, *, additive: bool = False) -> Change:
        """Compare `artifact` with what runs and remember it as the candidate; changes nothing.

        `additive`: the artifact is a part of the configuration; what it does not say stays as
        it is (NETCONF's merge, where otherwise it is replace).
        """
        ...

    def validate(self) -> None:
        """Let the device check the candidate; raise `Refused` with every refusal."""
        ...

    def fingerprint(self, *, last: bool = False) -> str:
        """A digest of what runs now, read anew: equal if and only if the configuration is.

        `last`: what `stage` or `commit`, called just before, has read will do. Without it
        `DeviceError` while a commit waits or is being taken back: what runs may change by itself.
        """
        ...

    def commit(self, confirm: Confirm | None = None) -> None:
        """Make the candidate run, and re-read: an imperfect result is put back, then `Refused`.

        `Refused`, and nothing done, also where something else runs now than when it was staged.
        With `confirm`, the device goes back by itself unless confirmed in time; what is kept
        for its next start changes with the confirmation only.
        """
        ...

    def probe(self) -> None:
        """Log in anew, beside this session, and get one answer; `DeviceError` otherwise.

        What runs now may have cut off whoever comes next while this session lives on.
        """
        ...

    def extend(self, confirm: Confirm, runs: str = "") -> None:
        """Start the timer of a waiting commit again, at `within`. Raises `NotPendingError`.

        `runs`: the fingerprint that the device had after that commit, compared with what runs
        now; `MovedError`, the timer started all the same, where it is another. Empty: not
        compared. This and `confirm` are over, one way or the other, within `SOON`.
        """
        ...

    def confirm(self, run: str, runs: str = "") -> None:
        """Keep what was committed under that name. Raises `NotPendingError`.

        `runs` as for `extend`; `MovedError` means that it is confirmed, and that something else
        ran just before than what was committed.
        """
        ...

    def roll_back(self, run: str) -> None:
        """Go back to what ran before the commit of that name. Raises `NotPendingError`."""
        ...

    def close(self) -> None:
        """End the session. A commit that waits under a name goes on waiting."""
        ...
