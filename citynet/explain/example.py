"""Examples of keys: each the smallest part of one valid city that has the key in it.

The city is `city/city.yaml` beside this file; a test puts every example back into it.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from citynet.explain.keys import OPTIONS, Key

CITY = Path(__file__).parent / "city" / "city.yaml"
Values = Mapping[str, Any]

NEEDS: Mapping[str, tuple[str, ...]] = {
    "nodes.image": ("platform",),
    "optical.ports": ("line",),
    "rings.grid": ("line_systems",),
    "rings.line_systems": ("grid",),
    "rings.protection": ("line_systems",),
    "rings.spans.loss": ("line_systems",),
    "rings.spans.frequency": ("line_systems", "grid"),
    "rings.spans.channel": ("line_systems",),
    "rings.spans.protection": ("line_systems",),
    "links.frequency": ("ring",),
    "links.channel": ("ring",),
    "links.protection": ("ring",),
}
"""Keys of the same entry that a key makes no sense without, though an entry may lack them."""


def city() -> dict[str, Any]:
    """The values of the city that examples are of."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Any] = yaml.load(CITY.read_text(encoding="utf-8"), loader)  # noqa: S506 - safe
    return found


def example(key: Key, known: Mapping[str, Key], whole: Values | None = None) -> dict[str, Any]:
    """A part of the city with the key, and with what an entry that has it must have."""
    whole = city() if whole is None else whole
    if key.path[:2] == ("city", OPTIONS) and len(key.path) > 2:  # noqa: PLR2004 - of a role
        return _option(key, known)
    found = sorted(_parts(whole, key.path, known, ()), key=lambda each: len(str(each)))
    return found[0] if found else {}


def written(values: Values) -> str:
    """As an inventory's file has it: short maps and lists on one line."""
    return yaml.dump(
        dict(values),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=None,
        width=88,
    )


class _Dumper(yaml.SafeDumper):
    """Text with a colon or a slash in quotes where YAML or a person could read it otherwise."""


def _parts(
    value: Any, path: Sequence[str], known: Mapping[str, Key], words: tuple[str, ...]
) -> Iterator[Any]:
    """Every part of a value that leads to a path, each with what must be beside the path."""
    if not path:
        yield _first(value, known, words)
        return
    part, rest = path[0], path[1:]
    if not isinstance(value, Mapping):
        return
    if part == "*":
        for name, inner in value.items():
            yield from ({name: each} for each in _parts(inner, rest, known, words))
    elif part in value:
        wanted = NEEDS.get(".".join((*words, *path_words(path))), ())
        beside = {key: each for key, each in value.items() if key in wanted} | {
            key: each for key, each in value.items() if _must(known, (*words, key)) and key != part
        }
        for each in _parts(value[part], rest, known, (*words, part)):
            yield {key: beside.get(key, each) for key in value if key in beside or key == part}


def path_words(path: Sequence[str]) -> tuple[str, ...]:
    """A path without the names in it."""
    return tuple(part for part in path if part != "*")


def _must(known: Mapping[str, Key], words: tuple[str, ...]) -> bool:
    key = known.get(".".join(words))
    return key is not None and key.required and len(words) > 1


def _first(value: Any, known: Mapping[str, Key], words: tuple[str, ...]) -> Any:
    """Of a section the first entry alone, with what it must have."""
    if len(words) > 1 or not isinstance(value, Mapping):
        return value
    if words == ("city",):
        return {key: each for key, each in value.items() if _must(known, (*words, key))}
    name, entry = next(iter(value.items()))
    must = {key: each for key, each in entry.items() if _must(known, (*words, key))}
    return {name: must or entry}


def _defaults(key: Key, known: Mapping[str, Key]) -> Any:
    if not key.inside:
        return {} if key.default is None else key.default
    return {each.rpartition(".")[2]: _defaults(known[each], known) for each in key.inside}


def _option(key: Key, known: Mapping[str, Key]) -> dict[str, Any]:
    """An option with its default, for the whole city; of a role, all that it has."""
    value = _defaults(key, known)
    for part in reversed(key.path):
        value = {part: value}
    return {"city": {"name": city()["city"]["name"], **value["city"]}}
