"""L3VPN for IPv4 and IPv6 over SRv6 (RFC 9252): BGP between loopbacks, reflected by the cores."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from msgspec import Struct

from citynet.build.context import Context
from citynet.build.reflection import Neighbor, SessionOptions, neighbors
from citynet.build.role import Role, beside
from citynet.errors import KeyPath
from citynet.model import Transport


class VpnOptions(SessionOptions):
    """Options of the VPN role. Times are in seconds."""


class Vrf(Struct, frozen=True):
    """A VPN on this router, with the customers' subnets that it originates."""

    name: str
    description: str
    table: int
    sid: IPv6Address
    function: int
    route_distinguisher: str
    route_target: str
    networks4: tuple[IPv4Network, ...]
    networks6: tuple[IPv6Network, ...]
    origin: KeyPath


class Vpns(Struct, frozen=True):
    """BGP on a router that carries VPNs or reflects their routes."""

    asn: int
    router_id: IPv4Address
    source: IPv6Address
    keepalive: int
    hold: int
    neighbors: tuple[Neighbor, ...]
    vrfs: tuple[Vrf, ...]
    origin: KeyPath
    needed_by: KeyPath

    @property
    def clients(self) -> tuple[Neighbor, ...]:
        """The neighbours this router reflects routes to."""
        return tuple(each for each in self.neighbors if each.client)

    @property
    def peers(self) -> tuple[Neighbor, ...]:
        """The neighbours that are reflectors."""
        return tuple(each for each in self.neighbors if not each.client)


def _needed_by(context: Context, node: str) -> KeyPath:
    """The first customer here, else the gateway that a VPN crosses, else the node, a reflector."""
    for each in context.index.endpoints.get(node, ()):
        return ("vpns", each.vpn, "endpoints", each.name)
    for side in context.index.joins.get(node, ()):
        return ("gateways", side.join.gateway)
    return ("nodes", node)


def _vrf(context: Context, node: str, name: str) -> Vrf:
    numbers, attached = context.plan.vpns[name], context.plan.attachments[node, name]
    here = [each for each in context.index.endpoints.get(node, ()) if each.vpn == name]
    return Vrf(
        name=name,
        description=context.city.vpns[name].label or name,
        table=numbers.table,
        sid=attached.sid,
        function=numbers.function,
        route_distinguisher=attached.route_distinguisher,
        route_target=numbers.route_target,
        networks4=tuple(each.ipv4.network for each in here),
        networks6=tuple(each.ipv6.network for each in here),
        origin=("vpns", name),
    )


def build(context: Context, node: str, options: VpnOptions) -> Vpns | None:
    """Routers that carry a VPN over SRv6, and those that reflect routes to such routers."""
    vrfs = tuple(_vrf(context, node, name) for name in context.index.vpns.get(node, ()))
    found = neighbors(context, node)
    reflects = any(each.client for each in found)
    if context.transport_of(node) is not Transport.SRV6 or not (vrfs or reflects):
        return None
    numbers = context.plan.nodes[node]
    return Vpns(
        asn=context.plan.domains[context.domain_of(node)].asn,
        router_id=numbers.router_id,
        source=numbers.loopback,
        keepalive=options.keepalive,
        hold=options.hold,
        neighbors=found,
        vrfs=vrfs,
        origin=("nodes", node),
        needed_by=_needed_by(context, node),
    )


ROLE = Role(
    name="vpn",
    summary="L3VPN for IPv4 and IPv6 over SRv6, routes reflected by the cores",
    options=VpnOptions,
    build=build,
    after=("srv6",),
    checks=beside(__name__, "checks"),
)
