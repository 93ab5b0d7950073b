"""What must hold for a domain as a whole; only said when every node and link is known."""

from collections.abc import Iterator, Mapping

from citynet.errors import Problem
from citynet.model import City, NodeRole

_LISTED = 5


def vpns_need_a_core(city: City) -> Iterator[Problem]:
    """Cores reflect the routes of the VPNs (RFC 4456), so a domain with VPNs has one."""
    served = dict.fromkeys(vpn.domain for vpn in city.vpns.values())
    cores = {node.domain for node in city.nodes.values() if node.role is NodeRole.CORE}
    reflecting = {node.domain for node in city.nodes.values() if node.is_reflector}
    for domain in served:
        if domain in city.domains and domain not in cores:
            yield Problem(
                f"domain `{domain}` has VPNs but no core",
                ("domains", domain),
                expected="at least one node of role core in it",
            )
        elif domain in city.domains and domain not in reflecting:
            yield Problem(
                f"domain `{domain}` has VPNs but no node that reflects their routes",
                ("domains", domain),
                expected="a core without `reflects: false`",
            )


def domain_is_connected(city: City) -> Iterator[Problem]:
    """Every node reaches the cores of its domain by rings and links of its domain.

    One problem for each part that is cut off, at the first node of it.
    """
    parts: dict[str, list[list[str]]] = {}
    for part in _parts(city, _neighbours(city)):
        parts.setdefault(city.nodes[part[0]].domain, []).append(part)
    for domain, found in parts.items():
        main = max(found, key=lambda part: (_has_core(city, part), len(part)))
        for part in found:
            if part is not main:
                yield _cut_off(city, domain, part, main)


def _cut_off(city: City, domain: str, part: list[str], main: list[str]) -> Problem:
    names = ", ".join(f"`{name}`" for name in part[:_LISTED])
    if len(part) > _LISTED:
        names += f" and {len(part) - _LISTED} more"
    core = next((name for name in main if city.nodes[name].role is NodeRole.CORE), main[0])
    return Problem(
        f"no way from {names} to `{core}` by links of domain `{domain}`",
        ("nodes", part[0]),
        expected="a ring or a link that joins them",
    )


def _has_core(city: City, part: list[str]) -> bool:
    return any(city.nodes[name].role is NodeRole.CORE for name in part)


def _neighbours(city: City) -> Mapping[str, list[str]]:
    """Map each node to those of its own domain that it shares a span or a link with."""
    near: dict[str, list[str]] = {name: [] for name in city.nodes}
    for first, second in _pairs(city):
        if first not in near or second not in near:
            continue
        if city.nodes[first].domain == city.nodes[second].domain:
            near[first].append(second)
            near[second].append(first)
    return near


def _pairs(city: City) -> Iterator[tuple[str, str]]:
    for ring in city.rings.values():
        yield from zip(ring.nodes, (*ring.nodes[1:], ring.nodes[0]), strict=True)
    for link in city.links.values():
        yield link.ends


def _parts(city: City, near: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """Split the nodes into parts that reach each other, in the order of the inventory."""
    seen: set[str] = set()
    for start in city.nodes:
        if start in seen:
            continue
        seen.add(start)
        part = [start]
        for name in part:
            for other in near[name]:
                if other not in seen:
                    seen.add(other)
                    part.append(other)
        yield part
