"""The nearest valid name to one that is wrong: "did you mean".

A few names are compared one by one. Among thousands, only those that differ by one letter
more, less, other or swapped are looked at (the deletion index of SymSpell), so that ten
thousand mistakes in a city of ten thousand nodes still take a moment.
"""

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher, get_close_matches
from functools import cached_property

FEW = 60
"""Up to this many names are compared one by one."""

LONGEST = 64
"""A longer word is not a slip of a name."""

MOST_ALIKE = 8
"""How many names that share a deletion are compared."""


class Names:
    """A set of valid names to look up wrong ones in."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        self._found: dict[str, str | None] = {}

    def nearest(self, word: object) -> str | None:
        """Find the valid name that was most likely meant, or None."""
        if not isinstance(word, str) or not word or len(word) > LONGEST:
            return None
        if word not in self._found:
            few = len(self._names) <= FEW
            self._found[word] = self._of_few(word) if few else self._of_many(word)
        return self._found[word]

    def _of_few(self, word: str) -> str | None:
        simple = {_simple(name): name for name in reversed(self._names)}
        found = get_close_matches(_simple(word), list(simple), n=1, cutoff=0.6)
        return simple[found[0]] if found else None

    def _of_many(self, word: str) -> str | None:
        same = self._index.get(_simple(word), [""])[0]
        if _simple(same) == _simple(word):
            return same
        alike = {
            name
            for key in (_simple(word), *_deletions(_simple(word)))
            for name in self._index.get(key, ())[:MOST_ALIKE]
        }
        return max(sorted(alike), key=lambda name: _likeness(word, name), default=None)

    @cached_property
    def _index(self) -> dict[str, list[str]]:
        """Map each simple name, and each with one letter left out, to names; itself first."""
        index: dict[str, list[str]] = {}
        for name in self._names:
            index.setdefault(_simple(name), []).append(name)
        for name in self._names:
            for key in _deletions(_simple(name)):
                index.setdefault(key, []).append(name)
        return index


def did_you_mean(names: Names, word: object) -> str | None:
    """Ask whether the nearest name was meant; the hint of a problem."""
    near = names.nearest(word)
    return f"did you mean `{near}`?" if near else None


def safe_name(word: str) -> str:
    """Make the nearest safe name of a word: `Gov_Core 1` is `gov-core-1`."""
    return re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-")


def _simple(word: str) -> str:
    """Leave out what people mix up: case, and which separator."""
    return word.lower().replace("_", "-").replace(" ", "-")


def _deletions(word: str) -> Iterator[str]:
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def _likeness(word: str, name: str) -> float:
    return SequenceMatcher(None, word, name, autojunk=False).ratio()
