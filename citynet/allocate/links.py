"""From rings and links to IP links, each with the fibre spans it rides on."""

from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from citynet.errors import KeyPath
from citynet.model import City, Link, Ring

Way = tuple[int, ...]
"""A way along a ring, by the positions of its nodes in the ring's list."""


class IpLink(Struct, frozen=True):
    """A point-to-point IP link. `spans` are the fibres it rides (its shared-risk groups).

    `ends` are in the order of their names, however the inventory has them.
    """

    id: str
    ends: tuple[str, str]
    metric: int
    spans: tuple[str, ...]
    origin: KeyPath

    @property
    def between_neighbours(self) -> bool:
        """Whether a ring made it, and not an entry of `links`."""
        return self.origin[0] == "rings"


def span(ring: str, a: str, b: str) -> str:
    """The name of the fibre between two neighbours of a ring, whichever comes first."""
    return f"{ring}/{min(a, b)}~{max(a, b)}"


def _neighbours(ring: Ring) -> Iterator[tuple[str, str]]:
    yield from pairwise((*ring.nodes, ring.nodes[0]))


def spans_of(name: str, ring: Ring, way: Way) -> tuple[str, ...]:
    """The spans of a way along a ring, in its order."""
    nodes = [ring.nodes[at] for at in way]
    return tuple(span(name, a, b) for a, b in pairwise(nodes))


def ways(name: str, ring: Ring, ends: tuple[str, str]) -> tuple[Way, Way]:
    """The two ways round a ring from its first end to its second, the shorter one first.

    Of two that are equally long, the first by the names of its spans: where the list of the
    ring begins, and which way round it is written, changes nothing.
    """
    size = len(ring.nodes)
    first, last = (ring.nodes.index(end) for end in ends)
    there = tuple((first + step) % size for step in range((last - first) % size + 1))
    back = tuple((first - step) % size for step in range((first - last) % size + 1))
    shorter, longer = sorted(
        (there, back), key=lambda way: (len(way), sorted(spans_of(name, ring, way)))
    )
    return shorter, longer


def _spans(city: City, name: str, link: Link) -> tuple[str, ...]:
    if link.ring is None:
        return (f"fibre/{name}",)
    ring = city.rings[link.ring]
    shorter, _ = ways(link.ring, ring, link.ends)
    return spans_of(link.ring, ring, shorter)


def ip_links(city: City) -> Iterator[IpLink]:
    """Every IP link of the city: one between neighbours of each ring, and the explicit ones.

    The identity of a ring's link is its ring and its two nodes, so reordering a ring's list
    or writing it backwards renames nothing.
    """
    for ring_name, ring in city.rings.items():
        for a, b in _neighbours(ring):
            name = span(ring_name, a, b)
            ends = (min(a, b), max(a, b))
            yield IpLink(name, ends, ring.metric, (name,), ("rings", ring_name))
    for name, link in city.links.items():
        a, b = link.ends
        ends = (min(a, b), max(a, b))
        yield IpLink(name, ends, link.metric, _spans(city, name, link), ("links", name))
