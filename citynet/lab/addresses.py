"""Management addresses made of names: a node that comes or goes moves no other's."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from citynet.allocate.numbers import digest
from citynet.lab.errors import LabError

RESERVED = 2
"""The first addresses of a network: its own, and the bridge's."""


def management_addresses(network: IPv4Network, names: Iterable[str]) -> dict[str, IPv4Address]:
    """An address of `network` for each name, a hash of it.

    Two names with one hash are the exception: the one with the smaller digest has the address,
    and the other the next free one. Raises `LabError` where there are more names than addresses.
    """
    room = network.num_addresses - RESERVED - 1
    wanted = sorted({(digest("management", name), name) for name in names})
    if len(wanted) > room:
        raise LabError(
            f"a lab's management network {network} has room for {room} nodes, not {len(wanted)}"
        )
    found: dict[int, str] = {}
    for number, name in wanted:
        slot = number % room
        while slot in found:
            slot = (slot + 1) % room
        found[slot] = name
    return {name: network[RESERVED + slot] for slot, name in found.items()}
