"""Which VPNs meet at which gateway, read from the flows it lets through."""

from collections.abc import Iterator

from citynet.model import City, Gateway


def vpn_of(ref: str) -> str:
    """The VPN of an endpoint reference: `health/platform` and `health` are both `health`."""
    return ref.partition("/")[0]


def sides(gateway: Gateway) -> tuple[str, str]:
    """The ends of `gateway` in the order of their names, however the inventory has them."""
    a, b = gateway.ends
    return min(a, b), max(a, b)


def joined_pairs(city: City, gateway: Gateway) -> list[tuple[str, str]]:
    """The pairs of VPNs that `gateway` joins, each in the order of its sides, sorted."""
    pairs, domain = set(), city.nodes[sides(gateway)[0]].domain
    for flow in gateway.allow.values():
        a, b = vpn_of(flow.source), vpn_of(flow.to)
        pairs.add((a, b) if city.vpns[a].domain == domain else (b, a))
    return sorted(pairs)


def endpoints_of(city: City, ref: str) -> list[tuple[str, str]]:
    """The endpoints `(vpn, name)` that a reference names, in the order of the inventory."""
    vpn, _, name = ref.partition("/")
    return [(vpn, name)] if name else [(vpn, each) for each in city.vpns[vpn].endpoints]


def attachments(city: City) -> Iterator[tuple[str, str]]:
    """Every `(node, vpn)` where a VPN is present: at its endpoints and at its gateways."""
    seen: dict[tuple[str, str], None] = {}
    for vpn_name, vpn in city.vpns.items():
        for endpoint in vpn.endpoints.values():
            seen[endpoint.node, vpn_name] = None
    for gateway in city.gateways.values():
        for pair in joined_pairs(city, gateway):
            for node, vpn_name in zip(sides(gateway), pair, strict=True):
                seen[node, vpn_name] = None
    yield from seen
