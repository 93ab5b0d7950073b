"""What devices run, asked of them and of nobody else."""

from dataclasses import dataclass


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
    """The digests of a device's configuration before and after the change.

    `more`: after the change, with what another client has added. `saved`: what it may start with
    as well, where that client's edit is of what runs alone.
    """

    old: str
    new: str
    more: str = ""
    saved: str = ""

    @property
    def changes(self) -> bool:
        return self.old != self.new

    def name(self, digest: str) -> str:
        """`same`, `old`, `new` or `neither`."""
        if not self.changes and digest == self.old:
            return "same"
        return {self.old: "old", self.new: "new"}.get(digest, "neither")
