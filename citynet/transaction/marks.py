"""What runs have staged and not committed, as their journals tell it to the runs after them.

A hint and no decision: where it is lost, a candidate that a server kept is taken for that of
others, and refused.
"""

import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from citynet.deploy.mark import MARK, STAGED, Mark, marked
from citynet.transaction import journal
from citynet.transaction.words import (
    Begun,
    Ended,
    JournalError,
    Marked,
    Outcome,
    Record,
)

KEY, LENGTH = "key", 32
RECENT = 20
"""So many runs, the last ones, are looked at."""
NotesOf = Callable[[str], dict[str, object]]
"""The notes of a device, by its name."""


def key_of(folder: Path) -> bytes:
    """The key of a city's runs, made where there is none; empty where that is not possible."""
    with suppress(OSError):
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        made = os.open(folder / KEY, flags, 0o600)
        try:
            os.write(made, secrets.token_bytes(LENGTH))
        finally:
            os.close(made)
    return _key(folder)


def _key(folder: Path) -> bytes:
    with suppress(OSError):
        found = (folder / KEY).read_bytes()
        return found if len(found) == LENGTH else b""
    return b""


@dataclass(slots=True)
class Marker:
    """Writes down what devices have staged. `key`: empty writes nothing."""

    key: bytes
    write: Callable[[Record], None]
    notes_of: NotesOf
    _written: dict[str, str] = field(default_factory=dict)

    def mark(self, devices: Iterable[str]) -> None:
        """Write what is new. A journal that cannot be written is for the next record to find."""
        if not self.key:
            return
        found = {name: self.notes_of(name).get(STAGED) for name in devices}
        marks = {n: marked(self.key, each) for n, each in found.items() if isinstance(each, bytes)}
        fresh = {n: each for n, each in marks.items() if self._written.get(n) != each}
        if fresh:
            with suppress(JournalError):
                self.write(Marked(fresh))
                self._written |= fresh


def tell(folder: Path, devices: Iterable[str], notes_of: NotesOf) -> None:
    """Leave to the drivers of these devices what the last run on each has staged there."""
    key = _key(folder)
    known = _known(folder) if key else {}
    for name in devices:
        if known.get(name):
            notes_of(name)[MARK] = Mark(key, known[name])


def _known(folder: Path) -> Mapping[str, str]:
    """Device -> the mark of the last run that staged there; empty after one that was kept."""
    found: dict[str, str] = {}
    for file in journal.runs(folder)[-RECENT:]:
        with suppress(JournalError):  # what cannot be read is for others to complain about
            found |= _marks(journal.read(file))
    return found


def _marks(records: Iterable[Record]) -> dict[str, str]:
    every = list(records)
    kept = any(isinstance(each, Ended) and each.outcome is Outcome.KEPT for each in every)
    if kept and isinstance(begun := every[0], Begun):
        return dict.fromkeys((name for wave in begun.waves for name in wave), "")
    marks: dict[str, str] = {}
    for each in every:
        marks |= each.marks if isinstance(each, Marked) else {}
    return marks
