"""Whether there is room for what is pinned, and in pools for what is made of them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network

from citynet.allocate.plan import DomainNumbers, Plan
from citynet.allocate.spaces import pools_inside_pools
from citynet.errors import KeyPath, Problem
from citynet.model import City

LOOPBACK_LENGTH = 128
LINK_LENGTH = 127
LOCATOR_LENGTH = 64
CUSTOMER_IPV4_LENGTH = 28
CUSTOMER_IPV6_LENGTH = 64
FEWEST_ADDRESSES = 2


def _pool(
    path: KeyPath, pool: IPv4Network | IPv6Network, length: int, need: int
) -> Iterator[Problem]:
    """A pool that cannot hold `need` prefixes of `length`, or not even one: what is the least."""
    need = max(need, 1)
    least = length - (need - 1).bit_length()
    room = 1 << (length - pool.prefixlen) if pool.prefixlen <= length else 0
    if room < need:
        needed = "1 is needed" if need == 1 else f"{need} are needed"
        what = f"pool {pool} is too small: it has {room} /{length} and {needed}"
        yield Problem(what, path, f"/{least} or shorter")


def _rooms(city: City, plan: Plan) -> Iterator[Problem]:
    """Pools that cannot hold what has to be made of them."""
    loopbacks = Counter(node.domain for node in city.nodes.values() if node.loopback is None)
    locators = Counter(node.domain for node in city.nodes.values())
    between = Counter(city.nodes[link.ends[0].node].domain for link in plan.links.values())
    for name, numbers in plan.domains.items():
        base: KeyPath = ("domains", name, "pools")
        yield from _pool((*base, "loopbacks"), numbers.loopbacks, LOOPBACK_LENGTH, loopbacks[name])
        yield from _pool((*base, "links"), numbers.links, LINK_LENGTH, between[name])
        yield from _pool((*base, "locators"), numbers.locators, LOCATOR_LENGTH, locators[name])


def _customers(city: City) -> Iterator[Problem]:
    """Pools that cannot hold the subnets of even one VPN."""
    header = city.city
    for key, family, pool, length in (
        ("customers_ipv4", "ipv4", header.customers_ipv4, CUSTOMER_IPV4_LENGTH),
        ("customers_ipv6", "ipv6", header.customers_ipv6, CUSTOMER_IPV6_LENGTH),
    ):
        made = (
            sum(getattr(each, family) is None for each in vpn.endpoints.values())
            for vpn in city.vpns.values()
        )
        yield from _pool(("city", key), pool, length, max(made, default=0))


def _link_prefixes(city: City) -> Iterator[tuple[KeyPath, IPv6Network | None]]:
    for name, link in city.links.items():
        yield ("links", name, "prefix"), link.prefix
    for name, ring in city.rings.items():
        for key, pins in ring.spans.items():
            yield ("rings", name, "spans", key, "prefix"), pins.prefix


def _locators(city: City, domains: Mapping[str, DomainNumbers]) -> Iterator[Problem]:
    """A locator is a /64 of its domain's block: all that fences SIDs in goes by the block."""
    for name, node in city.nodes.items():
        if node.locator is None:
            continue
        path, block = ("nodes", name, "locator"), domains[node.domain].locators
        if node.locator.prefixlen != LOCATOR_LENGTH:
            yield Problem(f"locator {node.locator}", path, "a /64")
        elif not node.locator.subnet_of(block):
            yield Problem(
                f"locator {node.locator} is outside {block}, the block of domain {node.domain}",
                path,
                f"a /64 of {block}",
                f"for a block that is there already, pin `pools.locators` of {node.domain}",
            )


def _lengths(city: City) -> Iterator[Problem]:
    """Pinned prefixes have the length that the plan builds on."""
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


def misfits(city: City, plan: Plan) -> list[Problem]:
    """Every pin of a prefix that cannot be what it is to be."""
    return [*_lengths(city), *_locators(city, plan.domains)]


def without_room(city: City, plan: Plan) -> list[Problem]:
    """Every pool that is too small for what is made of it, or not a domain's own. Linear."""
    return [*pools_inside_pools(city, plan.domains), *_rooms(city, plan), *_customers(city)]
