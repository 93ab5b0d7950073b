"""The whole city."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import Field

from citynet.model.base import Id, Intent, Label, PlatformId, Prefix4, Prefix6, SecretPlace, words
from citynet.model.nodes import Link, Node, Ring
from citynet.model.optical import OpticalNode
from citynet.model.services import Gateway, Transport, Vpn, VpnId

Options = dict[str, dict[str, object]]
"""Options of roles, by role; each role checks its own."""


class VendorImage(Intent):
    """A vendor's own image for containerlab. Who runs the lab must have it: none can be shipped."""

    reference: Annotated[
        str, Field(pattern=r"^[a-z0-9][\w.:/@-]*$"), words("an image such as srlinux:25.3.2")
    ] = Field(description="What the container engine of the lab's host calls it.")
    type: (
        Annotated[str, Field(pattern=r"\S"), words("a kind of hardware, such as ixr-d2l")] | None
    ) = Field(default=None, description="The hardware, as containerlab's `type` names it.")
    password: SecretPlace | None = Field(
        default=None, description="Where the password of its first login is, if it takes no key."
    )
    memory: Annotated[int, Field(ge=64, le=65536, strict=True)] = Field(
        default=4096, description="What one of it takes, in MiB."
    )


class CityHeader(Intent):
    """The city itself, and what holds for all of it."""

    name: Annotated[
        Id,
        Field(max_length=20),
        words(
            "a name of 2 to 20 small letters, digits and single hyphens, beginning with a letter"
        ),
    ] = Field(description="A safe name: labs carry it.")
    label: Label | None = Field(default=None, description="What people call it.")
    platform: PlatformId = Field(
        default="frr", description="The platform of a node that names none."
    )
    optical_platform: PlatformId = Field(
        default="openconfig", description="The platform of optical equipment that names none."
    )
    images: dict[PlatformId, VendorImage] = Field(
        default_factory=dict, description="Vendors' own images for labs, by platform."
    )
    options: Options = Field(default_factory=dict, description="Options of roles, by role.")
    customers_ipv4: Prefix4 = Field(
        default=IPv4Network("10.0.0.0/8"), description="Pool of the endpoints' IPv4 subnets (/28)."
    )
    customers_ipv6: Prefix6 = Field(
        default=IPv6Network("fd00::/8"), description="Pool of the endpoints' IPv6 subnets (/64)."
    )


class Pools(Intent):
    """Where a domain's numbers come from. Each is allocated unless pinned."""

    loopbacks: Prefix6 | None = Field(default=None, description="Loopbacks, one /128 a node.")
    links: Prefix6 | None = Field(default=None, description="Links, one /127 each (RFC 6164).")
    locators: Prefix6 | None = Field(default=None, description="SRv6 locators, one /64 a node.")


class Domain(Intent):
    """One of the city's isolated networks (一网双域): its own routers, AS, IS-IS and locators."""

    label: Label | None = Field(default=None, description="What people call it.")
    asn: Annotated[int, Field(ge=1, le=65534, strict=True)] | None = Field(
        default=None, description="Pin the AS number (RFC 6996 private unless pinned)."
    )
    area: (
        Annotated[
            str,
            Field(pattern=r"^49\.[0-9a-f]{4}$"),
            words('an IS-IS area in quotes, such as "49.0001"'),
        ]
        | None
    ) = Field(default=None, description='Pin the IS-IS area, `"49.0001"` in quotes.')
    transport: Transport = Field(
        default=Transport.SRV6, description="What carries its VPNs, on every router of it."
    )
    pools: Pools = Field(default_factory=Pools, description="Pin where its numbers come from.")
    options: Options = Field(default_factory=dict, description="Options of roles, by role.")


class Network(Intent):
    """A service network inside a domain: 政务外网, 视频网, 信息网 (report, section 6.3)."""

    domain: Id = Field(description="The domain it is part of.")
    label: Label | None = Field(default=None, description="What people call it.")


class Site(Intent):
    """A place with equipment."""

    label: Label | None = Field(default=None, description="What people call it.")


class City(Intent):
    """Everything that is written down about a city's network. Keys of each map are names."""

    city: CityHeader = Field(description="The city itself, and what holds for all of it.")
    domains: dict[Id, Domain] = Field(
        min_length=1, description="Isolated networks, by name: their own routers, AS and locators."
    )
    networks: dict[Id, Network] = Field(
        default_factory=dict, description="Service networks inside the domains, by name."
    )
    sites: dict[Id, Site] = Field(
        default_factory=dict, description="Places with equipment, by name."
    )
    nodes: dict[Id, Node] = Field(min_length=1, description="Routers, by name.")
    optical: dict[Id, OpticalNode] = Field(
        default_factory=dict, description="Line systems and terminals under the rings, by name."
    )
    rings: dict[Id, Ring] = Field(default_factory=dict, description="Optical rings, by name.")
    links: dict[Id, Link] = Field(
        default_factory=dict, description="IP links that are not between neighbours of a ring."
    )
    vpns: dict[VpnId, Vpn] = Field(
        default_factory=dict, description="Services and their endpoints, by name."
    )
    gateways: dict[Id, Gateway] = Field(
        default_factory=dict, description="Where two domains meet, and what may pass, by name."
    )
