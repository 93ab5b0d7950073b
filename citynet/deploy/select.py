"""Which devices a pattern means, as Ansible reads patterns.

Parts are separated by commas: `gov-core1`, `role_core`, `gov-*`, `all`; `!part` takes away,
`&part` keeps only what is also in it. Wildcards match names of devices and of groups.
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from citynet.errors import CitynetError
from citynet.text import parts, with_nearest

GroupsOf = Mapping[str, Sequence[str]]
"""Device -> the groups that it is in."""


class SelectionError(CitynetError):
    """A pattern that means no device."""


def parsed(pattern: str) -> list[str]:
    """The parts of a pattern. Raises `SelectionError` where one is empty."""
    try:
        return parts(pattern)
    except ValueError as error:
        raise SelectionError(f"{error}, expected devices and groups, such as role_core") from error


def select(pattern: str, groups_of: GroupsOf, *, strict: bool = True) -> frozenset[str]:
    """The devices that `pattern` means.

    `strict`: raise `SelectionError` for a part that matches nothing, with the nearest name.
    """
    every = parsed(pattern)
    plain = [part for part in every if part[0] not in "!&"]
    found = frozenset(groups_of) if not plain else frozenset[str]()
    for part in plain:
        found |= _matching(part, groups_of, strict=strict)
    for part in every:
        if part.startswith("&"):
            found &= _matching(part[1:], groups_of, strict=strict)
        elif part.startswith("!"):
            found -= _matching(part[1:], groups_of, strict=strict)
    return found


def _matching(part: str, groups_of: GroupsOf, *, strict: bool) -> frozenset[str]:
    if part == "all":
        return frozenset(groups_of)
    found = frozenset(
        device
        for device, groups in groups_of.items()
        if fnmatchcase(device, part) or any(fnmatchcase(group, part) for group in groups)
    )
    if strict and not found:
        names = {*groups_of, *(group for groups in groups_of.values() for group in groups)}
        said = f"no device and no group matches {part!r}"
        raise SelectionError(with_nearest(said, part, sorted(names)))
    return found
