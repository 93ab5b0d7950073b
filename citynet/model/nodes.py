"""Nodes and what joins them: optical rings and the IP links that ride on them."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from citynet.model.base import (
    Address4,
    Address6,
    Id,
    Intent,
    InterfaceName,
    Label,
    PlatformId,
    Prefix6,
    words,
)
from citynet.model.optical import ChannelNumber, Frequency, Grid, Protection, Span, SpanId, Srlg


class NodeRole(StrEnum):
    """What a node is for. Cores reflect routes, gateways join domains."""

    CORE = "core"
    AGGREGATION = "aggregation"
    ACCESS = "access"
    SERVICE = "service"
    GATEWAY = "gateway"


class Image(StrEnum):
    """What stands for a vendor's device in a lab."""

    TWIN = "twin"
    REAL = "real"


class Node(Intent):
    """One router. Everything after `options` is a pin: allocated unless a team must fix it."""

    site: Id = Field(description="Where it stands: a key of `sites`.")
    domain: Id = Field(description="Whose network it belongs to: a key of `domains`.")
    role: NodeRole = Field(description="What it is for.")
    label: Label | None = Field(default=None, description="What people call it.")
    platform: PlatformId | None = Field(default=None, description="Overrides `city.platform`.")
    image: Image = Field(
        default=Image.TWIN,
        description="What a lab has in its place where it is a vendor's: its twin, or the vendor's "
        "own image (`real`), which `city.images` names.",
    )
    network: Id | None = Field(default=None, description="The one service network it serves.")
    reflects: Annotated[bool, Field(strict=True)] | None = Field(
        default=None, description="Whether it reflects VPN routes; cores do unless this says no."
    )
    options: dict[str, dict[str, object]] = Field(
        default_factory=dict, description="Options of roles on this node, by role."
    )
    number: Annotated[int, Field(ge=1, le=0xFFFFFFFF, strict=True)] | None = Field(
        default=None, description="Pin the number that its addresses, locator and NET are made of."
    )
    loopback: Address6 | None = Field(default=None, description="Pin the loopback address.")
    locator: Prefix6 | None = Field(
        default=None, description="Pin the SRv6 locator, a /64 of the domain's `pools.locators`."
    )
    router_id: Address4 | None = Field(default=None, description="Pin the BGP router id.")
    net: (
        Annotated[
            str,
            Field(pattern=r"^49\.[0-9a-f]{4}(\.[0-9a-f]{4}){3}\.00$"),
            words("an IS-IS NET such as 49.0001.0000.0000.0001.00"),
        ]
        | None
    ) = Field(default=None, description="Pin the IS-IS NET, `49.0001.0000.0000.0001.00`.")

    @property
    def is_reflector(self) -> bool:
        """Whether it reflects the routes of its domain's VPNs (RFC 4456)."""
        return self.role is NodeRole.CORE if self.reflects is None else self.reflects


class Ring(Intent):
    """An optical ring. Neighbours on it, the last and the first too, get an IP link.

    `nodes` are in the order of the fibre. The IP link between two neighbours rides on the
    fibre span between them. With `line_systems`, the fibre ends on those, one for each node in
    the same order, and every link that rides on the ring is a channel of light.
    """

    label: Label | None = Field(default=None, description="What people call it.")
    nodes: Annotated[tuple[Id, ...], Field(min_length=3)] = Field(
        description="The nodes in the order of the fibre, at least three."
    )
    metric: Annotated[int, Field(ge=1, le=0xFFFFFE, strict=True)] = Field(
        default=10, description="IS-IS metric of its IP links (RFC 5305, wide)."
    )
    line_systems: Annotated[tuple[Id, ...], Field(max_length=256)] = Field(
        default=(),
        description="The line systems that its fibre ends on, in the order of `nodes`.",
    )
    grid: Grid = Field(default=Grid.FINE, description="Spacing of its channels (ITU-T G.694.1).")
    protection: Protection = Field(
        default=Protection.NONE, description="1+1 sends every channel the other way round too."
    )
    spans: dict[SpanId, Span] = Field(
        default_factory=dict, description="What is fixed of its spans, by the nodes at their ends."
    )


class Link(Intent):
    """An IP link that is not between neighbours of a ring.

    With `ring`, it rides that ring's spans along the shorter way round; without, it has a
    fibre of its own.
    """

    ends: Annotated[tuple[Id, Id], Field(description="The two nodes.")]
    ring: Id | None = Field(default=None, description="The ring whose fibre it rides on.")
    label: Label | None = Field(default=None, description="What people call it.")
    metric: Annotated[int, Field(ge=1, le=0xFFFFFE, strict=True)] = Field(
        default=10, description="IS-IS metric (RFC 5305, wide)."
    )
    prefix: Prefix6 | None = Field(
        default=None,
        description="Pin the /127 (RFC 6164): the lower address is the first end's by name.",
    )
    interfaces: dict[Id, InterfaceName] = Field(
        default_factory=dict, description="Pin interface names, by node."
    )
    srlg: Srlg | None = Field(
        default=None, description="Pin the shared risk group of its own fibre (RFC 4202)."
    )
    frequency: Frequency | None = Field(
        default=None, description="On a ring: pin the frequency of its channel, in MHz."
    )
    channel: ChannelNumber | None = Field(
        default=None, description="On a ring: pin the number its channel's indices are made of."
    )
    protection: Protection | None = Field(
        default=None, description="On a ring: overrides the ring's `protection`."
    )
