"""What of a city can still be used although something else in it is wrong."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from citynet.errors import KeyPath
from citynet.load.references import astray
from citynet.load.rules_optical import channels_end_on_a_terminal
from citynet.model import City

Entries = Collection[KeyPath]
"""Entries of sections, each as section and name."""


def without(city: City, entries: Entries) -> City:
    """Leave entries out of a city; nothing else is looked at again."""
    kept = {
        section: {
            name: entry
            for name, entry in getattr(city, section).items()
            if (section, name) not in entries
        }
        for section in {str(path[0]) for path in entries}
    }
    return city.model_copy(update=kept)


def _pinned_to(values: Mapping[str, Any], gone: Entries) -> Iterator[KeyPath]:
    """Optical equipment whose pins name a ring or a link that is left out."""
    for name, node in values["optical"].items():
        for ref in (*node["degrees"], *node["ports"]):
            owner, slash, _ = ref.partition("/")
            if ("rings" if slash else "links", owner) in gone:
                yield ("optical", name)


def sound(city: City, wrong: Entries, missing: Entries = ()) -> City:
    """Leave out entries that are `wrong`, and all that name what is left out or not there.

    `missing` are entries that were written and are not in the city. As many times through the
    city as one thing depends on another: a link on nodes, a node on its site.
    """
    values: dict[str, Any] = city.model_dump(by_alias=True)
    gone, left = {*wrong, *missing}, {*wrong}
    while True:
        for section, name in left:
            values[str(section)].pop(name, None)
        found = {path[:2] for path in astray(values)} | {*_pinned_to(values, gone)}
        left = found - gone
        if not left:
            break
        gone |= left
    part = without(city, gone)
    dark = {problem.path[:2] for problem in channels_end_on_a_terminal(part)}
    return sound(part, dark, gone) if dark else part
