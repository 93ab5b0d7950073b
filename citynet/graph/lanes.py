"""What hangs on what: each domain as hubs, lanes between them, and nodes that hang on lanes.

A hub is a core that rings share. A lane is the part of a ring from the left hub to the right
one; a lane without a ring collects nodes that no ring passes. Nothing here has coordinates, and
the order of an inventory's lists changes nothing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from citynet.model import City, NodeRole

Neighbours = Mapping[str, Sequence[str]]
HUBS = 2


@dataclass(frozen=True, slots=True)
class Lane:
    """Nodes in a row, `left` to `right` hub; `closes` if the ring goes straight back.

    Without one of its hubs a ring's lane is a loop of its own.
    """

    ring: str | None
    nodes: tuple[str, ...]
    left: str | None = None
    right: str | None = None
    closes: bool = False
    hanging: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """A domain: at most two hubs, its lanes from the inside out, its gateways' routers."""

    domain: str
    hubs: tuple[str, ...]
    lanes: tuple[Lane, ...]
    doors: tuple[str, ...]


def neighbours(city: City) -> Neighbours:
    """Node -> the nodes that a link of its own joins it to, sorted; rings are not in it."""
    found: dict[str, set[str]] = defaultdict(set)
    for link in city.links.values():
        a, b = link.ends
        found[a].add(b)
        found[b].add(a)
    return {name: sorted(found[name]) for name in sorted(found)}


def hubs_of(city: City, domain: str) -> tuple[str, ...]:
    """The two cores on most rings, the first of the two in name on the left."""
    rings = [name for ring in city.rings.values() for name in ring.nodes]
    cores = [
        name
        for name, node in city.nodes.items()
        if node.domain == domain and node.role is NodeRole.CORE
    ]
    cores.sort(key=lambda name: (-rings.count(name), name))
    return tuple(sorted(cores[:HUBS]))


def _from(nodes: Sequence[str], start: str) -> tuple[str, ...]:
    """The others of a ring in its order, from the one after `start` on."""
    at = nodes.index(start)
    return (*nodes[at + 1 :], *nodes[:at])


def _around(nodes: Sequence[str], start: str) -> tuple[str, ...]:
    """The others of a ring, from `start` on, in whichever direction comes first by name."""
    rest = _from(nodes, start)
    return min(rest, rest[::-1])


def _arcs(nodes: Sequence[str], left: str, right: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The two ways round a ring from `left` to `right`, without them."""
    rest = _from(nodes, left)
    cut = rest.index(right)
    return rest[:cut], rest[cut + 1 :][::-1]


def _ring_lanes(ring: str, nodes: Sequence[str], hubs: Sequence[str]) -> list[Lane]:
    on = [hub for hub in hubs if hub in nodes]
    if len(on) == HUBS:
        arcs = sorted(arc for arc in _arcs(nodes, on[0], on[1]) if arc)
        return [Lane(ring, arc, on[0], on[1], closes=len(arcs) == 1) for arc in arcs]
    if on:
        left, right = (on[0], None) if on[0] == hubs[0] else (None, on[0])
        return [Lane(ring, _around(nodes, on[0]), left, right)]
    first = min(nodes)
    return [Lane(ring, (first, *_around(nodes, first)))]


def _without_repeats(lanes: Sequence[Lane]) -> list[Lane]:
    """A node that several rings pass, and is no hub, stands on the first of them."""
    placed: set[str] = set()
    found = []
    for lane in lanes:
        found.append(replace(lane, nodes=tuple(n for n in lane.nodes if n not in placed)))
        placed.update(lane.nodes)
    return found


def _reach(starts: Mapping[str, int], rest: set[str], links: Neighbours) -> dict[str, int]:
    """For each of `rest` that links lead to, the lane that is nearest."""
    found: dict[str, int] = {}
    front = dict(starts)
    while front:
        following: dict[str, int] = {}
        for name in sorted(front):
            for near in links.get(name, ()):
                if near in rest and near not in found:
                    found[near] = following[near] = front[name]
        front = following
    return found


def _hang(lanes: list[Lane], rest: set[str], links: Neighbours) -> list[Lane]:
    """Hang each of `rest` on a lane; what no lane leads to gets a lane without a ring."""
    starts = {name: at for at, lane in enumerate(lanes) for name in lane.nodes}
    found = _reach(starts, rest, links)
    lost = rest - found.keys()
    if lost:
        inner = {name for name in lost if set(links.get(name, ())) - lost} or lost
        lanes = [*lanes, Lane(None, tuple(sorted(inner)))]
        at = len(lanes) - 1
        found |= _reach(dict.fromkeys(inner, at), lost - inner, links)
        found |= {name: at for name in lost - inner if name not in found}
    hanging: dict[int, list[str]] = defaultdict(list)
    for name, at in found.items():
        hanging[at].append(name)
    return [_ordered(lane, hanging[at], links) for at, lane in enumerate(lanes)]


def _ordered(lane: Lane, hanging: Sequence[str], links: Neighbours) -> Lane:
    """Hang nodes in the order of what they hang on, so that few lines cross."""
    place = {name: at for at, name in enumerate(lane.nodes)}

    def middle(name: str) -> float:
        at = [place[near] for near in links.get(name, ()) if near in place]
        return sum(at) / len(at) if at else float(len(place))

    return replace(lane, hanging=tuple(sorted(hanging, key=lambda name: (middle(name), name))))


def _inside_out(lane: Lane) -> tuple[bool, int, str]:
    """Long lanes go outside, the lane without a ring innermost."""
    return lane.ring is not None, max(len(lane.nodes), len(lane.hanging)), lane.ring or ""


def shape(city: City, domain: str) -> Shape:
    """The shape of one domain."""
    hubs = hubs_of(city, domain)
    members = {name for name, node in city.nodes.items() if node.domain == domain}
    rings = [(name, ring) for name, ring in sorted(city.rings.items()) if ring.nodes[0] in members]
    lanes = [lane for name, ring in rings for lane in _ring_lanes(name, ring.nodes, hubs)]
    lanes = _without_repeats(lanes)
    on_rings = {name for lane in lanes for name in lane.nodes}
    ends = {name for gateway in city.gateways.values() for name in gateway.ends}
    doors = (ends & members) - on_rings - set(hubs)
    links = neighbours(city)
    lanes = _hang(lanes, members - on_rings - set(hubs) - doors, links)
    # Of equal lanes the first by name is the outer one
    lanes.sort(key=lambda lane: lane.ring or "", reverse=True)
    lanes.sort(key=lambda lane: _inside_out(lane)[:2])
    return Shape(domain, hubs, tuple(lanes), tuple(sorted(doors)))
