"""The names that devices will carry for interfaces and VRFs, and where an inventory says each."""

from collections.abc import Iterator

from msgspec import Struct

from citynet.allocate.light import pins_of
from citynet.allocate.plan import LinkNumbers
from citynet.build.context import Context
from citynet.errors import KeyPath
from citynet.model import Link, Span


class Name(Struct, frozen=True):
    """What `node` will call an interface of, or the VRF of, a `noun` (link, endpoint, VPN).

    `path` is the pin, or the thing itself where its own name is taken. `more` is what devices
    put behind the name for a part of it: `.1234` for a VLAN.
    """

    node: str
    name: str
    noun: str
    path: KeyPath
    pinned: bool = False
    more: str = ""


def _pins(context: Context, link: LinkNumbers) -> tuple[Span | Link, KeyPath]:
    if link.origin[0] == "rings":
        return pins_of(context.city, link.id)
    return context.city.links[str(link.origin[1])], link.origin


def _links(context: Context) -> Iterator[Name]:
    for link in context.plan.links.values():
        pins, origin = _pins(context, link)
        for end in link.ends:
            if end.node in pins.interfaces:
                path = (*origin, "interfaces", end.node)
                yield Name(end.node, end.interface, "link", path, pinned=True)
            else:
                yield Name(end.node, end.interface, "link", link.origin)


def _endpoints(context: Context) -> Iterator[Name]:
    for (vpn, name), each in context.plan.endpoints.items():
        path: KeyPath = ("vpns", vpn, "endpoints", name)
        pinned = context.city.vpns[vpn].endpoints[name].interface is not None
        if pinned:
            path = (*path, "interface")
        yield Name(each.node, each.interface, "endpoint", path, pinned)


def _gateways(context: Context) -> Iterator[Name]:
    for name, gateway in context.city.gateways.items():
        numbers = context.plan.gateways[name]
        vlans = [f".{join.vlan}" for join in numbers.joins]
        longest = max(vlans, key=len, default="")
        for node, interface in zip(gateway.ends, numbers.interfaces, strict=True):
            path: KeyPath = ("gateways", name)
            pinned = node in gateway.interfaces
            if pinned:
                path = (*path, "interfaces", node)
            yield Name(node, interface, "gateway", path, pinned, longest)


def interface_names(context: Context) -> Iterator[Name]:
    """Every interface that links, endpoints and gateways make."""
    yield from _links(context)
    yield from _endpoints(context)
    yield from _gateways(context)


def vrf_names(context: Context) -> Iterator[Name]:
    """Every VPN where it is present."""
    for node, vpn in context.plan.attachments:
        yield Name(node, vpn, "VPN", ("vpns", vpn))
