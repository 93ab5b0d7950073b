"""YAML text to plain values and their places.

Built from PyYAML's stream of events (libyaml's where there is one): one pass, linear in the
text and in what its aliases stand for, and safe at any depth.
"""

from collections.abc import Iterable, Iterator

import yaml
from msgspec import Struct
from msgspec.structs import replace
from yaml.events import Event

from citynet.errors import KeyPath, Position, Problem
from citynet.load.builder import Builder, StopError
from citynet.load.source import Source
from citynet.load.tree import Marks
from citynet.load.yaml_words import explain

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Document(Struct, frozen=True):
    """One file's values and places.

    `value` and `marks` are None when it does not parse or holds nothing. `empty` are the paths
    and places of keys without a value. `whole` says that everything in the file is in `value`.
    """

    file: str
    value: object = None
    marks: Marks | None = None
    empty: tuple[tuple[KeyPath, Position], ...] = ()
    problems: tuple[Problem, ...] = ()
    whole: bool = False

    def after(self, problems: Iterable[Problem]) -> "Document":
        """Add problems that were found before the text was read as YAML."""
        return replace(self, problems=(*problems, *self.problems))


def compose(source: Source) -> Document:
    """Read a file's one YAML document; every mistake in it is among the problems."""
    builder = Builder(source)
    try:
        for event in _events(source.text):
            builder.take(event)
    except StopError as stop:
        return Document(source.file, problems=(*builder.problems, stop.problem))
    except yaml.YAMLError as error:
        return Document(source.file, problems=(*builder.problems, explain(source, error)))
    return Document(
        source.file,
        value=builder.root,
        marks=builder.root_marks,
        empty=tuple(builder.empty),
        problems=tuple(builder.problems),
        whole=builder.whole,
    )


def _events(text: str) -> Iterator[Event]:
    events: Iterator[Event] = yaml.parse(text, Loader=_LOADER)
    return events
