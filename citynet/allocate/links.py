"""From rings and links to IP links, each with the fibre spans it rides on."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from citynet.errors import KeyPath
from citynet.model import City, Link, Ring


@dataclass(frozen=True, slots=True)
class IpLink:
    """A point-to-point IP link. `spans` are the fibres it rides (its shared-risk groups)."""

    id: str
    ends: tuple[str, str]
    metric: int
    spans: tuple[str, ...]
    origin: KeyPath


def span(ring: str, a: str, b: str) -> str:
    """The name of the fibre between two neighbours of a ring, whichever comes first."""
    return f"{ring}/{min(a, b)}~{max(a, b)}"


def _neighbours(ring: Ring) -> Iterator[tuple[str, str]]:
    yield from pairwise((*ring.nodes, ring.nodes[0]))


def _shorter_way(ring: Ring, ends: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """The spans from one end to the other along the ring, the way with fewer of them."""
    pairs = tuple(_neighbours(ring))
    low, high = sorted(ring.nodes.index(end) for end in ends)
    there, back = pairs[low:high], pairs[high:] + pairs[:low]
    return there if len(there) <= len(back) else back


def _spans(city: City, name: str, link: Link) -> tuple[str, ...]:
    if link.ring is None:
        return (f"fibre/{name}",)
    ring = city.rings[link.ring]
    return tuple(span(link.ring, a, b) for a, b in _shorter_way(ring, link.ends))


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
        yield IpLink(name, link.ends, link.metric, _spans(city, name, link), ("links", name))
