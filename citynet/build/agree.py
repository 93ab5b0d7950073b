"""What facts of several devices must agree on: for roles' `contradictions`."""

from collections.abc import Iterable, Iterator, Mapping

from citynet.build.facts import DeviceFacts
from citynet.errors import KeyPath, Problem
from citynet.model import City, device

Ends = tuple[str, str]
SECTIONS = ("city", "domains", "nodes", "optical")
"""Where options are said, the most general place first."""


def option_path(city: City, name: str, role: str, option: str) -> KeyPath | None:
    """Where the option of a role that holds on a device is said; None if it is the default."""
    here = device(city, name)
    places: list[tuple[KeyPath, Mapping[str, Mapping[str, object]]]]
    places = [(here.origin, here.options)]
    if here.domain is not None:
        places.append((("domains", here.domain), city.domains[here.domain].options))
    places.append((("city",), city.city.options))
    for path, options in places:
        if option in options.get(role, {}):
            return (*path, "options", role, option)
    return None


def _general(path: KeyPath | None) -> int:
    """How particular a place is; the default is the most general of all."""
    return SECTIONS.index(str(path[0])) if path else -1


def _to_blame(paths: tuple[KeyPath | None, KeyPath | None]) -> list[tuple[int, KeyPath]]:
    """The ends whose option is said more particularly than the other's, both if neither is."""
    most = max(map(_general, paths))
    return [(end, path) for end, path in enumerate(paths) if path and _general(path) == most]


def at_both_ends(
    city: City,
    facts: Mapping[str, DeviceFacts],
    role: str,
    option: str,
    links: Iterable[tuple[str, Ends]],
) -> Iterator[Problem]:
    """An option of a role that is not the same at both ends of `links`, once for each place.

    Each link is what it is called, and its two devices.
    """
    found: dict[KeyPath, list[str]] = {}
    for link, ends in links:
        here, there = (getattr(facts[end].roles.get(role), option, None) for end in ends)
        if here is None or there is None or here == there:
            continue
        first, second = (option_path(city, end, role, option) for end in ends)
        for at, path in _to_blame((first, second)):
            values = (here, there) if at == 0 else (there, here)
            near, far = ends if at == 0 else ends[::-1]
            what = f"{option} is {values[0]} at {near} and {values[1]} at {far}, the ends of {link}"
            found.setdefault(path, []).append(what)
    for path, said in found.items():
        more = f", and so with {len(said) - 1} more" if len(said) > 1 else ""
        hint = "say it for all routers that are linked, or leave it out"
        yield Problem(f"{said[0]}{more}", path, f"one {option} at both ends", hint)
