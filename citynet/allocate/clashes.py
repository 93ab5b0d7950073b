"""What must be unique is unique: checked, never repaired.

A clash is reported at both places that hold the number, with a free one to pin, so that a
person decides which of the two moves (usually the newer) and nothing moves on its own.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping

from citynet.allocate.claim import Claim
from citynet.allocate.joins import joined_pairs
from citynet.allocate.light import pins_of
from citynet.allocate.light_clashes import light_claims, no_such_ports, same_light
from citynet.allocate.pinned import is_pinned
from citynet.allocate.plan import LinkNumbers, Plan
from citynet.allocate.pools import misfits, without_room
from citynet.allocate.spaces import pins_inside_pools
from citynet.errors import InventoryError, KeyPath, Problem, coded
from citynet.model import City, Link, Span


def _domain_claims(city: City, plan: Plan) -> Iterator[Claim]:
    for name, numbers in plan.domains.items():
        pins, path, owner = city.domains[name], ("domains", name), f"domain {name}"
        yield _pinnable("city", "AS", numbers.asn, owner, (path, "asn", pins.asn))
        yield _pinnable("city", "area", numbers.area, owner, (path, "area", pins.area))


def _pinnable(
    scope: str, noun: str, value: Hashable, owner: str, pin: tuple[KeyPath, str, object]
) -> Claim:
    """A claim at its pin if there is one, else at what it could be pinned in."""
    path, key, pinned = pin
    if pinned is None:
        return Claim(scope, noun, value, owner, path, key)
    return Claim(scope, noun, value, owner, (*path, key), key, pinned=True)


def _node_claims(city: City, plan: Plan) -> Iterator[Claim]:
    for name, numbers in plan.nodes.items():
        node, path, owner = city.nodes[name], ("nodes", name), f"node {name}"
        made = _pinnable("", "number", numbers.number, owner, (path, "number", node.number))
        for scope, noun, value, key, pinned in (
            ("city", "loopback", numbers.loopback, "loopback", node.loopback),
            ("city", "locator", numbers.locator, "locator", node.locator),
            (node.domain, "router id", numbers.router_id, "router_id", node.router_id),
            (node.domain, "system id", numbers.system_id, "net", node.net),
        ):
            if pinned is not None:
                yield _pinnable(scope, noun, value, owner, (path, key, pinned))
            else:
                yield Claim(
                    scope,
                    noun,
                    value,
                    owner,
                    made.path,
                    "number",
                    pinned=made.pinned,
                    number=numbers.number,
                )


def _link_pins(city: City, link: LinkNumbers) -> tuple[Link | Span, KeyPath, str]:
    """What is pinned of a link, where, and what comes before its keys for a person."""
    section, name = link.origin
    if section == "links":
        return city.links[str(name)], link.origin, ""
    return *pins_of(city, link.id), f"spans.{link.id.partition('/')[2]}."


def _link_claims(city: City, plan: Plan) -> Iterator[Claim]:
    for link in plan.links.values():
        pins, path, place = _link_pins(city, link)
        owner, pinned = f"link {link.id}", pins.prefix is not None
        yield Claim(
            "city",
            "prefix",
            link.ends[0].address.network,
            owner,
            (*path, "prefix") if pinned else path,
            f"{place}prefix",
            pinned=pinned,
        )


def _interface(
    node: str, interface: str, owner: str, path: KeyPath, pin: str | None, *, pinned: bool = False
) -> Claim:
    scope = f"node {node}"
    return Claim(scope, "interface", interface, owner, path, pin, pinned, f" of {node}")


def _named(
    node: str, interface: str, owner: str, pins: tuple[Mapping[str, str], KeyPath, str]
) -> Claim:
    """An interface of something that names those of its ends by node."""
    held, path, pin = pins
    pinned = node in held
    at = (*path, "interfaces", node) if pinned else path
    return _interface(node, interface, owner, at, pin, pinned=pinned)


def _interface_claims(city: City, plan: Plan) -> Iterator[Claim]:
    for link in plan.links.values():
        pins, path, place = _link_pins(city, link)
        held = (pins.interfaces, path, f"{place}interfaces")
        for end in link.ends:
            yield _named(end.node, end.interface, f"link {link.id}", held)
    for (vpn, name), each in plan.endpoints.items():
        at: KeyPath = ("vpns", vpn, "endpoints", name)
        pinned = city.vpns[vpn].endpoints[name].interface
        owner, scope = f"endpoint {each.ref}", f"node {each.node}"
        found = _pinnable(scope, "interface", each.interface, owner, (at, "interface", pinned))
        yield _interface(
            each.node, each.interface, owner, found.path, found.pin, pinned=found.pinned
        )
    for node, vpn in plan.attachments:
        yield _interface(node, vpn, f"VPN {vpn}", ("vpns", vpn), None)
    for name, numbers in plan.gateways.items():
        gateway = city.gateways[name]
        held = (gateway.interfaces, ("gateways", name), "interfaces")
        for node, interface in zip(numbers.ends, numbers.interfaces, strict=True):
            yield _named(node, interface, f"gateway {name}", held)


def _vpn_claims(city: City, plan: Plan) -> Iterator[Claim]:
    for name, numbers in plan.vpns.items():
        pins, path, owner = city.vpns[name], ("vpns", name), f"VPN {name}"
        pin = (path, "route_target", pins.route_target)
        yield _pinnable("city", "route target", numbers.route_target, owner, pin)
    for (node, vpn), attached in plan.attachments.items():
        pins, path, owner = city.vpns[vpn], ("vpns", vpn), f"VPN {vpn}"
        scope, domain = f"node {node}", city.nodes[node].domain
        yield _pinnable(scope, "table", plan.vpns[vpn].table, owner, (path, "table", pins.table))
        yield _pinnable(scope, "SID", attached.sid, owner, (path, "function", pins.function))
        rd = attached.route_distinguisher
        yield Claim(domain, "route distinguisher", rd, f"{owner} on {node}", path, None)


def _gateway_claims(city: City, plan: Plan) -> Iterator[Claim]:
    for name, gateway in plan.gateways.items():
        scope, path = f"gateway {name}", ("gateways", name)
        for join in gateway.joins:
            pair = " and ".join(end.vpn for end in join.ends)
            owner, of = f"the join of {pair}", f" of {scope}"
            yield Claim(scope, "VLAN", join.vlan, owner, path, None, of=of)
            prefix = join.ends[0].address.network
            yield Claim("city", "prefix", prefix, f"{owner} at {scope}", path, None)


def _clashes(claims: Iterable[Claim]) -> Iterator[Problem]:
    """Two that hold one number, at both places; once, however much is made of the number."""
    held: dict[tuple[str, str, Hashable], Claim] = {}
    said: set[tuple[object, ...]] = set()
    for claim in claims:
        first = held.setdefault((claim.scope, claim.noun, claim.value), claim)
        if first is claim:
            continue
        pair = (claim.owner, claim.path, claim.pin, first.owner, first.path, first.pin)
        if pair in said:
            continue
        said.add(pair)
        made = claim.number is not None and claim.number == first.number
        both = f"number {claim.number}" if made else claim.what
        places = {claim.path: (claim, first), first.path: (first, claim)}
        for one, other in places.values():
            what = f"{one.owner} and {other.owner} both have {both}"
            yield Problem(what, one.path, expected="one owner each", hint=one.hint)


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
    subnets: dict[tuple[str, str], list[tuple[int, int, str, str]]] = defaultdict(list)
    scopes = _customer_scopes(city)
    for (vpn, name), each in plan.endpoints.items():
        for key, network in (("ipv4", each.ipv4.network), ("ipv6", each.ipv6.network)):
            first, last = int(network.network_address), int(network.broadcast_address)
            subnets[scopes[vpn], key].append((first, last, vpn, name))
    for (_, key), entries in subnets.items():
        entries.sort()
        reach = entries[0]
        for entry in entries[1:]:
            if entry[0] <= reach[1]:
                yield from _overlap(city, plan, key, (reach[2:], entry[2:]))
            reach = max(reach, entry, key=lambda each: each[1])


def _overlap(
    city: City, plan: Plan, key: str, pair: tuple[tuple[str, str], tuple[str, str]]
) -> Iterator[Problem]:
    """Two subnets that overlap, at the place of each."""
    both = [
        f"{vpn}/{name} ({getattr(plan.endpoints[vpn, name], key).network})" for vpn, name in pair
    ]
    what = f"endpoints {both[0]} and {both[1]} have overlapping subnets"
    for vpn, name in pair:
        pinned = getattr(city.vpns[vpn].endpoints[name], key)
        at = (("vpns", vpn, "endpoints", name), key, pinned)
        claim = _pinnable("", "subnet", pinned, vpn, at)
        yield Problem(what, claim.path, "subnets that do not overlap", claim.hint)


def problems(city: City, plan: Plan) -> list[Problem]:
    """Every clash, every pool without room and every pin of no use. Linear but for sorting subnets.

    Where pools have no room, numbers that nobody pinned clash because of that, and are not told.
    """
    found = [
        *coded("does-not-fit", misfits(city, plan)),
        *coded("unknown-port", no_such_ports(city, plan)),
    ]
    cramped = [*coded("no-room", without_room(city, plan))]
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
    return [
        *found,
        *_clashes(claims),
        *coded("inside-another", pins_inside_pools(city, plan)),
        *_overlaps(city, plan),
        *same_light(city, plan),
    ]


def check(city: City, plan: Plan) -> None:
    """Raise `InventoryError` if two things share a number."""
    found = problems(city, plan)
    if found:
        raise InventoryError(found)
