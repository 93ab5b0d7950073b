"""L3VPN for IPv4 and IPv6 over SRv6 (RFC 9252): BGP between loopbacks, reflected by the cores."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from pydantic import Field

from citynet.build.context import Context
from citynet.build.role import Role, RoleOptions, beside
from citynet.errors import KeyPath


class VpnOptions(RoleOptions):
    """Options of the VPN role. Times are in seconds."""

    keepalive: int = Field(default=10, ge=1, le=21_845, description="BGP keepalive, s.")
    hold: int = Field(default=30, ge=3, le=65_535, description="BGP hold time, s.")


@dataclass(frozen=True, slots=True)
class Neighbor:
    """An iBGP neighbour, by its loopback; `client` if this router reflects routes to it."""

    node: str
    address: IPv6Address
    client: bool
    origin: KeyPath


@dataclass(frozen=True, slots=True)
class Vrf:
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


@dataclass(frozen=True, slots=True)
class Vpns:
    """BGP on a router that carries VPNs or reflects their routes."""

    asn: int
    router_id: IPv4Address
    source: IPv6Address
    keepalive: int
    hold: int
    neighbors: tuple[Neighbor, ...]
    vrfs: tuple[Vrf, ...]
    origin: KeyPath

    @property
    def clients(self) -> tuple[Neighbor, ...]:
        """The neighbours this router reflects routes to."""
        return tuple(each for each in self.neighbors if each.client)

    @property
    def peers(self) -> tuple[Neighbor, ...]:
        """The neighbours that are reflectors."""
        return tuple(each for each in self.neighbors if not each.client)


def _neighbors(context: Context, node: str) -> tuple[Neighbor, ...]:
    domain = context.domain_of(node)
    reflectors = context.index.reflectors.get(domain, ())
    clients = context.index.clients.get(domain, ()) if node in reflectors else ()
    loopback = {name: context.plan.nodes[name].loopback for name in (*reflectors, *clients)}
    peers = [
        Neighbor(each, loopback[each], client=False, origin=("nodes", each)) for each in reflectors
    ]
    below = [
        Neighbor(each, loopback[each], client=True, origin=("nodes", each)) for each in clients
    ]
    return tuple(each for each in (*peers, *below) if each.node != node)


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
    """Routers that carry a VPN, and the cores that reflect routes to such routers."""
    vrfs = tuple(_vrf(context, node, name) for name in context.index.vpns.get(node, ()))
    neighbors = _neighbors(context, node)
    reflects = any(each.client for each in neighbors)
    if not vrfs and not reflects:
        return None
    numbers = context.plan.nodes[node]
    return Vpns(
        asn=context.plan.domains[context.domain_of(node)].asn,
        router_id=numbers.router_id,
        source=numbers.loopback,
        keepalive=options.keepalive,
        hold=options.hold,
        neighbors=neighbors,
        vrfs=vrfs,
        origin=("nodes", node),
    )


ROLE = Role(
    name="vpn",
    summary="L3VPN for IPv4 and IPv6 over SRv6, routes reflected by the cores",
    options=VpnOptions,
    build=build,
    after=("srv6",),
    checks=beside(__name__, "checks"),
)
