"""Names in an inventory that must be names of something: dangling references.

These run on the raw values, so that they are found in the same go as mistakes of shape:
whatever does not have the right shape is passed over here.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct

from citynet.errors import KeyPath, Problem
from citynet.load.nearest import Names, did_you_mean, safe_name

_LISTED = 6
"""Up to this many valid names are listed in a message."""


class Reference(Struct, frozen=True):
    """Values at `path` (`*` is any name or item) are names in `section`; `noun` is one."""

    path: tuple[str, ...]
    section: str
    noun: str


REFERENCES = (
    Reference(("networks", "*", "domain"), "domains", "domain"),
    Reference(("nodes", "*", "site"), "sites", "site"),
    Reference(("nodes", "*", "domain"), "domains", "domain"),
    Reference(("nodes", "*", "network"), "networks", "network"),
    Reference(("optical", "*", "site"), "sites", "site"),
    Reference(("optical", "*", "line"), "optical", "optical node"),
    Reference(("rings", "*", "nodes", "*"), "nodes", "node"),
    Reference(("rings", "*", "line_systems", "*"), "optical", "optical node"),
    Reference(("links", "*", "ends", "*"), "nodes", "node"),
    Reference(("links", "*", "ring"), "rings", "ring"),
    Reference(("vpns", "*", "domain"), "domains", "domain"),
    Reference(("vpns", "*", "network"), "networks", "network"),
    Reference(("vpns", "*", "endpoints", "*", "node"), "nodes", "node"),
    Reference(("gateways", "*", "ends", "*"), "nodes", "node"),
)

KINDS = {
    "nodes": ("a router", "optical", "optical equipment"),
    "optical": ("optical equipment", "nodes", "a router"),
}
"""Sections that are easily mixed up: what each has, the other one, and what that has."""

FLOW_ENDS = (
    ("gateways", "*", "allow", "*", "from"),
    ("gateways", "*", "allow", "*", "to"),
)


def section_named(path: KeyPath) -> str | None:
    """Find the section whose names a value at a path must be one of, if it is a reference."""
    for reference in REFERENCES:
        pattern = reference.path
        if len(pattern) == len(path) and all(
            wanted in ("*", part) for wanted, part in zip(pattern, path, strict=True)
        ):
            return reference.section
    return None


class _Section:
    """The names of a section, and the nearest one to a wrong name."""

    def __init__(self, missing: str, place: str, values: object) -> None:
        self.missing = missing
        self.place = place
        self.values: Mapping[str, Any] = values if isinstance(values, Mapping) else {}
        self._safe = {safe_name(name) for name in self.values}

    def __contains__(self, name: str) -> bool:
        """A name that is only spelt wrongly where it is given has been complained about there."""
        return name in self.values or name in self._safe

    @cached_property
    def _nearest(self) -> Names:
        return Names(self.values)

    @cached_property
    def _expected(self) -> str:
        if not self.values:
            return f"a name in `{self.place}`, which has none"
        if len(self.values) <= _LISTED:
            return "one of " + ", ".join(self.values)
        return f"a name in `{self.place}`"

    def miss(self, path: KeyPath, name: str) -> Problem:
        """Say that a name is not among these."""
        return Problem(
            f"{self.missing} `{name}`",
            path,
            expected=self._expected,
            hint=did_you_mean(self._nearest, name),
            code="unknown-name",
        )


class _Miss(Struct, frozen=True):
    """A name at `path` that is not one of a section's."""

    path: KeyPath
    name: str
    section: _Section


def _misses(values: Mapping[str, object]) -> Iterator[_Miss]:
    sections: dict[str, _Section] = {}
    for reference in REFERENCES:
        name = reference.section
        section = sections.setdefault(
            name, _Section(f"there is no {reference.noun}", name, values.get(name))
        )
        for path, value in _walk(values, reference.path, ()):
            if isinstance(value, str) and value not in section:
                yield _Miss(path, value, section)
    vpns = _Section("there is no VPN", "vpns", values.get("vpns"))
    for pattern in FLOW_ENDS:
        for path, value in _walk(values, pattern, ()):
            if isinstance(value, str) and value.count("/") <= 1:
                yield from _flow_end(vpns, path, value)


def dangling(values: Mapping[str, object]) -> Iterator[Problem]:
    """Find the names that nothing has, in the raw values of an inventory; linear."""
    for miss in _misses(values):
        place = miss.section.place
        other = _other_kind(values, place, miss.path, miss.name)
        yield other or miss.section.miss(miss.path, miss.name)


def astray(values: Mapping[str, object]) -> Iterator[KeyPath]:
    """Find where they are, without the words."""
    return (miss.path for miss in _misses(values))


def _other_kind(
    values: Mapping[str, object], section: str, path: KeyPath, name: str
) -> Problem | None:
    """Say that a name is one of the other kind of device, if it is."""
    wanted, other, found = KINDS.get(section, ("", "", ""))
    others = values.get(other)
    if not isinstance(others, Mapping) or name not in others:
        return None
    expected = f"{wanted}: a name in `{section}`"
    return Problem(f"`{name}` is {found}", path, expected=expected, code="wrong-kind")


def _flow_end(vpns: _Section, path: KeyPath, value: str) -> Iterator[_Miss]:
    vpn, slash, endpoint = value.partition("/")
    if vpn not in vpns.values:
        yield _Miss(path, vpn, vpns)
        return
    found = vpns.values[vpn]
    endpoints = found.get("endpoints") if isinstance(found, Mapping) else None
    if slash and isinstance(endpoints, Mapping) and endpoint not in endpoints:
        place = f"vpns.{vpn}.endpoints"
        section = _Section(f"VPN `{vpn}` has no endpoint", place, endpoints)
        yield _Miss(path, endpoint, section)


def _walk(value: object, pattern: Sequence[str], path: KeyPath) -> Iterator[tuple[KeyPath, object]]:
    """Yield every value that a pattern of keys leads to, with its path."""
    if not pattern:
        yield path, value
        return
    key, rest = pattern[0], pattern[1:]
    if key != "*":
        if isinstance(value, Mapping) and key in value:
            yield from _walk(value[key], rest, (*path, key))
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _walk(inner, rest, (*path, name))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _walk(inner, rest, (*path, index))
