"""Builds plain values and their places from YAML's events, without recursion."""

from msgspec import Struct, field
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from citynet.errors import KeyPath, Position, Problem
from citynet.load.scalars import Doubt, kind, plain
from citynet.load.source import Source, hidden
from citynet.load.tree import Marks

MAX_DEPTH = 32
"""How deep maps and lists may nest. An inventory needs five; options of roles a few more."""

MAX_EXPANDED = 250_000
"""How many values the aliases of one file may stand for, all together."""

FREE = "options"
"""Under this key anything goes, empty values too."""

MERGE = "<<"


class _Frame(Struct):
    """A map or list that is being read."""

    value: dict[str, object] | list[object]
    marks: Marks
    anchor: str | None
    size_before: int
    key: str | int | None = None
    key_at: int = 0
    kept: bool = True
    merges: list[tuple[object, Marks | int, int]] = field(default_factory=list)


class _Anchored(Struct, frozen=True):
    value: object
    marks: Marks | int
    size: int


class StopError(Exception):
    """The rest of the file cannot be read; the problem says why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


class Builder:
    """Takes events one by one; `root` is what they make.

    `empty` are the paths of keys without a value; `whole` says that no section was left out.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.root: object = None
        self.root_marks: Marks | None = None
        self.problems: list[Problem] = []
        self.empty: list[tuple[KeyPath, Position]] = []
        self.whole = True
        self._stack: list[_Frame] = []
        self._anchors: dict[str, _Anchored] = {}
        self._documents = 0
        self._size = 0
        self._expanded = 0

    def take(self, event: Event) -> None:
        """Take the next event of the document."""
        if isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, CollectionStartEvent):
            self._open(event)
        elif isinstance(event, CollectionEndEvent):
            self._close()
        elif isinstance(event, AliasEvent):
            self._alias(event)
        elif isinstance(event, DocumentStartEvent):
            self._document(event)

    # -- events ---------------------------------------------------------------------------

    def _document(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            raise StopError(
                self._problem(
                    _offset(event),
                    "a second document begins here (`---`)",
                    "one document in a file",
                    "put it in a file of its own: sections merge across files",
                )
            )

    def _scalar(self, event: ScalarEvent) -> None:
        offset = _offset(event)
        text = event.value
        self._check_tag(event)
        if event.style == '"':
            self._check_hidden(offset, text)
        is_plain = not event.style and event.tag is None
        frame = self._stack[-1] if self._stack else None
        if frame is not None and self._wants_key(frame):
            self._key(frame, text, offset, is_plain=is_plain)
            return
        value = self._plain(text, offset) if is_plain else text
        self._size += 1
        if value is None and frame is not None:
            self._nothing(frame, offset)
            offset = frame.key_at if isinstance(frame.value, dict) else offset
        self._remember(event.anchor, value, offset)
        self._attach(value, offset, offset)

    def _open(self, event: CollectionStartEvent) -> None:
        offset = _offset(event)
        self._check_tag(event)
        if len(self._stack) >= MAX_DEPTH:
            what = f"maps and lists are nested more than {MAX_DEPTH} deep"
            raise StopError(self._problem(offset, what, "a flatter inventory"))
        frame = self._stack[-1] if self._stack else None
        if frame is not None and self._wants_key(frame):
            self._complex_key(frame, event)
        value: dict[str, object] | list[object]
        value = {} if isinstance(event, MappingStartEvent) else []
        has_key = frame is not None and isinstance(frame.value, dict)
        marks = Marks(self.source, frame.key_at if frame and has_key else offset)
        self._attach(value, marks, offset, opens=True)
        self._stack.append(_Frame(value, marks, event.anchor, self._size))
        self._size += 1

    def _close(self) -> None:
        frame = self._stack.pop()
        if frame.merges and isinstance(frame.value, dict):
            for value, marks, offset in frame.merges:
                self._merge(frame, value, marks, offset)
        if frame.anchor is not None:
            size = self._size - frame.size_before
            self._anchors[frame.anchor] = _Anchored(frame.value, frame.marks, size)
        if self._stack:
            self._done(self._stack[-1])

    def _alias(self, event: AliasEvent) -> None:
        offset = _offset(event)
        name = event.anchor or ""
        if any(frame.anchor == name for frame in self._stack):
            what = f"`*{name}` stands inside `&{name}` itself, so it would never end"
            raise StopError(self._problem(offset, what, "an anchor that is complete"))
        anchored = self._anchors.get(name)
        if anchored is None:
            known = ", ".join(sorted(self._anchors)[:5])
            hint = f"anchors of this file: {known}" if known else "this file has no anchors"
            what = f"`*{name}` has no anchor `&{name}` before it"
            raise StopError(self._problem(offset, what, "an anchor of this file", hint))
        self._size += anchored.size
        self._expanded += anchored.size
        if self._expanded > MAX_EXPANDED:
            what = f"anchors and aliases expand to more than {MAX_EXPANDED} values"
            raise StopError(self._problem(offset, what, "an inventory written out"))
        frame = self._stack[-1] if self._stack else None
        if frame is not None and self._wants_key(frame):
            self._alias_key(frame, anchored, offset)
            return
        at = frame.key_at if frame and isinstance(frame.value, dict) else offset
        self._attach(anchored.value, _moved(anchored.marks, at), offset)

    # -- keys -----------------------------------------------------------------------------

    @staticmethod
    def _wants_key(frame: _Frame) -> bool:
        return frame.key is None and isinstance(frame.value, dict)

    def _key(self, frame: _Frame, text: str, offset: int, *, is_plain: bool) -> None:
        if is_plain:
            value = plain(text)
            if not isinstance(value, str):
                self._bad_key(value, text, offset)
        first = frame.marks.keys.get(text)
        frame.key, frame.key_at = text, offset
        if text == MERGE and is_plain:
            frame.kept = False
            return
        frame.kept = first is None
        if first is None:
            frame.marks.keys[text] = offset
            return
        self.whole = self.whole and len(self._stack) > 1
        what = f"`{text}` is here twice, first at {self.source.position(first)}"
        self.problems.append(self._problem(offset, what, "each name once"))

    def _bad_key(self, value: object, text: str, offset: int) -> None:
        if isinstance(value, Doubt):
            self.problems.append(
                self._problem(offset, value.what, f'another name, or "{text}" in quotes')
            )
        elif value is None:
            self.problems.append(self._problem(offset, "a key is empty", "a name"))
        else:
            what = f"the key `{text}` is {kind(value)}"
            self.problems.append(self._problem(offset, what, f'text: "{text}" in quotes'))

    def _alias_key(self, frame: _Frame, anchored: _Anchored, offset: int) -> None:
        if isinstance(anchored.value, str):
            self._key(frame, anchored.value, offset, is_plain=False)
            return
        what = f"a key is {kind(anchored.value)}"
        raise StopError(self._problem(offset, what, "a name"))

    def _complex_key(self, frame: _Frame, event: CollectionStartEvent) -> None:
        offset = _offset(event)
        found = "a map" if isinstance(event, MappingStartEvent) else "a list"
        hint = None
        if self.source.text[offset : offset + 1] == "{" and len(self._stack) > 1:
            hint = "an inventory has no {{ templates }}; text with braces needs quotes"
        raise StopError(self._problem(offset, f"a key is {found}", "a name", hint))

    # -- values ---------------------------------------------------------------------------

    def _plain(self, text: str, offset: int) -> object:
        value = plain(text)
        if isinstance(value, Doubt):
            self.problems.append(self._problem(offset, value.what, value.expected))
            return text
        return value

    def _nothing(self, frame: _Frame, offset: int) -> None:
        path = tuple(frame.key if frame.key is not None else 0 for frame in self._stack)
        if isinstance(frame.value, list):
            path = (*path[:-1], len(frame.value))
        if FREE not in path and all(outer.kept for outer in self._stack):
            place = frame.key_at if isinstance(frame.value, dict) else offset
            self.empty.append((path, self.source.position(place)))

    def _remember(self, anchor: str | None, value: object, offset: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = _Anchored(value, offset, 1)

    def _attach(
        self, value: object, marks: Marks | int, offset: int, *, opens: bool = False
    ) -> None:
        """Put a value into the map or list that is open, or make it the root."""
        if not self._stack:
            self.root = value
            self.root_marks = marks if isinstance(marks, Marks) else None
            return
        frame = self._stack[-1]
        if isinstance(frame.value, list):
            frame.key = len(frame.value)
            frame.value.append(value)
            frame.marks.values[frame.key] = marks
        elif frame.kept:
            key = str(frame.key)
            frame.value[key] = value
            frame.marks.values[key] = marks
        elif frame.key == MERGE:
            frame.merges.append((value, marks, offset))
        if not opens:
            self._done(frame)

    @staticmethod
    def _done(frame: _Frame) -> None:
        frame.key = None
        frame.kept = True

    def _merge(self, frame: _Frame, value: object, marks: Marks | int, offset: int) -> None:
        """Fill in from `<<` what the map does not say itself (YAML 1.1 merge key)."""
        if isinstance(value, list) and isinstance(marks, Marks):
            for index, item in enumerate(value):
                self._merge(frame, item, marks.values[index], offset)
        elif isinstance(value, dict) and isinstance(marks, Marks):
            _fill(frame, value, marks)
        else:
            what = f"`<<` merges {kind(value)}"
            self.problems.append(self._problem(offset, what, "a map, such as *name of a map"))

    # -- checks ---------------------------------------------------------------------------

    def _check_tag(self, event: NodeEvent) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!":
            shown = tag.replace("tag:yaml.org,2002:", "!!")
            what = f"the tag `{shown}` is not used in an inventory"
            self.problems.append(self._problem(_offset(event), what, "the value without it"))

    def _check_hidden(self, offset: int, text: str) -> None:
        found = hidden((text,))
        if found and found not in self.source.text:
            what = f"the text has an invisible character, U+{ord(found):04X}"
            self.problems.append(
                self._problem(offset, what, "text that reads as it looks", "delete it")
            )

    def _problem(
        self, offset: int, what: str, expected: str | None = None, hint: str | None = None
    ) -> Problem:
        position = self.source.position(offset)
        return Problem(what, expected=expected, hint=hint, position=position)


def _offset(event: Event) -> int:
    return event.start_mark.index if event.start_mark else 0


def _moved(marks: Marks | int, at: int) -> Marks | int:
    """Give what an alias stands for the place of the alias, its inside the anchor's."""
    if isinstance(marks, Marks):
        return Marks(marks.source, at, marks.keys, marks.values)
    return at


def _fill(frame: _Frame, value: dict[str, object], marks: Marks) -> None:
    if not isinstance(frame.value, dict):
        return
    for key, item in value.items():
        if key not in frame.value:
            frame.value[key] = item
            frame.marks.values[key] = marks.values[key]
            frame.marks.keys[key] = marks.keys[key]
