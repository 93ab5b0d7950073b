"""L3VPN for IPv4 and IPv6 by EVPN over VXLAN: IP prefix routes between VRFs (RFC 9136).

Tunnels end at IPv4 addresses, since the devices that do this take no others: the router id,
announced by IS-IS over interfaces that have no IPv4 address of their own. Every router of such
a domain forwards IPv4 between tunnel ends, so every router has this role.
"""

from ipaddress import IPv4Address, IPv6Address

from msgspec import Struct

from citynet.build.context import Context
from citynet.build.reflection import Neighbor, SessionOptions, neighbors
from citynet.build.role import Role, beside
from citynet.errors import KeyPath
from citynet.model import Transport


class EvpnOptions(SessionOptions):
    """Options of the EVPN role. Times are in seconds."""


class Vrf(Struct, frozen=True):
    """A VPN on this router. `vni` (24 bits) and `evi` (16 bits) hold on this router only."""

    name: str
    description: str
    vni: int
    evi: int
    route_distinguisher: str
    route_target: str
    origin: KeyPath


class Evpn(Struct, frozen=True):
    """A router of a domain whose VPNs are EVPN over VXLAN.

    `endpoint` is where its tunnels end, `ports` lead to the domain's other routers. One that
    carries no VPN and reflects to nobody has neither `neighbors` nor `vrfs`: it forwards.
    """

    asn: int
    router_id: IPv4Address
    source: IPv6Address
    endpoint: IPv4Address
    keepalive: int
    hold: int
    ports: tuple[str, ...]
    neighbors: tuple[Neighbor, ...]
    vrfs: tuple[Vrf, ...]
    origin: KeyPath
    needed_by: KeyPath


def _vrf(context: Context, node: str, name: str) -> Vrf:
    numbers = context.plan.vpns[name]
    return Vrf(
        name=name,
        description=context.city.vpns[name].label or name,
        vni=numbers.function,
        evi=numbers.function,
        route_distinguisher=context.plan.attachments[node, name].route_distinguisher,
        route_target=numbers.route_target,
        origin=("vpns", name),
    )


def build(context: Context, node: str, options: EvpnOptions) -> Evpn | None:
    """Every router of a domain with VPNs whose transport is EVPN over VXLAN."""
    domain = context.domain_of(node)
    used = any(vpn.domain == domain for vpn in context.city.vpns.values())
    if context.transport_of(node) is not Transport.EVPN_VXLAN or not used:
        return None
    numbers = context.plan.nodes[node]
    vrfs = tuple(_vrf(context, node, name) for name in context.index.vpns.get(node, ()))
    found = neighbors(context, node)
    speaks = vrfs or any(each.client for each in found)
    return Evpn(
        asn=context.plan.domains[domain].asn,
        router_id=numbers.router_id,
        source=numbers.loopback,
        endpoint=numbers.router_id,
        keepalive=options.keepalive,
        hold=options.hold,
        ports=tuple(link.end(node).interface for link in context.index.links.get(node, ())),
        neighbors=found if speaks else (),
        vrfs=vrfs,
        origin=("nodes", node),
        needed_by=("domains", domain, "transport"),
    )


ROLE = Role(
    name="evpn",
    summary="L3VPN for IPv4 and IPv6 by EVPN over VXLAN, routes reflected by the cores",
    options=EvpnOptions,
    build=build,
    after=("underlay",),
    checks=beside(__name__, "checks"),
)
