"""City -> Plan, a pure and linear function. Sources of the numbers are named at each."""

from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)

from citynet.allocate.clashes import check
from citynet.allocate.joins import attachments, joined_pairs, sides
from citynet.allocate.light import degrees, lightpaths, link_pins, srlgs
from citynet.allocate.links import IpLink, ip_links
from citynet.allocate.numbers import digest, host, in_range, short_name, slot, unique_local
from citynet.allocate.plan import (
    AttachmentNumbers,
    DomainNumbers,
    EndpointNumbers,
    GatewayNumbers,
    JoinEnd,
    JoinNumbers,
    LinkEnd,
    LinkNumbers,
    NodeNumbers,
    Plan,
    VpnNumbers,
)
from citynet.allocate.pools import (
    CUSTOMER_IPV4_LENGTH,
    CUSTOMER_IPV6_LENGTH,
    LINK_LENGTH,
    LOCATOR_LENGTH,
)
from citynet.model import City, Endpoint, Gateway, Node

IFNAMSIZ = 15
"""The most characters in the name of a Linux interface."""
VLAN_SUFFIX = len(".4094")
POINT_TO_POINT = 31
"""From this length on, the last address of a subnet is a host's (RFC 3021)."""


def _domain(city: City, name: str) -> DomainNumbers:
    """Private AS (RFC 6996), ULA pools (RFC 4193), locators in the SRv6 block (RFC 9602)."""
    domain, pools = city.domains[name], city.domains[name].pools
    key = (city.city.name, name)
    local = unique_local("domain", *key)
    block = (0x5F00 << 112) | (in_range(1, 0xFFFF, "locators", *key) << 96)
    return DomainNumbers(
        asn=domain.asn or in_range(64512, 65534, "asn", *key),
        area=domain.area or f"49.{in_range(1, 0xFFFF, 'area', *key):04x}",
        loopbacks=pools.loopbacks or slot(local, 64, 0),
        links=pools.links or slot(local, 64, 1),
        locators=pools.locators or IPv6Network((block, 32)),
    )


def _node(name: str, node: Node, domain: DomainNumbers) -> NodeNumbers:
    """One number makes them all; it stays below 127.0.0.0, so that it is a fit router id."""
    number = node.number or in_range(0x01000000, 0x7EFFFFFF, "node", name)
    system = f"{number:012x}"
    net = f"{domain.area}.{system[0:4]}.{system[4:8]}.{system[8:12]}.00"
    return NodeNumbers(
        number=number,
        loopback=node.loopback or host(domain.loopbacks, number),
        locator=node.locator or slot(domain.locators, LOCATOR_LENGTH, number),
        router_id=node.router_id or IPv4Address(number),
        net=node.net or net,
    )


def _link_interface(city: City, link: IpLink, node: str, peer: str) -> str:
    """A pinned name, else the link's, or the peer's and the ring's, in at most 15 characters."""
    pinned = link_pins(city, link)[0].interfaces.get(node)
    name = str(link.origin[1])
    return pinned or short_name(f"{peer}-{name}" if link.between_neighbours else name, IFNAMSIZ)


def _link(
    city: City, link: IpLink, domains: dict[str, DomainNumbers], risks: dict[str, int]
) -> LinkNumbers:
    """A /127 (RFC 6164) in the domain's pool; the first end by name has the lower address."""
    a, b = link.ends
    pool = domains[city.nodes[a].domain].links
    prefix = link_pins(city, link)[0].prefix or slot(pool, LINK_LENGTH, digest("link", link.id))
    base = int(prefix.network_address)
    ends = (
        LinkEnd(a, _link_interface(city, link, a, b), IPv6Interface((base, 127))),
        LinkEnd(b, _link_interface(city, link, b, a), IPv6Interface((base + 1, 127))),
    )
    shared = tuple(risks[name] for name in link.spans)
    return LinkNumbers(link.id, ends, link.metric, link.spans, shared, link.origin)


def _vpn(city: City, name: str, asn: int) -> VpnNumbers:
    """Route target AS:number (RFC 4360, type 0); a function that is neither 0 nor all ones."""
    vpn = city.vpns[name]
    return VpnNumbers(
        route_target=vpn.route_target or f"{asn}:{in_range(1, 0xFFFFFFFF, 'target', name)}",
        table=vpn.table or in_range(10_000, 0x7FFFFFFF, "table", name),
        function=vpn.function or in_range(0x0100, 0xEFFF, "function", name),
    )


def _subnet4(city: City, vpn: str, name: str) -> IPv4Interface:
    pool = city.city.customers_ipv4
    length = CUSTOMER_IPV4_LENGTH
    index = digest("customer4", vpn, name) % (1 << max(0, length - pool.prefixlen))
    base = int(pool.network_address) + (index << (32 - length))
    return IPv4Interface((base | 1, length))


def _subnet6(city: City, vpn: str, name: str) -> IPv6Interface:
    pool = city.city.customers_ipv6
    subnet = slot(pool, CUSTOMER_IPV6_LENGTH, digest("customer6", vpn, name))
    return IPv6Interface((int(subnet.network_address) + 1, CUSTOMER_IPV6_LENGTH))


def _neighbour4(router: IPv4Interface) -> IPv4Interface:
    """The customer's address: the next one in the subnet, or the one before if there is none."""
    network: IPv4Network = router.network
    above = int(router.ip) + 1
    last = int(network.broadcast_address) - (network.prefixlen < POINT_TO_POINT)
    return IPv4Interface((above if above <= last else int(router.ip) - 1, network.prefixlen))


def _neighbour6(router: IPv6Interface) -> IPv6Interface:
    above = int(router.ip) + 1
    fits = above <= int(router.network.broadcast_address)
    return IPv6Interface((above if fits else int(router.ip) - 1, router.network.prefixlen))


def _endpoint(city: City, vpn: str, name: str, endpoint: Endpoint) -> EndpointNumbers:
    ipv4 = endpoint.ipv4 or _subnet4(city, vpn, name)
    ipv6 = endpoint.ipv6 or _subnet6(city, vpn, name)
    return EndpointNumbers(
        vpn=vpn,
        name=name,
        node=endpoint.node,
        interface=endpoint.interface or short_name(f"{vpn}-{name}", IFNAMSIZ),
        ipv4=ipv4,
        ipv6=ipv6,
        customer_ipv4=_neighbour4(ipv4),
        customer_ipv6=_neighbour6(ipv6),
    )


def _attachment(
    asn: int, node: str, vpn: str, numbers: NodeNumbers, function: int
) -> AttachmentNumbers:
    """RD AS:number (RFC 4364, type 0); SID = locator, 16-bit function, no argument (RFC 8986)."""
    return AttachmentNumbers(
        route_distinguisher=f"{asn}:{in_range(1, 0xFFFFFFFF, 'rd', node, vpn)}",
        sid=IPv6Address(int(numbers.locator.network_address) + (function << 48)),
    )


def _join(
    name: str, ends: tuple[str, str], interfaces: tuple[str, str], pair: tuple[str, str]
) -> JoinNumbers:
    """A VLAN (IEEE 802.1Q, 2-4094) and a /127 on the gateway's link, one for each pair of VPNs."""
    vlan = in_range(2, 4094, "vlan", name, *pair)
    base = (0xFD << 120) | ((digest("join", name, *pair) & ((1 << 56) - 1)) << 64)
    first, second = (
        JoinEnd(node, vpn, f"{interface}.{vlan}", IPv6Interface((base + low, 127)))
        for low, (node, vpn, interface) in enumerate(zip(ends, pair, interfaces, strict=True))
    )
    return JoinNumbers(name, vlan, (first, second))


def _gateway(city: City, name: str, gateway: Gateway) -> GatewayNumbers:
    default = short_name(name, IFNAMSIZ - VLAN_SUFFIX)
    ends = sides(gateway)
    first, second = (gateway.interfaces.get(end, default) for end in ends)
    interfaces = (first, second)
    joins = tuple(_join(name, ends, interfaces, pair) for pair in joined_pairs(city, gateway))
    return GatewayNumbers(ends, interfaces, joins)


def numbered(city: City) -> Plan:
    """Every number of `city`, clashes and all: `clashes.problems` tells them."""
    domains = {name: _domain(city, name) for name in city.domains}
    links = tuple(ip_links(city))
    nodes = {name: _node(name, node, domains[node.domain]) for name, node in city.nodes.items()}
    vpns = {name: _vpn(city, name, domains[vpn.domain].asn) for name, vpn in city.vpns.items()}
    risks = srlgs(city, links)
    return Plan(
        domains=domains,
        nodes=nodes,
        links={link.id: _link(city, link, domains, risks) for link in links},
        vpns=vpns,
        endpoints={
            (vpn, name): _endpoint(city, vpn, name, endpoint)
            for vpn, each in city.vpns.items()
            for name, endpoint in each.endpoints.items()
        },
        attachments={
            (node, vpn): _attachment(
                domains[city.nodes[node].domain].asn, node, vpn, nodes[node], vpns[vpn].function
            )
            for node, vpn in attachments(city)
        },
        gateways={name: _gateway(city, name, each) for name, each in city.gateways.items()},
        srlgs=risks,
        lightpaths={light.link: light for light in lightpaths(city, links)},
        degrees=tuple(degrees(city)),
    )


def allocate(city: City) -> Plan:
    """Every number of `city`. Raises `InventoryError` for clashes and pools that are too small."""
    plan = numbered(city)
    check(city, plan)
    return plan
