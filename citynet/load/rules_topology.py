"""What must hold for nodes, rings and links, one by one.

Names that nothing has are `references`' business: every rule here passes them over.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from citynet.errors import KeyPath, Problem
from citynet.model import City


def node_network_in_domain(city: City) -> Iterator[Problem]:
    """A node serves a service network of its own domain (report, sections 2.2 and 6.3)."""
    for name, node in city.nodes.items():
        network = city.networks.get(node.network) if node.network else None
        if network and network.domain != node.domain:
            yield Problem(
                f"network `{node.network}` is part of domain `{network.domain}`",
                ("nodes", name, "network"),
                expected=f"a network of domain `{node.domain}`, where the node is",
            )


def ring_names_once(city: City) -> Iterator[Problem]:
    """A fibre ring passes a node once."""
    for name, ring in city.rings.items():
        seen: set[str] = set()
        for index, node in enumerate(ring.nodes):
            if node in seen:
                path = ("rings", name, "nodes", index)
                yield Problem(f"`{node}` is on the ring twice", path, expected="each node once")
            seen.add(node)


def ring_in_one_domain(city: City) -> Iterator[Problem]:
    """A ring belongs to one domain: the two are separate networks (report, section 2.2)."""
    for name, ring in city.rings.items():
        domains = [_domain(city, node) for node in ring.nodes]
        known = Counter(domain for domain in domains if domain)
        most = max(known, key=known.__getitem__, default=None)
        for index, domain in enumerate(domains):
            if domain and domain != most:
                yield Problem(
                    f"`{ring.nodes[index]}` is of domain `{domain}`",
                    ("rings", name, "nodes", index),
                    expected=f"a node of domain `{most}`, like the rest of the ring",
                )


def link_joins_two(city: City) -> Iterator[Problem]:
    """A link joins two nodes."""
    for name, link in city.links.items():
        if link.ends[0] == link.ends[1]:
            path = ("links", name, "ends", 1)
            yield Problem(f"the link joins `{link.ends[0]}` to itself", path, expected="two nodes")


def link_in_one_domain(city: City) -> Iterator[Problem]:
    """Domains are joined at gateways only (report, section 2.2)."""
    for name, link in city.links.items():
        first, second = (_domain(city, end) for end in link.ends)
        if first and second and first != second:
            yield Problem(
                f"the link joins domain `{first}` to domain `{second}`",
                ("links", name, "ends"),
                expected="two nodes of one domain",
                hint="domains are joined by `gateways` only",
            )


def link_on_its_ring(city: City) -> Iterator[Problem]:
    """A link that rides on a ring's fibre begins and ends on it."""
    for name, link in city.links.items():
        ring = city.rings.get(link.ring) if link.ring else None
        for index, end in enumerate(link.ends):
            if ring and end in city.nodes and end not in ring.nodes:
                yield Problem(
                    f"`{end}` is not on ring `{link.ring}`",
                    ("links", name, "ends", index),
                    expected=f"a node of the ring that the link rides on: {_some(ring.nodes)}",
                )


def pins_are_on_ends(city: City) -> Iterator[Problem]:
    """An interface can be pinned on the nodes that a link, a span or a gateway joins."""
    for path, ends, interfaces in _joins(city):
        for node in interfaces:
            if node not in ends:
                yield Problem(
                    f"`{node}` is not an end of `{path[-1]}`",
                    (*path, "interfaces", node),
                    expected=" or ".join(ends),
                )


def _joins(city: City) -> Iterator[tuple[KeyPath, Sequence[str], Mapping[str, str]]]:
    """What joins two nodes: where it is, the nodes, and the interfaces pinned for it."""
    for name, link in city.links.items():
        yield ("links", name), link.ends, link.interfaces
    for name, gateway in city.gateways.items():
        yield ("gateways", name), gateway.ends, gateway.interfaces
    for name, ring in city.rings.items():
        for key, pins in ring.spans.items():
            yield ("rings", name, "spans", key), key.split("~"), pins.interfaces


def interface_pinned_once(city: City) -> Iterator[Problem]:
    """An interface of a node carries one link, gateway or endpoint."""
    seen: dict[tuple[str, str], KeyPath] = {}
    for node, interface, path in _pinned(city):
        first = seen.setdefault((node, interface), path)
        if first is not path:
            what = f"interface `{interface}` of `{node}` is taken by `{'.'.join(map(str, first))}`"
            yield Problem(what, path, expected="an interface of its own")


def _pinned(city: City) -> Iterator[tuple[str, str, KeyPath]]:
    for path, _, interfaces in _joins(city):
        for node, interface in interfaces.items():
            yield node, interface, (*path, "interfaces", node)
    for name, vpn in city.vpns.items():
        for key, endpoint in vpn.endpoints.items():
            if endpoint.interface:
                path = ("vpns", name, "endpoints", key, "interface")
                yield endpoint.node, endpoint.interface, path


def _domain(city: City, node: str) -> str | None:
    found = city.nodes.get(node)
    return found.domain if found else None


def _some(names: Iterable[str], most: int = 6) -> str:
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
