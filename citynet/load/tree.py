"""Where every value of an inventory stands, kept cheap: one number a value.

A position is an offset into a file's text; line and column are worked out when a person asks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from msgspec import Struct, field

from citynet.errors import InventoryError, KeyPath, Position, Problem
from citynet.load.source import Source, visible


class Marks(Struct, frozen=True):
    """The places inside one map or list.

    `at` is its own offset: of its key where it has one. `keys` are the offsets of a map's
    keys, `values` those of its values, or the marks of the maps and lists among them.
    """

    source: Source
    at: int
    keys: dict[str | int, int] = field(default_factory=dict)
    values: dict[str | int, "int | Marks"] = field(default_factory=dict)

    def place(self, key: str | int) -> Position:
        """Point at a value, or at the key of a map or list."""
        value = self.values[key]
        if isinstance(value, Marks):
            return value.source.position(value.at)
        return self.source.position(value)

    def place_key(self, key: str | int) -> Position:
        """Point at a key; at the item itself in a list."""
        return self.source.position(self.keys[key]) if key in self.keys else self.place(key)


class Sources(Struct, frozen=True):
    """The places of everything in an inventory.

    `start` is where the inventory begins, `sections` where each section was first seen, and
    `entries` says for each name of a section which file's part of the section holds it.
    """

    start: Position | None = None
    sections: Mapping[str, Marks] = field(default_factory=dict)
    entries: Mapping[str, Mapping[str, Marks]] = field(default_factory=dict)

    def locate(self, path: KeyPath) -> Position | None:
        """Find where a value stands, or the nearest map around it that exists.

        A map or a list stands at its key, any other value at itself.
        """
        holder, key = self._find(path)
        return self.start if holder is None else holder.place(key)

    def locate_key(self, path: KeyPath) -> Position | None:
        """Find where the key of a value stands."""
        holder, key = self._find(path)
        return self.start if holder is None else holder.place_key(key)

    def written(self, path: KeyPath) -> str | None:
        """Read a plain scalar as it was written, if there is one at exactly this path."""
        holder, key = self._find(path)
        if holder is None or not path or key != path[-1]:
            return None
        value = holder.values[key]
        return None if isinstance(value, Marks) else holder.source.written(value)

    def place(self, problem: Problem) -> Problem:
        """Fill in a problem's position from its path; one that has a position keeps it."""
        if problem.position is not None:
            return problem
        return replace(problem, position=self.locate(problem.path))

    def resolve(self, error: InventoryError) -> InventoryError:
        """Fill in the positions of an error from a later stage, and sort it by place."""
        return InventoryError(in_order(self.place(problem) for problem in error.problems))

    def _find(self, path: KeyPath) -> tuple[Marks | None, str | int]:
        if not path or path[0] not in self.sections:
            return None, ""
        section = str(path[0])
        marks, key = self.sections[section], path[0]
        if len(path) == 1:
            return marks, key
        holder = self.entries.get(section, {}).get(str(path[1]))
        if holder is None:
            return marks, key
        return _descend(holder, path[1:])


def _descend(holder: Marks, path: KeyPath) -> tuple[Marks, str | int]:
    key = path[0]
    for part in path[1:]:
        inner = holder.values[key]
        if not isinstance(inner, Marks) or part not in inner.values:
            break
        holder, key = inner, part
    return holder, key


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sort problems by file and place, each once, with nothing in them that a terminal obeys."""
    return sorted(dict.fromkeys(_printable(problem) for problem in problems), key=_order)


def _printable(problem: Problem) -> Problem:
    texts = (problem.what, problem.expected, problem.hint)
    if all(text is None or text.isprintable() for text in texts):
        return problem
    what, expected, hint = (text and visible(text) for text in texts)
    return replace(problem, what=what or "", expected=expected, hint=hint)


def _order(problem: Problem) -> tuple[bool, Position, str]:
    position = problem.position
    return position is None, position or Position("", 0, 0), str(problem)
