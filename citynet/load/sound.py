"""What of a city can still be used although something else in it is wrong."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from citynet.errors import KeyPath
from citynet.load.references import astray
from citynet.load.rules_optical import channels_end_on_a_terminal
from citynet.model import City

Entries = Collection[KeyPath]
"""What can be left out: entries of sections as section and name, and endpoints of VPNs."""

ENDPOINT = 4
"""Keys to an endpoint: `vpns`, its VPN, `endpoints`, its name."""


def entry_of(path: KeyPath) -> KeyPath:
    """What has to be left out where the value at a path is wrong."""
    inside = path[:1] == ("vpns",) and path[2:3] == ("endpoints",) and len(path) >= ENDPOINT
    return path[: ENDPOINT if inside else 2]


def _kept(path: KeyPath, entries: Mapping[str, Any], gone: Entries) -> dict[str, Any]:
    return {name: each for name, each in entries.items() if (*path, name) not in gone}


def without(city: City, entries: Entries) -> City:
    """Leave entries out of a city; nothing else is looked at again."""
    sections = {str(path[0]) for path in entries}
    kept = {section: _kept((section,), getattr(city, section), entries) for section in sections}
    vpns = {str(path[1]) for path in entries if len(path) == ENDPOINT}
    for vpn in vpns & kept.get("vpns", {}).keys():
        here = kept["vpns"][vpn]
        endpoints = _kept(("vpns", vpn, "endpoints"), here.endpoints, entries)
        kept["vpns"][vpn] = here.model_copy(update={"endpoints": endpoints})
    return city.model_copy(update=kept)


def _leave_out(values: dict[str, Any], path: KeyPath) -> None:
    holder: Any = values
    for part in path[:-1]:
        holder = holder.get(part, {})
    holder.pop(path[-1], None)


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
        for path in left:
            _leave_out(values, path)
        found = {entry_of(path) for path in astray(values)} | {*_pinned_to(values, gone)}
        left = found - gone
        if not left:
            break
        gone |= left
    part = without(city, gone)
    dark = {problem.path[:2] for problem in channels_end_on_a_terminal(part)}
    return sound(part, dark, gone) if dark else part
