"""Every number of a plan by whose it is, what must be unique of them, and cities in any order."""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

from citynet.allocate import Plan
from citynet.model import City
from tests.cities import Raw

Key = tuple[str, ...]


def _domains(plan: Plan) -> Iterator[tuple[Key, object]]:
    for name, each in plan.domains.items():
        for kind in ("asn", "area", "loopbacks", "links", "locators"):
            yield ("domains", name, kind), getattr(each, kind)


def _nodes(plan: Plan) -> Iterator[tuple[Key, object]]:
    for name, each in plan.nodes.items():
        for kind in ("number", "loopback", "locator", "router_id", "net"):
            yield ("nodes", name, kind), getattr(each, kind)


def _links(plan: Plan) -> Iterator[tuple[Key, object]]:
    for name, each in plan.links.items():
        for end in each.ends:
            yield ("links", name, end.node, "interface"), end.interface
            yield ("links", name, end.node, "address"), end.address
    for fibre, number in plan.srlgs.items():
        yield ("srlg", fibre), number


def _services(plan: Plan) -> Iterator[tuple[Key, object]]:
    for name, each in plan.vpns.items():
        for kind in ("route_target", "table", "function"):
            yield ("vpns", name, kind), getattr(each, kind)
    for key, end in plan.endpoints.items():
        for kind in ("interface", "ipv4", "ipv6", "customer_ipv4", "customer_ipv6"):
            yield ("endpoints", *key, end.node, kind), getattr(end, kind)
    for key, attached in plan.attachments.items():
        yield ("attachments", *key, "rd"), attached.route_distinguisher
        yield ("attachments", *key, "sid"), attached.sid


def _gateways(plan: Plan) -> Iterator[tuple[Key, object]]:
    for name, each in plan.gateways.items():
        for node in each.ends:
            yield ("gateways", name, node, "interface"), each.interface(node)
        for join in each.joins:
            pair = sorted(end.vpn for end in join.ends)
            yield ("gateways", name, *pair, "vlan"), join.vlan
            for end in join.ends:
                yield ("gateways", name, *pair, end.node, "interface"), end.interface
                yield ("gateways", name, *pair, end.node, "address"), end.address


def _light(plan: Plan) -> Iterator[tuple[Key, object]]:
    for name, light in plan.lightpaths.items():
        for kind in ("number", "frequency", "width"):
            yield ("lightpaths", name, kind), getattr(light, kind)
        ports = zip(light.routers, light.ports, light.entries, strict=True)
        for router, port, entry in ports:
            yield ("lightpaths", name, router, "ports"), (port, entry)
    for degree in plan.degrees:
        yield ("degrees", degree.line, degree.ring, degree.peer), degree.port


def numbers(plan: Plan) -> dict[Key, object]:
    """Every number of a plan by whose it is."""
    makers = (_domains, _nodes, _links, _services, _gateways, _light)
    return {key: value for make in makers for key, value in make(plan)}


def _scoped(city: City, plan: Plan) -> Iterator[tuple[object, ...]]:
    """Each number with what it must be unique in."""
    for each in plan.domains.values():
        yield "asn", each.asn
        yield "area", each.area
    for name, node in plan.nodes.items():
        domain = city.nodes[name].domain
        yield "loopback", node.loopback
        yield "locator", node.locator
        yield "router id", domain, node.router_id
        yield "system id", domain, node.net[-17:]
    for link in plan.links.values():
        for end in link.ends:
            yield "address", end.address
            yield "interface", end.node, end.interface
    for number in plan.srlgs.values():
        yield "srlg", number


def _scoped_services(city: City, plan: Plan) -> Iterator[tuple[object, ...]]:
    for vpn in plan.vpns.values():
        yield "route target", vpn.route_target
    for (node, name), attached in plan.attachments.items():
        yield "rd", city.nodes[node].domain, attached.route_distinguisher
        yield "sid", attached.sid
        yield "table", node, plan.vpns[name].table
        yield "interface", node, name
    for (name, _), end in plan.endpoints.items():
        yield "interface", end.node, end.interface
        yield "subnet", name, end.ipv4.network
        yield "subnet", name, end.ipv6.network
    for gateway, each in plan.gateways.items():
        for node in each.ends:
            yield "interface", node, each.interface(node)
        for join in each.joins:
            yield "vlan", gateway, join.vlan
            for side in join.ends:
                yield "address", side.address
                yield "interface", side.node, side.interface


def held_twice(city: City, plan: Plan) -> list[tuple[object, ...]]:
    """What two things have that only one may."""
    every = Counter((*_scoped(city, plan), *_scoped_services(city, plan)))
    return [each for each, count in every.items() if count > 1]


def shuffled(value: Any, seed: int) -> Any:
    """The same intent with every map's keys in another order."""
    if isinstance(value, dict):
        items = list(value.items())
        random.Random(seed).shuffle(items)  # noqa: S311 - an order, no secret
        return {key: shuffled(each, seed + 1) for key, each in items}
    return value


def reordered(source: Raw, seed: int) -> Raw:
    """The same city in another order: of names, of both ends, of where rings begin and go."""
    found: Raw = shuffled(source, seed)
    choose = random.Random(seed)  # noqa: S311 - an order, no secret
    for section in ("links", "gateways"):
        for each in found.get(section, {}).values():
            each["ends"] = choose.sample(list(each["ends"]), 2)
    for ring in found.get("rings", {}).values():
        at, way = choose.randrange(len(ring["nodes"])), choose.choice((1, -1))
        for key in ("nodes", "line_systems"):
            if ring.get(key):
                turned = [*ring[key][at:], *ring[key][:at]]
                ring[key] = turned[::way]
    for gateway in found.get("gateways", {}).values():
        for flow in gateway.get("allow", {}).values():
            flow["ports"] = choose.sample(list(flow.get("ports", ())), len(flow.get("ports", ())))
    return found
