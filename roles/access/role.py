"""Access: the interfaces that customers are attached to."""

from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface

from pydantic import Field

from citynet.build.context import Context
from citynet.build.role import Role, RoleOptions
from citynet.errors import KeyPath


class AccessOptions(RoleOptions):
    """Options of customer-facing interfaces."""

    mtu: int = Field(default=1500, ge=1280, le=9000, description="IP MTU towards customers, bytes.")


@dataclass(frozen=True, slots=True)
class AccessPort:
    """A customer-facing interface in its VRF."""

    name: str
    description: str
    vrf: str
    ipv4: IPv4Interface
    ipv6: IPv6Interface
    mtu: int
    origin: KeyPath


@dataclass(frozen=True, slots=True)
class Access:
    """The customer-facing interfaces of a router."""

    ports: tuple[AccessPort, ...]
    origin: KeyPath


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
    return Access(ports, ("nodes", node)) if ports else None


ROLE = Role(
    name="access",
    summary="customer-facing interfaces in their VRFs",
    options=AccessOptions,
    build=build,
    after=("vpn",),
)
