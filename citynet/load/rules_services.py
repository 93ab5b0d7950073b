"""What must hold for VPNs, endpoints, gateways and flows, one by one.

Names that nothing has are `references`' business: every rule here passes them over.
"""

from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv6Interface

from citynet.errors import KeyPath, Problem
from citynet.model import City, Flow, NodeRole, Protocol

IPV6 = 6
POINT_TO_POINT = 31
"""From this length on, a subnet has no address of its own (RFC 3021)."""


def vpn_network_in_domain(city: City) -> Iterator[Problem]:
    """A VPN belongs to a service network of its own domain (report, section 6.3)."""
    for name, vpn in city.vpns.items():
        network = city.networks.get(vpn.network) if vpn.network else None
        if network and network.domain != vpn.domain:
            yield Problem(
                f"network `{vpn.network}` is part of domain `{network.domain}`",
                ("vpns", name, "network"),
                expected=f"a network of domain `{vpn.domain}`, where the VPN is",
            )


def endpoint_in_domain(city: City) -> Iterator[Problem]:
    """A VPN lives inside one domain, and so do its endpoints (report, section 2.2)."""
    for name, vpn in city.vpns.items():
        for key, endpoint in vpn.endpoints.items():
            node = city.nodes.get(endpoint.node)
            if node and node.domain != vpn.domain:
                yield Problem(
                    f"node `{endpoint.node}` is of domain `{node.domain}`",
                    ("vpns", name, "endpoints", key, "node"),
                    expected=f"a node of domain `{vpn.domain}`, where VPN `{name}` is",
                )


def endpoint_in_network(city: City) -> Iterator[Problem]:
    """A node that serves one service network has endpoints of that one (report, section 6.3)."""
    for name, vpn in city.vpns.items():
        for key, endpoint in vpn.endpoints.items():
            node = city.nodes.get(endpoint.node)
            if node and node.network and vpn.network and node.network != vpn.network:
                yield Problem(
                    f"node `{endpoint.node}` serves network `{node.network}` only",
                    ("vpns", name, "endpoints", key, "node"),
                    expected=f"a node that serves `{vpn.network}`, the network of VPN `{name}`",
                )


def endpoint_pin_is_a_host(city: City) -> Iterator[Problem]:
    """A pinned address is a host's, not its subnet's own (RFC 1122, 3.2.1.3; RFC 4291, 2.6.1)."""
    for name, vpn in city.vpns.items():
        for key, endpoint in vpn.endpoints.items():
            for family, pin in (("ipv4", endpoint.ipv4), ("ipv6", endpoint.ipv6)):
                what = _own(pin) if pin else None
                if what:
                    yield Problem(
                        what,
                        ("vpns", name, "endpoints", key, family),
                        expected="the router's own address and its prefix length",
                    )


def _own(pin: IPv4Interface | IPv6Interface) -> str | None:
    """What is wrong with an address that is its subnet's own; of two addresses, none is."""
    network = pin.network
    if network.prefixlen >= pin.max_prefixlen - 1:
        return None
    if pin.version == IPV6:
        own = pin.ip == network.network_address
        return f"{pin.ip} is the first address of {network}, every router's of it" if own else None
    if pin.ip in (network.network_address, network.broadcast_address):
        return f"{pin.ip} is the first or last address of {network}"
    return None


def gateway_ends_are_gateways(city: City) -> Iterator[Problem]:
    """Only routers of role gateway join domains (report, section 2.2)."""
    for name, gateway in city.gateways.items():
        for index, end in enumerate(gateway.ends):
            node = city.nodes.get(end)
            if node and node.role is not NodeRole.GATEWAY:
                yield Problem(
                    f"`{end}` has the role {node.role}",
                    ("gateways", name, "ends", index),
                    expected="a node of role gateway",
                )


def gateway_joins_two_domains(city: City) -> Iterator[Problem]:
    """A gateway stands between two domains (report, section 2.2)."""
    for name in city.gateways:
        domains = _gateway_domains(city, name)
        if domains and domains[0] == domains[1]:
            yield Problem(
                f"both ends are of domain `{domains[0]}`",
                ("gateways", name, "ends"),
                expected="one gateway router of each domain",
            )


def gateway_pair_once(city: City) -> Iterator[Problem]:
    """Two routers are one gateway, with one list of flows."""
    seen: dict[frozenset[str], str] = {}
    for name, gateway in city.gateways.items():
        first = seen.setdefault(frozenset(gateway.ends), name)
        if first != name:
            yield Problem(
                f"`{gateway.ends[0]}` and `{gateway.ends[1]}` are gateway `{first}` already",
                ("gateways", name, "ends"),
                expected="one gateway for a pair of routers",
                hint=f"put its flows into `{first}`",
            )


def flow_between_domains(city: City) -> Iterator[Problem]:
    """What passes a gateway goes from one of its domains to the other (report, section 2.2)."""
    for path, flow in _flows(city):
        domains = [_vpn_domain(city, end) for end in (flow.source, flow.to)]
        joined = _gateway_domains(city, str(path[1]))
        if None in domains:
            continue
        if domains[0] == domains[1]:
            what = f"the flow stays inside domain `{domains[0]}`"
            yield Problem(what, path, expected="a flow from one domain to another")
            continue
        for key, domain in zip(("from", "to"), domains, strict=True):
            if joined and joined[0] != joined[1] and domain not in joined:
                yield Problem(
                    f"the flow ends in domain `{domain}`",
                    (*path, key),
                    expected=f"`{joined[0]}` or `{joined[1]}`, which the gateway joins",
                )


def flow_ports(city: City) -> Iterator[Problem]:
    """TCP and UDP name their ports (RFC 9293, RFC 768), ICMP has none (RFC 792)."""
    for path, flow in _flows(city):
        if flow.protocol is Protocol.ICMP:
            if flow.ports:
                yield Problem("icmp has no ports", (*path, "ports"), expected="no `ports`")
        elif not flow.ports:
            yield Problem(
                f"`ports` is missing: {flow.protocol} needs at least one",
                path,
                expected="destination ports such as [443]",
            )
        for index, port in enumerate(flow.ports):
            if port in flow.ports[:index]:
                what = f"port {port} is listed twice"
                yield Problem(what, (*path, "ports", index), expected="each port once")


def vpn_pair_has_one_gateway(city: City) -> Iterator[Problem]:
    """Two VPNs meet at one gateway: its firewall must see both directions of a flow."""
    seen: dict[frozenset[str], str] = {}
    said: set[tuple[str, frozenset[str]]] = set()
    for path, flow in _flows(city):
        gateway = str(path[1])
        pair = frozenset(end.partition("/")[0] for end in (flow.source, flow.to))
        first = seen.setdefault(pair, gateway)
        if first != gateway and (gateway, pair) not in said:
            said.add((gateway, pair))
            names = " and ".join(f"`{name}`" for name in sorted(pair))
            yield Problem(
                f"{names} are joined by gateway `{first}` already",
                path,
                expected="one gateway between two VPNs",
                hint=f"put the flow into `{first}`",
            )


def _flows(city: City) -> Iterator[tuple[KeyPath, Flow]]:
    for name, gateway in city.gateways.items():
        for key, flow in gateway.allow.items():
            yield ("gateways", name, "allow", key), flow


def _vpn_domain(city: City, end: str) -> str | None:
    vpn = city.vpns.get(end.partition("/")[0])
    return vpn.domain if vpn else None


def _gateway_domains(city: City, name: str) -> tuple[str, str] | None:
    first, second = (city.nodes.get(end) for end in city.gateways[name].ends)
    return (first.domain, second.domain) if first and second else None
