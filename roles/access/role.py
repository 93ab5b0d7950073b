"""Access: the interfaces that customers are attached to, and what they may not send.

A customer sends from its own subnet only (BCP 38, RFC 2827), and nothing to the router itself
or to a SID: whoever can send to a SID from outside the SR domain gets into any VPN (RFC 8754,
section 5.1). No routing header leads there either. All are dropped where they arrive, and counted.
"""

from ipaddress import IPv4Interface, IPv6Interface, IPv6Network

from msgspec import Struct
from pydantic import Field

from citynet.build.context import Context
from citynet.build.role import Role, RoleOptions
from citynet.errors import KeyPath


class AccessOptions(RoleOptions):
    """Options of customer-facing interfaces."""

    mtu: int = Field(default=1500, ge=1280, le=9000, description="IP MTU towards customers, bytes.")


class AccessPort(Struct, frozen=True):
    """A customer-facing interface in its VRF."""

    name: str
    description: str
    vrf: str
    ipv4: IPv4Interface
    ipv6: IPv6Interface
    mtu: int
    origin: KeyPath


class Access(Struct, frozen=True):
    """The customer-facing interfaces of a router; `sids` is the domain's block of SRv6 SIDs.

    `mtu` is that of all of them.
    """

    sids: IPv6Network
    ports: tuple[AccessPort, ...]
    mtu: int
    origin: KeyPath

    @property
    def interfaces(self) -> tuple[str, ...]:
        """The ports that customers are attached to."""
        return tuple(port.name for port in self.ports)

    @property
    def promise(self) -> tuple[str, int]:
        """What customers may send has to cross the domain whole."""
        return "mtu", self.mtu


def build(context: Context, node: str, options: AccessOptions) -> Access | None:
    """Routers with endpoints of VPNs."""
    ports = tuple(
        AccessPort(
            name=each.interface,
            description=f"customer {each.ref}",
            vrf=each.vpn,
            ipv4=each.ipv4,
            ipv6=each.ipv6,
            mtu=options.mtu,
            origin=("vpns", each.vpn, "endpoints", each.name),
        )
        for each in context.index.endpoints.get(node, ())
    )
    if not ports:
        return None
    sids = context.plan.domains[context.domain_of(node)].locators
    return Access(sids, ports, options.mtu, ("nodes", node))


ROLE = Role(
    name="access",
    summary="customer-facing interfaces in their VRFs",
    options=AccessOptions,
    build=build,
    after=("vpn", "evpn"),
)
