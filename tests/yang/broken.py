"""Broken documents: each an edit of a valid one, with words of the complaint it must bring."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Broken:
    """Replace the first match of `old` (a regular expression) by `new`.

    `said` must be in a complaint, in its words and not in its path alone; `at` in the line that
    the same complaint points at.
    """

    name: str
    old: str
    new: str
    said: str
    at: str

    def of(self, valid: str) -> str:
        """The broken document."""
        text, count = re.subn(self.old, self.new, valid, count=1, flags=re.DOTALL)
        assert count == 1, f"{self.name}: nothing to break"
        assert text != valid, f"{self.name}: nothing is broken"
        return text
