"""Broken documents: each an edit of a valid one, with words of the complaint it must bring."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Broken:
    """Replace the first match of `old` (a regular expression) by `new`.

    `said` must be in a complaint, in its words and not in its path alone; `at` in the line that
    the same complaint points at. Where releases of libyang differ it is one of several texts.
    """

    name: str
    old: str
    new: str
    said: str | tuple[str, ...]
    at: str | tuple[str, ...]

    def meets(self, words: str, line: str) -> bool:
        """Whether this is the complaint."""
        return _one(self.said, words) and _one(self.at, line)

    def of(self, valid: str) -> str:
        """The broken document."""
        text, count = re.subn(self.old, self.new, valid, count=1, flags=re.DOTALL)
        assert count == 1, f"{self.name}: nothing to break"
        assert text != valid, f"{self.name}: nothing is broken"
        return text


def _one(wanted: str | tuple[str, ...], text: str) -> bool:
    return any(each in text for each in ((wanted,) if isinstance(wanted, str) else wanted))
