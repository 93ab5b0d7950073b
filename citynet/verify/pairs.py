"""Which probes there are between customers, from the plan's endpoints."""

from collections.abc import Iterable, Iterator
from itertools import product

from citynet.allocate.plan import EndpointNumbers, Plan
from citynet.verify.observe import TALK, Probe

PORT = 40001
"""The TCP and UDP port of probes that are about no port in particular."""


def endpoints_of_vpn(plan: Plan, vpn: str) -> list[EndpointNumbers]:
    """A VPN's endpoints in the order of names."""
    return [each for (name, _), each in sorted(plan.endpoints.items()) if name == vpn]


def probes_between(
    a: EndpointNumbers,
    b: EndpointNumbers,
    services: Iterable[tuple[str, int]] = (("icmp", 0), ("tcp", PORT), ("udp", PORT)),
    *,
    wanted: bool,
) -> Iterator[Probe]:
    """Probes from customer `a` to customer `b` by IPv4 and IPv6, one for each service."""
    for (protocol, port), ip in product(
        services, (str(b.customer_ipv4.ip), str(b.customer_ipv6.ip))
    ):
        if protocol == "icmp":
            yield Probe(a.ref, ip, "icmp", target=b.ref, wanted=wanted)
        elif protocol == "tcp":
            yield Probe(a.ref, ip, "tcp", port, b.ref, size=TALK, wanted=wanted)
        else:
            yield Probe(a.ref, ip, "udp", port, b.ref, wanted=wanted)


def first_hops(ends: Iterable[EndpointNumbers]) -> Iterator[Probe]:
    """Probes from each customer to its own router by IPv4 and IPv6, as large as any."""
    for each in ends:
        for address in (each.ipv4, each.ipv6):
            yield Probe(each.ref, str(address.ip), "icmp")


def joined(plan: Plan) -> frozenset[tuple[str, str]]:
    """The ordered pairs of VPNs that a gateway joins."""
    found = set()
    for gateway in plan.gateways.values():
        for join in gateway.joins:
            a, b = (end.vpn for end in join.ends)
            found |= {(a, b), (b, a)}
    return frozenset(found)
