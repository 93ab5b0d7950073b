"""Sections of many files into one inventory."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from citynet.errors import KeyPath, Position, Problem
from citynet.load.compose import Document
from citynet.load.nearest import Names, did_you_mean
from citynet.load.scalars import kind
from citynet.load.source import top
from citynet.load.tree import Marks, Sources


class Merged(Struct, frozen=True):
    """What all files say together.

    `whole` is False when something that was written is not in `values`, so that a name or
    a section that seems missing may well be there.
    """

    values: Mapping[str, object]
    sources: Sources
    empty: tuple[tuple[KeyPath, Position], ...]
    problems: tuple[Problem, ...]
    whole: bool


class _Merger:
    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.nearest = Names(names)
        self.values: dict[str, dict[str, object]] = {}
        self.sections: dict[str, Marks] = {}
        self.entries: dict[str, dict[str, Marks]] = {}
        self.problems: list[Problem] = []
        self.empty: list[tuple[KeyPath, Position]] = []
        self.whole = True

    def document(self, document: Document) -> None:
        """Add one file."""
        self.problems += document.problems
        self.whole = self.whole and document.whole
        value, marks = document.value, document.marks
        if isinstance(value, dict) and marks is not None:
            self.empty += [one for one in document.empty if one[0][0] in self.names]
            for section, content in value.items():
                self._section(section, content, marks)
        elif document.whole:
            self._not_sections(document)

    def _not_sections(self, document: Document) -> None:
        """A file that holds nothing, or something that is not a map of sections."""
        self.whole = self.whole and document.value is None
        what = "the file is empty"
        if document.value is not None:
            what = f"the file holds {kind(document.value)}"
        self.problems.append(
            Problem(
                what,
                expected="one or more of the sections " + ", ".join(self.names),
                position=top(document.file),
                code="no-sections",
            )
        )

    def _section(self, section: str, content: object, marks: Marks) -> None:
        if section not in self.names:
            self.whole = False
            self.problems.append(self._unknown(section, marks.place_key(section)))
            return
        self.sections.setdefault(section, marks)
        inner = marks.values[section]
        if isinstance(content, dict) and isinstance(inner, Marks):
            self._entries(section, content, inner)
            return
        self.whole = False
        if content is not None:
            what = f"`{section}` is {kind(content)}"
            self.problems.append(
                Problem(
                    what,
                    expected="a map of names",
                    position=marks.place_key(section),
                    code="no-sections",
                )
            )

    def _entries(self, section: str, content: Mapping[str, object], marks: Marks) -> None:
        values = self.values.setdefault(section, {})
        holders = self.entries.setdefault(section, {})
        for name, entry in content.items():
            first = holders.setdefault(name, marks)
            if first is marks:
                values[name] = entry
                continue
            what = f"`{name}` is in `{section}` twice, first at {first.place_key(name)}"
            self.problems.append(
                Problem(
                    what,
                    (section, name),
                    expected="each name once",
                    position=marks.place_key(name),
                    code="defined-twice",
                )
            )

    def _unknown(self, section: str, position: Position) -> Problem:
        return Problem(
            f"unknown section `{section}`",
            expected="one of " + ", ".join(self.names),
            hint=did_you_mean(self.nearest, section),
            position=position,
            code="unknown-section",
        )


def merge(documents: Iterable[Document], names: tuple[str, ...], start: Position) -> Merged:
    """Merge the files of an inventory, in the order given.

    `names` are the sections that there can be; `start` is where the inventory begins. The
    first of two entries with one name counts, the second is a problem.
    """
    merger = _Merger(names)
    for document in documents:
        merger.document(document)
    return Merged(
        values=merger.values,
        sources=Sources(start, merger.sections, merger.entries),
        empty=tuple(merger.empty),
        problems=tuple(merger.problems),
        whole=merger.whole,
    )
