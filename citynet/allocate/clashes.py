"""What must be unique is unique, and no pool is too small: checked, never repaired.

A clash is reported at both places that hold the number, with a free one to pin, so that a
person decides which of the two moves (usually the newer) and nothing moves on its own.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import pairwise

from citynet.allocate.claim import Claim
from citynet.allocate.joins import joined_pairs
from citynet.allocate.light_clashes import light_claims, no_such_ports, same_light
from citynet.allocate.pinned import is_pinned
from citynet.allocate.plan import Plan
from citynet.errors import InventoryError, KeyPath, Problem
from citynet.model import City

LOCATOR_LENGTH = 64
LINK_LENGTH = 127
FEWEST_ADDRESSES = 4


def _domain_claims(city: City, plan: Plan) -> Iterator[Claim]:
    for name, numbers in plan.domains.items():
        path, owner = ("domains", name), f"domain {name}"
        yield Claim("city", ("asn", numbers.asn), owner, path, f"AS {numbers.asn}", "asn")
        yield Claim("city", ("area", numbers.area), owner, path, f"area {numbers.area}", "area")


def _node_claims(city: City, plan: Plan) -> Iterator[Claim]:
    for name, numbers in plan.nodes.items():
        path, owner, scope = ("nodes", name), f"node {name}", city.nodes[name].domain
        loopback, locator, router = numbers.loopback, numbers.locator, numbers.router_id
        yield Claim("city", loopback, owner, path, f"loopback {loopback}", "number")
        yield Claim("city", locator, owner, path, f"locator {locator}", "number")
        yield Claim(scope, router, owner, path, f"router id {router}", "number")
        yield Claim(scope, numbers.net, owner, path, f"NET {numbers.net}", "number")


def _link_claims(city: City, plan: Plan) -> Iterator[Claim]:
    for link in plan.links.values():
        owner = f"link {link.id}"
        for end in link.ends:
            what = f"address {end.address.ip}"
            yield Claim("city", end.address.ip, owner, link.origin, what, "prefix")


def _interfaces(plan: Plan) -> Iterator[tuple[str, str, str, KeyPath]]:
    for link in plan.links.values():
        for end in link.ends:
            yield end.node, end.interface, f"link {link.id}", link.origin
    for (vpn, name), each in plan.endpoints.items():
        path = ("vpns", vpn, "endpoints", name)
        yield each.node, each.interface, f"endpoint {each.ref}", path
    for node, vpn in plan.attachments:
        yield node, vpn, f"VPN {vpn}", ("vpns", vpn)


def _interface_claims(city: City, plan: Plan) -> Iterator[Claim]:
    for node, interface, owner, path in _interfaces(plan):
        what = f"interface {interface} of {node}"
        yield Claim(f"node {node}", ("if", interface), owner, path, what, "interface")
    for name, numbers in plan.gateways.items():
        for node, interface in zip(city.gateways[name].ends, numbers.interfaces, strict=True):
            what = f"interface {interface} of {node}"
            owner, path = f"gateway {name}", ("gateways", name)
            yield Claim(f"node {node}", ("if", interface), owner, path, what, "interfaces")


def _vpn_claims(city: City, plan: Plan) -> Iterator[Claim]:
    for name, numbers in plan.vpns.items():
        target = numbers.route_target
        what, owner = f"route target {target}", f"VPN {name}"
        yield Claim("city", ("rt", target), owner, ("vpns", name), what, "route_target")
    for (node, vpn), attached in plan.attachments.items():
        numbers, owner, path = plan.vpns[vpn], f"VPN {vpn}", ("vpns", vpn)
        scope, domain = f"node {node}", city.nodes[node].domain
        what = f"table {numbers.table} on {node}"
        yield Claim(scope, ("table", numbers.table), owner, path, what, "table")
        what = f"SID {attached.sid} on {node}"
        yield Claim(scope, attached.sid, owner, path, what, "function")
        rd = attached.route_distinguisher
        what = f"route distinguisher {rd}"
        yield Claim(domain, ("rd", rd), f"VPN {vpn} on {node}", path, what, "name")


def _gateway_claims(city: City, plan: Plan) -> Iterator[Claim]:
    for name, gateway in plan.gateways.items():
        for join in gateway.joins:
            pair = " and ".join(end.vpn for end in join.ends)
            what, path = f"VLAN {join.vlan} of gateway {name}", ("gateways", name)
            yield Claim(f"gateway {name}", join.vlan, f"the join of {pair}", path, what, "name")


def _clashes(claims: Iterable[Claim]) -> Iterator[Problem]:
    held: dict[tuple[str, Hashable], Claim] = {}
    for claim in claims:
        first = held.setdefault((claim.scope, claim.value), claim)
        if first is claim:
            continue
        hint = f"pin `{claim.pin}` of the newer one"
        if claim.pin == "name":
            hint = "rename the newer one"
        for one, other in ((claim, first), (first, claim)):
            what = f"{one.owner} and {other.owner} both have {claim.what}"
            yield Problem(what, one.path, expected="one owner each", hint=hint)


def _customer_scopes(city: City) -> dict[str, str]:
    """VPN -> a name for all the VPNs that gateways join it to: their subnets may not overlap."""
    scope = {name: name for name in city.vpns}

    def root(name: str) -> str:
        while scope[name] != name:
            name = scope[name]
        return name

    for gateway in city.gateways.values():
        for a, b in joined_pairs(city, gateway):
            scope[root(b)] = root(a)
    return {name: root(name) for name in city.vpns}


def _overlaps(city: City, plan: Plan) -> Iterator[Problem]:
    """Customer subnets that overlap within VPNs that can reach each other."""
    subnets: dict[tuple[str, int], list[tuple[int, int, str, KeyPath]]] = defaultdict(list)
    scopes = _customer_scopes(city)
    for (vpn, name), each in plan.endpoints.items():
        path: KeyPath = ("vpns", vpn, "endpoints", name)
        for network in (each.ipv4.network, each.ipv6.network):
            first, last = int(network.network_address), int(network.broadcast_address)
            entry = (first, last, f"{each.ref} ({network})", path)
            subnets[scopes[vpn], network.version].append(entry)
    for entries in subnets.values():
        entries.sort(key=lambda entry: entry[:3])
        reach = entries[0]
        for entry in entries[1:]:
            if entry[0] <= reach[1]:
                what = f"endpoints {reach[2]} and {entry[2]} have overlapping subnets"
                hint = "pin `ipv4` or `ipv6` of the newer one"
                for path in (entry[3], reach[3]):
                    yield Problem(what, path, "subnets that do not overlap", hint)
            reach = max(reach, entry, key=lambda each: each[1])


def _pool(
    path: KeyPath, pool: IPv4Network | IPv6Network, length: int, need: int
) -> Iterator[Problem]:
    room = 1 << max(0, length - pool.prefixlen) if pool.prefixlen <= length else 0
    if need > room:
        what = f"pool {pool} is full: it has {room} /{length} and {need} are needed"
        yield Problem(what, path, f"a shorter prefix than /{pool.prefixlen}")


def _pools(city: City, plan: Plan) -> Iterator[Problem]:
    nodes: dict[str, int] = defaultdict(int)
    links: dict[str, int] = defaultdict(int)
    for node in city.nodes.values():
        nodes[node.domain] += 1
    for link in plan.links.values():
        links[city.nodes[link.ends[0].node].domain] += 1
    for name, numbers in plan.domains.items():
        base: KeyPath = ("domains", name, "pools")
        yield from _pool((*base, "loopbacks"), numbers.loopbacks, 128, nodes[name])
        yield from _pool((*base, "links"), numbers.links, 127, links[name])
        yield from _pool((*base, "locators"), numbers.locators, LOCATOR_LENGTH, nodes[name])
    most = max((len(vpn.endpoints) for vpn in city.vpns.values()), default=0)
    yield from _pool(("city", "customers_ipv4"), city.city.customers_ipv4, 28, most)
    yield from _pool(("city", "customers_ipv6"), city.city.customers_ipv6, 64, most)


def _link_prefixes(city: City) -> Iterator[tuple[KeyPath, IPv6Network | None]]:
    for name, link in city.links.items():
        yield ("links", name, "prefix"), link.prefix
    for name, ring in city.rings.items():
        for key, pins in ring.spans.items():
            yield ("rings", name, "spans", key, "prefix"), pins.prefix


def _lengths(city: City, plan: Plan) -> Iterator[Problem]:
    """Pinned prefixes have the length that the plan builds on; pinned pools do not overlap."""
    for name, node in city.nodes.items():
        if node.locator and node.locator.prefixlen != LOCATOR_LENGTH:
            yield Problem(f"locator {node.locator}", ("nodes", name, "locator"), "a /64")
    for path, prefix in _link_prefixes(city):
        if prefix and prefix.prefixlen != LINK_LENGTH:
            yield Problem(f"link prefix {prefix}", path, "a /127")
    for vpn_name, vpn in city.vpns.items():
        for name, endpoint in vpn.endpoints.items():
            for key in ("ipv4", "ipv6"):
                pinned = getattr(endpoint, key)
                if (
                    pinned is not None
                    and ip_network(pinned.network).num_addresses < FEWEST_ADDRESSES
                ):
                    at = ("vpns", vpn_name, "endpoints", name, key)
                    yield Problem(f"subnet {pinned} has no room", at, "room for two hosts")


def _pool_overlaps(plan: Plan) -> Iterator[Problem]:
    pools = [
        (pool, domain, key)
        for domain, numbers in plan.domains.items()
        for key in ("loopbacks", "links", "locators")
        for pool in (getattr(numbers, key),)
    ]
    pools.sort(key=lambda entry: (int(entry[0].network_address), entry[0].prefixlen))
    for (first, a, a_key), (second, b, b_key) in pairwise(pools):
        if first.overlaps(second):
            what = f"pools {a_key} {first} of {a} and {b_key} {second} of {b} overlap"
            yield Problem(what, ("domains", b, "pools", b_key), "pools of their own")


def problems(city: City, plan: Plan) -> list[Problem]:
    """Every clash and every pool that is full. Linear but for sorting subnets.

    Where pools have no room, numbers that nobody pinned clash because of that, and are not told.
    """
    found = [*_lengths(city, plan), *no_such_ports(city, plan)]
    cramped = [*_pool_overlaps(plan), *_pools(city, plan)]
    makers = (
        _domain_claims,
        _node_claims,
        _link_claims,
        _interface_claims,
        _vpn_claims,
        _gateway_claims,
        light_claims,
    )
    claims = (claim for maker in makers for claim in maker(city, plan))
    if cramped:
        pinned = (claim for claim in claims if is_pinned(city, claim))
        return [*found, *cramped, *_clashes(pinned)]
    return [*found, *_clashes(claims), *_overlaps(city, plan), *same_light(city, plan)]


def check(city: City, plan: Plan) -> None:
    """Raise `InventoryError` if two things share a number or a pool is full."""
    found = problems(city, plan)
    if found:
        raise InventoryError(found)
