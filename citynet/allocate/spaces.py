"""Space that two have: pools of domains, what is pinned outside its own, and customers' subnets.

What is made of a pool is inside it, so the pool stands for it. Prefixes are nested or apart:
one pass over them in order finds every one that is inside another.
"""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv6Network

from msgspec import Struct

from citynet.allocate.claim import advice
from citynet.allocate.plan import DomainNumbers, Plan
from citynet.errors import KeyPath, Problem
from citynet.model import City, Link, Span

POOLS = ("loopbacks", "links", "locators")
CUSTOMERS = "customers"
EVERY_ULA = IPv6Network("fd00::/8")
"""The customers' pool unless it is pinned: the domains' are in it, each /64 compared with them."""
BITS = 128


class Space(Struct, frozen=True):
    """Addresses from `first` to `last`: a pool of a domain for a kind, or one thing of that kind.

    `path` is where it is pinned by the key `pin`, or can be.
    """

    first: int
    last: int
    kind: str
    domain: str
    is_pool: bool
    owner: str
    path: KeyPath
    pin: str
    pinned: bool

    def __str__(self) -> str:
        """Say what it is for a person."""
        length = BITS + 1 - (self.last - self.first + 1).bit_length()
        prefix = str(IPv6Network((self.first, length))).removesuffix(f"/{BITS}")
        noun = f"pool `{self.path[-1]}`" if self.is_pool else str(self.path[-1])
        return f"{noun} {prefix} of {self.owner}"

    def may_have(self, other: "Space") -> bool:
        """Whether `other` may be inside: of its own pool; what is no pool is compared elsewhere."""
        if self.kind != other.kind:
            return False
        return self.domain == other.domain or not (self.is_pool or other.is_pool)


def _space(
    network: IPv6Network,
    whose: tuple[str, str, str],
    pin: tuple[KeyPath, str, bool],
    *,
    is_pool: bool = False,
) -> Space:
    first = int(network.network_address)
    last = first + (1 << (BITS - network.prefixlen)) - 1
    kind, domain, owner = whose
    path, key, pinned = pin
    return Space(first, last, kind, domain, is_pool, owner, path, key, pinned)


def _pools(city: City, domains: Mapping[str, DomainNumbers]) -> Iterator[Space]:
    for name, numbers in domains.items():
        for key in POOLS:
            pin = (("domains", name, "pools", key), f"pools.{key}")
            pinned = getattr(city.domains[name].pools, key) is not None
            whose = (key, name, f"domain {name}")
            yield _space(getattr(numbers, key), whose, (*pin, pinned), is_pool=True)


def _loopbacks(city: City) -> Iterator[Space]:
    for name, node in city.nodes.items():
        if node.loopback is not None:
            whose = ("loopbacks", node.domain, f"node {name}")
            pin = (("nodes", name, "loopback"), "loopback", True)
            yield _space(IPv6Network(int(node.loopback)), whose, pin)


def _links(city: City) -> Iterator[Space]:
    for name, link in city.links.items():
        yield from _prefix(link, city.nodes[link.ends[0]].domain, f"link {name}", ("links", name))
    for name, ring in city.rings.items():
        domain = city.nodes[ring.nodes[0]].domain
        for key, pins in ring.spans.items():
            path = ("rings", name, "spans", key)
            yield from _prefix(pins, domain, f"link {name}/{key}", path)


def _prefix(pins: Link | Span, domain: str, owner: str, path: KeyPath) -> Iterator[Space]:
    if pins.prefix is not None:
        pin = ((*path, "prefix"), "prefix", True)
        yield _space(pins.prefix, ("links", domain, owner), pin)


def _customers(city: City, plan: Plan) -> Iterator[Space]:
    for (vpn, name), each in plan.endpoints.items():
        pinned = city.vpns[vpn].endpoints[name].ipv6 is not None
        whose = (CUSTOMERS, "", f"endpoint {vpn}/{name}")
        pin = (("vpns", vpn, "endpoints", name, "ipv6"), "ipv6", pinned)
        yield _space(each.ipv6.network, whose, pin)


def _inside(spaces: Iterable[Space]) -> Iterator[tuple[Space, Space]]:
    """Each space that is where it may not be, and the nearest around it that may not have it.

    Of those that have all in common only one is open, so few are, and this is as fast as sorting.
    """
    opened: list[Space] = []
    seen: set[tuple[object, ...]] = set()
    for space in sorted(spaces, key=lambda each: (each.first, -each.last, not each.is_pool)):
        while opened and opened[-1].last < space.first:
            opened.pop()
        outer = next((each for each in reversed(opened) if not each.may_have(space)), None)
        if outer is not None:
            yield space, outer
            continue
        same = (space.first, space.last, space.kind, space.domain, space.is_pool)
        if same not in seen:
            seen.add(same)
            opened.append(space)


def _problems(spaces: Iterable[Space]) -> Iterator[Problem]:
    """At what is pinned, and at customers' subnets; a pool that is not pinned is no mistake."""
    said: set[KeyPath] = set()
    for inner, outer in _inside(spaces):
        if inner.path in said or outer.path in said:
            continue
        pair = (inner, outer)
        for each in [one for one in pair if one.pinned or not one.is_pool] or pair:
            said.add(each.path)
            hint = advice(each.pin, pinned=each.pinned)
            yield Problem(f"{inner} is inside {outer}", each.path, "space of its own", hint)


def pools_inside_pools(city: City, domains: Mapping[str, DomainNumbers]) -> Iterator[Problem]:
    """Pools that have space of each other's, the customers' too."""
    spaces, pool = list(_pools(city, domains)), city.city.customers_ipv6
    if pool != EVERY_ULA:
        pin = (("city", "customers_ipv6"), "customers_ipv6", True)
        spaces.append(_space(pool, (CUSTOMERS, "", "the city"), pin, is_pool=True))
    yield from _problems(spaces)


def pins_inside_pools(city: City, plan: Plan) -> Iterator[Problem]:
    """Loopbacks, prefixes of links and customers' subnets that have space of something else."""
    yield from _problems(
        (
            *_pools(city, plan.domains),
            *_loopbacks(city),
            *_links(city),
            *_customers(city, plan),
        )
    )
