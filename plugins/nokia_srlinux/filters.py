"""How SR Linux writes ports, subinterfaces, descriptions and access lists."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from citynet.render.ports import Ports
from citynet.render.stateless import AccessList, Joined, Match, access_lists

_OWN = (
    r"(?:ethernet-[1-9]\d?(?:/m[1-6])?(?:/[1-9]\d?)?/(?:[1-9]\d?|1[01]\d|12[0-8])"
    r"|lag(?:[1-9]\d{0,2}|1000))"
)
"""`interface-eth-lag` of srl_nokia-common."""
_UNIT = r"(?:\.([1-9]\d{0,3}))?"
FIRST_SLOT, SLOTS, CARDS, PORTS_OF_CARD = 10, 90, 99, 128
"""Stand-ins are of slots that a box with one slot has not."""


def _stand_in(number: int) -> str:
    rest, port = divmod(number, PORTS_OF_CARD)
    slot, card = divmod(rest, CARDS)
    return f"ethernet-{FIRST_SLOT + slot}/{card + 1}/{port + 1}"


PORTS = Ports(re.compile(_OWN + _UNIT), SLOTS * CARDS * PORTS_OF_CARD, _stand_in)

LAST = 65_535
"""The highest sequence id of an access list."""


def interface(name: str) -> str:
    """The interface under a port's name: `ethernet-1/3` of `ethernet-1/3.100`."""
    return PORTS.name(name).partition(".")[0]


def unit(name: str) -> int:
    """The index of the subinterface: the VLAN that a name ends with, 0 for an untagged port."""
    found = PORTS.real.fullmatch(name)
    return int(found[1]) if found and found[1] else 0


def description(text: str) -> str:
    """A description of at most 255 characters (srl_nokia-common)."""
    return text[:255]


def target(text: str) -> str:
    """A route target as a community's member: `target:64512:100`."""
    return f"target:{text}"


class Entry(Struct, frozen=True):
    """An entry of an access list; `origin` is the intent behind it."""

    number: int
    description: str
    match: Match
    origin: Any


def _of(found: AccessList, version: int) -> tuple[Match, ...]:
    return found.rules4 if version == 4 else found.rules6  # noqa: PLR2004


def entries(join: Joined, direction: str, version: int) -> Iterator[Entry]:
    """All that may pass a join's interface in a direction, as one list of a family."""
    number = 0
    for each in access_lists(join, direction):
        for match in _of(each, version):
            number += 10
            yield Entry(number, each.name, match, each.origin)


FILTERS: dict[str, Callable[..., object]] = {
    "interface": interface,
    "unit": unit,
    "description": description,
    "target": target,
    "entries": entries,
}
