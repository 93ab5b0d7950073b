"""Flows of a gateway as access lists, for routers that keep no state.

One list a flow, family and direction: what starts on one side is let through by its addresses,
protocol and ports, and its answers by the mirror of that (TCP with ACK or RST set, UDP from the
port that was asked, ICMP echo reply). Lists match; what happens to a match is the platform's.
"""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network
from itertools import product
from typing import Any, Protocol

from msgspec import Struct

from citynet.allocate.numbers import short_name
from citynet.build.facts import DeviceFacts
from citynet.build.policy import Rule
from citynet.errors import KeyPath

Network = IPv4Network | IPv6Network
INBOUND, OUTBOUND = "in", "out"
TCP, UDP = 6, 17
BGP = 179
"""Its TCP port (RFC 4271)."""
NUMBERS = {"tcp": TCP, "udp": UDP}
ICMP = {4: 1, 6: 58}
"""Protocol numbers (IANA): ICMP for IPv4 and for IPv6."""
ECHO = {4: (8, 0), 6: (128, 129)}
"""ICMP types of echo request and echo reply (RFC 792, RFC 4443)."""
LINK_LOCAL = IPv6Network("fe80::/10")
MULTICAST = IPv6Network("ff02::/16")
LONGEST = 60
"""Of a list's name: 64 characters, as in huawei-acl, of which a platform may add four."""


class Address(Protocol):
    """An address with its prefix."""

    @property
    def ip(self) -> object:
        """The address alone."""
        ...


class Joined(Protocol):
    """What is read of `roles.gateway.Join`."""

    interface: str
    address: Address
    neighbor: Address
    rules: tuple[Rule, ...]
    origin: KeyPath


class Match(Struct, frozen=True):
    """One rule of a list. Ports are those of the service, whoever sends; None is any."""

    protocol: int | None
    source: Network
    target: Network
    source_port: int | None = None
    target_port: int | None = None
    icmp_type: int | None = None
    established: bool = False


class AccessList(Struct, frozen=True):
    """What a flow's packets in one direction look like, by family."""

    name: str
    rules4: tuple[Match, ...]
    rules6: tuple[Match, ...]
    origin: KeyPath


def _matches(flow: Rule, version: int, *, answer: bool) -> Iterator[Match]:
    sources: tuple[Network, ...] = flow.sources4 if version == 4 else flow.sources6  # noqa: PLR2004
    targets: tuple[Network, ...] = flow.targets4 if version == 4 else flow.targets6  # noqa: PLR2004
    for source, target in product(sources, targets):
        near, far = (target, source) if answer else (source, target)
        if flow.protocol == "icmp":
            yield Match(ICMP[version], near, far, icmp_type=ECHO[version][answer])
            continue
        number = NUMBERS[flow.protocol]
        for port in flow.ports:
            if answer:
                yield Match(number, near, far, source_port=port, established=number == TCP)
            else:
                yield Match(number, near, far, target_port=port)


def _session(join: Joined, direction: str) -> AccessList:
    """What the two routers say to each other: BGP, neighbour discovery, ping; nothing else."""
    ours = [LINK_LOCAL, IPv6Network(f"{join.address.ip}/128")]
    theirs = [LINK_LOCAL, IPv6Network(f"{join.neighbor.ip}/128")]
    sources, targets = (theirs, ours) if direction == INBOUND else (ours, theirs)
    pairs = product(sources, [*targets, MULTICAST])
    rules = [Match(ICMP[6], source, target) for source, target in pairs]
    rules.append(Match(TCP, sources[1], targets[1], target_port=BGP))
    rules.append(Match(TCP, sources[1], targets[1], source_port=BGP, established=True))
    return AccessList(f"{join.interface}-session-{direction}", (), tuple(rules), join.origin)


def access_lists(join: Joined, direction: str) -> tuple[AccessList, ...]:
    """All that may pass a join's interface in a direction (`in` or `out`), one list a flow."""
    found = [_session(join, direction)]
    for flow in join.rules:
        answer = flow.outward == (direction == INBOUND)
        name = short_name(f"{flow.counter}-{'answers' if answer else 'asks'}", LONGEST)
        rules4 = tuple(_matches(flow, 4, answer=answer))
        rules6 = tuple(_matches(flow, 6, answer=answer))
        found.append(AccessList(name, rules4, rules6, flow.origin))
    return tuple(found)


def refuses_state(facts: DeviceFacts) -> Iterator[str]:
    """A sentence, for `refuses`, on a gateway that lets answers through by state."""
    gateway: Any = facts.roles.get("gateway")
    if gateway is not None and gateway.joins and gateway.stateful:
        yield (
            f"{facts.platform} keeps no state, so role gateway cannot let answers through by "
            "state; set its option `answers: by-mirrored-rules` to accept that, "
            "or choose another platform"
        )
