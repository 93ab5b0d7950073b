"""Services: VPNs with their endpoints, and gateways with what they let through."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from citynet.model.base import (
    Attached4,
    Attached6,
    EndpointRef,
    Id,
    Intent,
    InterfaceName,
    Label,
    RouteTarget,
    VrfId,
)

VpnId = VrfId
Port = Annotated[int, Field(ge=1, le=65535, strict=True)]


class Endpoint(Intent):
    """Where a customer is attached to a VPN. Pins give the router's address and its prefix."""

    node: Id = Field(description="The node it is attached to.")
    label: Label | None = Field(default=None, description="What people call it.")
    ipv4: Attached4 | None = Field(default=None, description="Pin the router's IPv4 address.")
    ipv6: Attached6 | None = Field(default=None, description="Pin the router's IPv6 address.")
    interface: InterfaceName | None = Field(
        default=None, description="Pin the customer-facing interface's name."
    )


class Vpn(Intent):
    """A service: an L3VPN for IPv4 and IPv6 inside one domain, over that domain's transport."""

    domain: Id = Field(description="The domain it belongs to.")
    network: Id | None = Field(default=None, description="The service network it belongs to.")
    label: Label | None = Field(default=None, description="What people call it.")
    endpoints: dict[Id, Endpoint] = Field(
        description="Where customers are attached, by name.", min_length=1
    )
    route_target: RouteTarget | None = Field(
        default=None, description="Pin the route target, `64512:100` (RFC 4360, RFC 5668)."
    )
    table: Annotated[int, Field(ge=1000, le=0x7FFFFFFF, strict=True)] | None = Field(
        default=None, description="Pin the VRF's routing table on Linux."
    )
    function: Annotated[int, Field(ge=1, le=0xFFFF, strict=True)] | None = Field(
        default=None, description="Pin the SRv6 function of its End.DT46 SIDs, or its VNI and EVI."
    )


class Transport(StrEnum):
    """What carries a domain's VPNs: SRv6 (RFC 9252), or EVPN over VXLAN (RFC 9136, RFC 8365)."""

    SRV6 = "srv6"
    EVPN_VXLAN = "evpn-vxlan"


class Protocol(StrEnum):
    """What a flow may carry. `icmp` stands for echo in both families."""

    TCP = "tcp"
    UDP = "udp"
    ICMP = "icmp"


class Flow(Intent):
    """One thing that a gateway lets through; the answers come back by state."""

    source: EndpointRef = Field(alias="from", description="`vpn/endpoint`, or `vpn` for all.")
    to: EndpointRef = Field(description="`vpn/endpoint`, or `vpn` for all.")
    protocol: Protocol = Field(description="tcp, udp or icmp.")
    ports: Annotated[tuple[Port, ...], Field(max_length=64)] = Field(
        default=(), description="Destination ports; tcp and udp need at least one."
    )
    label: Label | None = Field(default=None, description="What people call it.")


class Gateway(Intent):
    """Where two domains meet (report, section 2.2): a router of each, and a list of flows.

    Whatever `allow` does not name is refused, logged and counted.
    """

    ends: Annotated[tuple[Id, Id], Field(description="One gateway router of each domain.")]
    label: Label | None = Field(default=None, description="What people call it.")
    allow: dict[Id, Flow] = Field(default_factory=dict, description="What may pass, by name.")
    interfaces: dict[Id, InterfaceName] = Field(
        default_factory=dict, description="Pin interface names, by node."
    )
