"""The underlay: IPv6 only, IS-IS level 2, BFD, and room for a customer's 1500 bytes after SRv6."""

from ipaddress import IPv6Address, IPv6Interface, IPv6Network

from msgspec import Struct
from pydantic import Field

from citynet.allocate.plan import LinkNumbers
from citynet.build.context import Context
from citynet.build.role import Role, RoleOptions, beside
from citynet.errors import KeyPath

from .room import SRV6_OVERHEAD, contradictions

CUSTOMER_MTU = 1500


class UnderlayOptions(RoleOptions):
    """Options of the underlay. Times are in milliseconds."""

    mtu: int = Field(
        default=9000,
        ge=CUSTOMER_MTU + SRV6_OVERHEAD,
        le=9216,
        description="IP MTU of links between routers, in bytes.",
    )
    bfd_interval: int = Field(default=100, ge=10, le=60_000, description="BFD interval, ms.")
    bfd_multiplier: int = Field(default=3, ge=2, le=255, description="BFD packets lost to be down.")
    hello_interval: int = Field(default=3, ge=1, le=600, description="IS-IS hello interval, s.")


class Port(Struct, frozen=True):
    """An interface to another router of the domain."""

    name: str
    description: str
    peer: str
    address: IPv6Interface
    metric: int
    origin: KeyPath


class Underlay(Struct, frozen=True):
    """What a router needs to reach every loopback and locator of its domain."""

    node: str
    net: str
    loopback: IPv6Address
    locator: IPv6Network
    mtu: int
    bfd_interval: int
    bfd_multiplier: int
    hello_interval: int
    ports: tuple[Port, ...]
    origin: KeyPath

    @property
    def interfaces(self) -> tuple[str, ...]:
        """The ports that lead to other routers of the domain."""
        return tuple(port.name for port in self.ports)


def _port(link: LinkNumbers, node: str) -> Port:
    near, far = link.end(node), link.far(node)
    return Port(
        name=near.interface,
        description=f"to {far.node} by {link.id}",
        peer=far.node,
        address=near.address,
        metric=link.metric,
        origin=link.origin,
    )


def build(context: Context, node: str, options: UnderlayOptions) -> Underlay:
    """Every router has an underlay."""
    numbers = context.plan.nodes[node]
    return Underlay(
        node=node,
        net=numbers.net,
        loopback=numbers.loopback,
        locator=numbers.locator,
        mtu=options.mtu,
        bfd_interval=options.bfd_interval,
        bfd_multiplier=options.bfd_multiplier,
        hello_interval=options.hello_interval,
        ports=tuple(_port(link, node) for link in context.index.links.get(node, ())),
        origin=("nodes", node),
    )


ROLE = Role(
    name="underlay",
    summary="IPv6-only IS-IS level 2 with BFD between the routers of a domain",
    options=UnderlayOptions,
    build=build,
    checks=beside(__name__, "checks"),
    contradictions=contradictions,
)
