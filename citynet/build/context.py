"""What a role sees when it turns intent into a device's facts: the city, its numbers, an index."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

from msgspec import Struct

from citynet.allocate.plan import (
    DegreeNumbers,
    EndpointNumbers,
    JoinEnd,
    JoinNumbers,
    LightpathNumbers,
    LinkNumbers,
    Plan,
)
from citynet.model import City, Transport

K = TypeVar("K")
V = TypeVar("V")


class JoinSide(Struct, frozen=True):
    """A join as one gateway router sees it: its own end, the far end, and the join."""

    near: JoinEnd
    far: JoinEnd
    join: JoinNumbers


class Index(Struct, frozen=True):
    """What hangs on each node, found once for the whole city. Names without any are absent.

    `degrees` and `lights` are by optical node: a channel is at all that it begins at or passes.
    """

    links: Mapping[str, tuple[LinkNumbers, ...]]
    endpoints: Mapping[str, tuple[EndpointNumbers, ...]]
    vpns: Mapping[str, tuple[str, ...]]
    joins: Mapping[str, tuple[JoinSide, ...]]
    reflectors: Mapping[str, tuple[str, ...]]
    clients: Mapping[str, tuple[str, ...]]
    degrees: Mapping[str, tuple[DegreeNumbers, ...]]
    lights: Mapping[str, tuple[LightpathNumbers, ...]]


class Context(Struct, frozen=True):
    """The frozen values that every role builds from."""

    city: City
    plan: Plan
    index: Index

    def domain_of(self, node: str) -> str:
        """The name of the domain `node` belongs to."""
        return self.city.nodes[node].domain

    def transport_of(self, node: str) -> Transport:
        """What carries the VPNs of the domain `node` belongs to."""
        return self.city.domains[self.domain_of(node)].transport


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    groups: dict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}


def _joins(plan: Plan) -> list[tuple[str, JoinSide]]:
    sides = []
    for gateway in plan.gateways.values():
        for join in gateway.joins:
            a, b = join.ends
            sides += [(a.node, JoinSide(a, b, join)), (b.node, JoinSide(b, a, join))]
    return sides


def _lights(plan: Plan) -> list[tuple[str, LightpathNumbers]]:
    found = []
    for _, light in sorted(plan.lightpaths.items()):
        passed = {line for way in light.ways for line in way.lines}
        found += [(device, light) for device in sorted({*passed, *light.terminals})]
    return found


def index(city: City, plan: Plan) -> Index:
    """Everything by node (and reflectors and their clients by domain), in a sorted order.

    Reflectors' (RFC 4456) clients are all other nodes that carry a VPN.
    """
    links = [(end.node, link) for link in plan.links.values() for end in link.ends]
    links.sort(key=lambda pair: pair[1].id)
    attached = {node for node, _ in plan.attachments}
    reflectors = [
        (node.domain, name) for name, node in sorted(city.nodes.items()) if node.is_reflector
    ]
    reflecting = {name for _, name in reflectors}
    clients = [(city.nodes[name].domain, name) for name in sorted(attached - reflecting)]
    return Index(
        links=_grouped(links),
        endpoints=_grouped(
            sorted(
                ((each.node, each) for each in plan.endpoints.values()),
                key=lambda pair: pair[1].ref,
            )
        ),
        vpns=_grouped(sorted(plan.attachments)),
        joins=_grouped(_joins(plan)),
        reflectors=_grouped(reflectors),
        clients=_grouped(clients),
        degrees=_grouped(
            sorted(
                ((each.line, each) for each in plan.degrees),
                key=lambda pair: (pair[1].ring, pair[1].peer),
            )
        ),
        lights=_grouped(_lights(plan)),
    )


def context(city: City, plan: Plan) -> Context:
    """The context of a city whose numbers are `plan`."""
    return Context(city, plan, index(city, plan))
