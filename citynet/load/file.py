"""One YAML file that is not part of an inventory: a playbook, or how devices are reached."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic_core import ErrorDetails

from citynet.errors import InventoryError, KeyPath, Position, Problem
from citynet.load.compose import Document, compose
from citynet.load.source import decode, top
from citynet.load.tree import Marks
from citynet.text import listed, nearest


def read(file: Path, what: str) -> Document:
    """The file's values and places; `what` names it for people. Raises `InventoryError`."""
    where = str(file)
    try:
        data = file.read_bytes()
    except OSError as error:
        words = f"{what} cannot be read: {error.strerror}"
        raise InventoryError([Problem(words, position=top(where))]) from error
    source, problems = decode(where, data)
    if source is None:
        raise InventoryError(problems)
    document = compose(source).after(problems)
    if document.problems:
        raise InventoryError(document.problems)
    return document


def place(path: KeyPath, document: Document) -> Position:
    """Where a value stands, or the nearest thing around it."""
    at, marks = top(document.file), document.marks
    for part in path:
        if marks is None or part not in marks.values:
            break
        at = marks.place_key(part)
        inner = marks.values[part]
        marks = inner if isinstance(inner, Marks) else None
    return at


def shape(
    errors: Iterable[ErrorDetails], document: Document, what: str, expected: Mapping[str, str]
) -> list[Problem]:
    """What pydantic found, in words: `what` has keys, and `expected` says what of each."""
    found: dict[object, Problem] = {}
    for each in errors:
        problem = _shape(each["loc"], each["type"], document, what, expected)
        found.setdefault((problem.position, problem.what), problem)
    return list(found.values())


def _shape(
    path: KeyPath, kind: str, document: Document, what: str, expected: Mapping[str, str]
) -> Problem:
    at = place(path, document)
    if not path or (len(path) == 1 and isinstance(path[0], int)):
        return Problem(f"{what} is a map", path, listed(list(expected)), position=at)
    named = [part for part in path if part in expected]
    key = str(path[-1]) if kind in ("extra_forbidden", "missing") else str((named or path)[-1])
    if kind == "extra_forbidden":
        known = f"one of {listed(sorted(expected))}"
        hint = nearest(key, expected)
        return Problem(f"{what} has no key {key!r}", path, known, hint, at)
    if kind == "missing":
        return Problem(f"{what} has no {key!r}", path, expected.get(key), position=at)
    return Problem(f"{key!r} of {what} is wrong", path, expected.get(key), position=at)
