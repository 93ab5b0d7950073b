"""From IP links that ride on rings to channels of light, and the numbers of both and of fibres.

A channel's frequency is made of its link's name, as every number is, and so two of them may
fall on one. That matters only where they share a span, and is said there (`optical_clashes`).
"""

from collections.abc import Iterable, Iterator, Mapping

from citynet.allocate.links import IpLink, Way, span, spans_of, ways
from citynet.allocate.numbers import digest, in_range, short_name
from citynet.allocate.plan import DegreeNumbers, LightpathNumbers, LightWay
from citynet.errors import KeyPath
from citynet.model import City, Link, Protection, Ring, Span
from citynet.model.optical import either_order

LONGEST_PORT = 40
"""Characters of a port's name: components of devices have 60 and more, prefixes come before."""
NO_PINS = Span()


def pins_of(city: City, name: str) -> tuple[Span, KeyPath]:
    """What is pinned of a span, and where; the ring's own place if nothing is."""
    ring, _, pair = name.partition("/")
    for key, pins in city.rings[ring].spans.items():
        if either_order(key) == pair:
            return pins, ("rings", ring, "spans", key)
    return NO_PINS, ("rings", ring)


def link_pins(city: City, link: IpLink) -> tuple[Span | Link, KeyPath]:
    """What is pinned of the channel of a link, and where."""
    if link.between_neighbours:
        return pins_of(city, link.id)
    return city.links[link.id], link.origin


def ring_of(city: City, link: IpLink) -> str | None:
    """The ring whose fibre a link rides on, None where it has a fibre of its own."""
    name = str(link.origin[1])
    return name if link.between_neighbours else city.links[name].ring


def is_protected(ring: Ring, pins: Span | Link) -> bool:
    """Whether a link's light goes the other way round too."""
    return (pins.protection or ring.protection) is Protection.ONE_PLUS_ONE


def _srlg(city: City, name: str) -> int:
    """A number for a fibre (RFC 4202): 32 bits, not 0, which some take for none."""
    pins = pins_of(city, name)[0] if "~" in name else city.links[name.partition("/")[2]]
    return pins.srlg or in_range(1, 0xFFFFFFFF, "srlg", name)


def srlgs(city: City, links: Iterable[IpLink]) -> dict[str, int]:
    """The shared risk group of every fibre that a link rides on, by the fibre's name."""
    found = dict.fromkeys(name for link in links for name in link.spans)
    return {name: _srlg(city, name) for name in found}


def _light_way(name: str, ring: Ring, way: Way) -> LightWay:
    return LightWay(tuple(ring.line_systems[at] for at in way), spans_of(name, ring, way))


def _port(city: City, device: str, link: IpLink, peer: str) -> str:
    """A pinned name, else the link's, or the ring's and the peer's."""
    for ref, name in city.optical[device].ports.items():
        if either_order(ref) == link.id:
            return name
    kind, name = str(link.origin[0]), str(link.origin[1])
    return short_name(name if kind == "links" else f"{name}-{peer}", LONGEST_PORT)


def terminals(city: City) -> dict[str, str]:
    """Line system -> where its transponders are: itself, or the terminal that names it."""
    found = {name: name for name, node in city.optical.items() if node.kind.has_transponders}
    return found | {node.line: name for name, node in city.optical.items() if node.line}


def _lightpath(city: City, link: IpLink, ring_name: str, at: Mapping[str, str]) -> LightpathNumbers:
    ring, (pins, origin) = city.rings[ring_name], link_pins(city, link)
    channels = ring.grid.channels
    shorter, longer = ways(ring_name, ring, link.ends)
    working = _light_way(ring_name, ring, shorter)
    a, b = link.ends
    first, second = at[working.lines[0]], at[working.lines[-1]]
    return LightpathNumbers(
        link=link.id,
        routers=link.ends,
        ring=ring_name,
        number=pins.channel or in_range(1, 429_496_728, "channel", link.id),
        frequency=pins.frequency or channels[digest("frequency", link.id) % len(channels)],
        width=ring.grid.spacing,
        working=working,
        protection=_light_way(ring_name, ring, longer) if is_protected(ring, pins) else None,
        terminals=(first, second),
        ports=(_port(city, first, link, b), _port(city, second, link, a)),
        entries=(
            _port(city, working.lines[0], link, b),
            _port(city, working.lines[-1], link, a),
        ),
        origin=origin,
    )


def lightpaths(city: City, links: Iterable[IpLink]) -> Iterator[LightpathNumbers]:
    """A channel for every link that rides on a ring with line systems."""
    at = terminals(city)
    for link in links:
        ring = ring_of(city, link)
        if ring is not None and city.rings[ring].line_systems:
            yield _lightpath(city, link, ring, at)


def _degree(
    city: City, ring_name: str, line: str, peer: str, between: tuple[str, str]
) -> DegreeNumbers:
    name = span(ring_name, *between)
    pinned = city.optical[line].degrees.get(f"{ring_name}/{peer}")
    return DegreeNumbers(
        line=line,
        ring=ring_name,
        peer=peer,
        span=name,
        port=pinned or short_name(f"{ring_name}-{peer}", LONGEST_PORT),
        loss=pins_of(city, name)[0].loss,
    )


def degrees(city: City) -> Iterator[DegreeNumbers]:
    """Two for every line system of a ring, one at each fibre that ends there."""
    for name, ring in city.rings.items():
        nodes, lines = ring.nodes, ring.line_systems
        for at in range(len(lines)):
            to = (at + 1) % len(lines)
            between = (nodes[at], nodes[to])
            yield _degree(city, name, lines[at], lines[to], between)
            yield _degree(city, name, lines[to], lines[at], between)
