"""Something that goes on is said at once, and then ever more seldom."""

from dataclasses import dataclass, field

LONGEST = 60.0
"""Seconds between two sentences of the same, at most; they begin with one second."""


@dataclass(slots=True)
class Seldom:
    """When to say something again: at once what is new, else after 1, 2, 4 … 60 s.

    Times are in seconds of any one clock.
    """

    _known: set[str] = field(default_factory=set)
    _next: float = 0.0
    _gap: float = 1.0

    def due(self, reasons: frozenset[str], now: float) -> bool:
        """Whether to say it now; then it counts as said."""
        new = reasons - self._known
        if not new and now < self._next:
            return False
        self._gap = 1.0 if new else min(2 * self._gap, LONGEST)
        self._known |= new
        self._next = now + self._gap
        return True
