"""What devices run, asked of them and of nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Truth:
    """One device. `running` and `kept` (what it would start with) are configurations' digests.

    `until`: seconds until the timer of a commit that waits goes off; None where none waits.
    """

    running: str
    kept: str
    until: float | None = None


@dataclass(frozen=True)
class Wanted:
    """The digests of a device's configuration before and after the change."""

    old: str
    new: str

    @property
    def changes(self) -> bool:
        return self.old != self.new

    def name(self, digest: str) -> str:
        """`same`, `old`, `new` or `neither`."""
        if not self.changes and digest == self.old:
            return "same"
        return {self.old: "old", self.new: "new"}.get(digest, "neither")


class World(Protocol):
    """The devices of a case, and what the judge has to know of them."""

    @property
    def wanted(self) -> Mapping[str, Wanted]:
        """Every device's two configurations."""
        ...

    @property
    def meddled(self) -> frozenset[str]:
        """Devices that somebody else has changed since."""
        ...

    def truth(self) -> Mapping[str, Truth]:
        """What every device runs now."""
        ...
