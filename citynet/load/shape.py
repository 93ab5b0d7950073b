"""What pydantic found wrong with the shape of an inventory, in words for its author.

What was expected is said in the words of the JSON Schema, so editors say the same.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_network
from typing import Any

from pydantic import ValidationError

from citynet import schema
from citynet.errors import KeyPath, Position, Problem, coded
from citynet.load.nearest import LONGEST, Names, safe_name
from citynet.load.references import section_named
from citynet.load.scalars import kind, plain
from citynet.load.tree import Sources
from citynet.text import amount

_KEY = "[key]"
_CODES = {
    "missing": "missing-key",
    "extra_forbidden": "unknown-key",
    "too_short": "wrong-length",
    "too_long": "wrong-length",
}
"""The codes of pydantic's kinds of errors; all others are `wrong-value`."""
_SHOWN = 60


def bad_paths(error: ValidationError) -> set[KeyPath]:
    """List the entries (section and name) that hold a mistake."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return {tuple(one["loc"][:2]) for one in found}


def shape_problems(
    error: ValidationError | None,
    empty: Iterable[tuple[KeyPath, Position]],
    sources: Sources,
    *,
    whole: bool,
) -> list[Problem]:
    """Say everything that is wrong with the shape of an inventory.

    `empty` are the keys without a value, which pydantic takes for left out. A section is
    only missed when the inventory was read as a whole.
    """
    shape = Shape(sources)
    problems: list[Problem] = []
    errors = error.errors(include_url=False, include_context=False) if error else []
    for one in errors:
        if whole and isinstance(one["input"], str) and section_named(one["loc"]):
            continue  # a name that nothing has: `references` says so, and what was meant
        if whole or one["type"] != "missing" or len(one["loc"]) > 1:
            problems += shape.problem(one["loc"], one["type"], one["input"])
    problems += shape.nothing(empty, {problem.path for problem in problems})
    return [problem for problem in problems if not shape.explained(problem)]


def said_by(
    error: ValidationError, sources: Sources, at: Callable[[KeyPath], schema.Schema], base: KeyPath
) -> list[Problem]:
    """Say what is wrong with the part of an inventory at `base`, which has a model of its own.

    `at` finds the schema of a value by its path. What a model says itself is left as it is.
    """
    shape = Shape(sources, at)
    problems: list[Problem] = []
    for one in error.errors(include_url=False):
        place = (*base, *one["loc"])
        if one["type"] in ("value_error", "assertion_error"):
            problems.append(Problem(one["msg"], place, code="wrong-option"))
        else:
            problems += shape.problem(place, one["type"], one["input"])
    return [problem for problem in problems if not shape.explained(problem)]


class Shape:
    """Words for one inventory's mistakes of shape; `at` finds the schema of a value."""

    def __init__(
        self, sources: Sources, at: Callable[[KeyPath], schema.Schema] = schema.at
    ) -> None:
        self._sources = sources
        self._schema = at
        self._names: dict[tuple[str, ...], Names] = {}
        self._misspelt: set[KeyPath] = set()
        self._missed: dict[Problem, KeyPath] = {}

    def problem(self, place: KeyPath, kind_of_error: str, found: Any) -> list[Problem]:
        """Say what one error of pydantic means."""
        if place and place[-1] == _KEY:
            return [*coded("bad-name", [self._bad_name(place[:-1])])]
        code = _CODES.get(kind_of_error, "wrong-value")
        return [*coded(code, self._said(place, kind_of_error, found))]

    def _said(self, place: KeyPath, kind_of_error: str, found: Any) -> list[Problem]:
        if kind_of_error == "missing":
            return self._missing(place, found)
        if kind_of_error == "extra_forbidden":
            return [self._unknown(place)]
        if kind_of_error in ("too_short", "too_long"):
            return [self._wrong_length(place, found)]
        return [self._wrong(place, found)]

    def nothing(
        self, empty: Iterable[tuple[KeyPath, Position]], said: set[KeyPath]
    ) -> list[Problem]:
        """Say which keys have no value, except those that are wrong anyway."""
        return [
            Problem(
                f"{_name(path)} has no value",
                path,
                expected=self._expected(path),
                hint="leave the key out if there is nothing to say",
                position=position,
                code="no-value",
            )
            for path, position in empty
            if path not in said
        ]

    def explained(self, problem: Problem) -> bool:
        """Say whether a key is only missed because it is misspelt next to where it is missed."""
        return self._missed.get(problem) in self._misspelt

    def _bad_name(self, path: KeyPath) -> Problem:
        name = str(path[-1])
        names = self._schema(path[:-1]).get("propertyNames", {})
        simple = safe_name(name)[: names.get("maxLength", LONGEST)]
        fits = simple != name and re.search(names.get("pattern", ""), simple)
        return Problem(
            f"`{_short(name)}` cannot be a name here",
            path,
            expected=schema.describe(names),
            hint=f"did you mean `{simple}`?" if fits and len(simple) > 1 else None,
            position=self._sources.locate_key(path),
        )

    def _missing(self, place: KeyPath, found: Any) -> list[Problem]:
        parent = place[:-1]
        if isinstance(place[-1], int):
            items = found if isinstance(found, list | tuple) else ()
            return [self._wrong_length(parent, items)]
        what = f"`{place[-1]}` is missing"
        hint = None
        if not parent:
            what = f"there is no `{place[-1]}:` section"
            sections = ", ".join(sorted(self._sources.sections)) or "none"
            hint = f"sections found: {sections}"
        problem = self._at(parent, what, self._expected(place), hint)
        self._missed[problem] = place
        return [problem]

    def _unknown(self, place: KeyPath) -> Problem:
        keys = schema.keys(self._schema(place[:-1]))
        near = self._nearest(keys, place[-1])
        if near:
            self._misspelt.add((*place[:-1], near))
        return Problem(
            f"unknown key `{_short(str(place[-1]))}`",
            place,
            expected="one of " + ", ".join(keys) if keys else "none here",
            hint=f"did you mean `{near}`?" if near else None,
            position=self._sources.locate_key(place),
        )

    def _wrong_length(self, path: KeyPath, found: Any) -> Problem:
        count = len(found) if isinstance(found, list | tuple | Mapping) else 0
        what = f"{_name(path)} has {amount(count, 'item')}"
        if isinstance(found, Mapping):
            return self._at(path, f"{_name(path)} is empty", "at least one name in it")
        return self._at(path, what, self._expected(path))

    def _wrong(self, path: KeyPath, found: Any) -> Problem:
        node = self._schema(path)
        what = f"{_name(path)} {_is(found, node)}"
        return self._at(path, what, self._expected(path), self._hint(path, node, found))

    def _nearest(self, names: tuple[str, ...], word: object) -> str | None:
        if names not in self._names:
            self._names[names] = Names(names)
        return self._names[names].nearest(word)

    def _hint(self, path: KeyPath, node: schema.Schema, found: Any) -> str | None:
        if "enum" in node:
            near = self._nearest(tuple(node["enum"]), found)
            return f"did you mean `{near}`?" if near else None
        wants_text = node.get("type") == "string" and "format" not in node
        if wants_text and isinstance(found, bool | int | float):
            return f'write it in quotes: "{self._sources.written(path) or found}"'
        if isinstance(found, str):
            return _text_hint(node, found)
        return None

    def _expected(self, path: KeyPath) -> str:
        section = section_named(path)
        return f"a name in `{section}`" if section else schema.describe(self._schema(path))

    def _at(
        self, path: KeyPath, what: str, expected: str | None, hint: str | None = None
    ) -> Problem:
        position = self._sources.locate(path)
        return Problem(what, path, expected=expected, hint=hint, position=position)


def _text_hint(node: schema.Schema, found: str) -> str | None:
    if node.get("type") == "integer" and isinstance(plain(found), int):
        return "leave out the quotes"
    if str(node.get("format")).endswith("network"):
        return _network_hint(found)
    return None


def _network_hint(found: str) -> str | None:
    """Suggest the prefix that an address with its length stands in."""
    try:
        network = ip_network(found, strict=False)
    except ValueError:
        return None
    return f"did you mean `{network}`?" if str(network) != found else None


def _name(path: KeyPath) -> str:
    """Name a value by its key; an item of a list by its place, counted from 1."""
    if not path:
        return "the inventory"
    if isinstance(path[-1], int):
        return f"item {path[-1] + 1} of `{path[-2]}`"
    return f"`{_short(str(path[-1]))}`"


def _is(found: Any, node: schema.Schema) -> str:
    """Say what was found where something else was expected."""
    if found is None:
        return "has no value"
    if isinstance(found, bool):
        return f"is {str(found).lower()}"
    if isinstance(found, int | float):
        return f"is the number {found}"
    if isinstance(found, str):
        quoted = node.get("type") in ("integer", "array", "object")
        return f'is the text "{_short(found)}"' if quoted else f"is `{_short(found)}`"
    return f"is {kind(found)}"


def _short(text: str) -> str:
    return text[:_SHOWN] + ("..." if len(text) > _SHOWN else "")
