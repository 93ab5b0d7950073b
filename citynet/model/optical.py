"""Optical equipment: line systems that a ring's fibre ends on, and terminals with transponders."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from citynet.model.base import (
    Id,
    Intent,
    InterfaceName,
    Label,
    PlatformId,
    Prefix6,
    words,
)

LOWEST, HIGHEST = 191_350_000, 196_100_000
"""The C band's first and last channel on the 50 GHz grid, in MHz (ITU-T G.694.1)."""
ANCHOR = 193_100_000
"""The frequency that all grids are counted from, in MHz (ITU-T G.694.1, section 6)."""


class OpticalKind(StrEnum):
    """What an optical node is. `otn` is a line system with its terminals in one shelf."""

    LINE_SYSTEM = "line-system"
    TERMINAL = "terminal"
    OTN = "otn"

    @property
    def has_line(self) -> bool:
        """Whether fibre ends on it: degrees with amplifiers, and protection switches."""
        return self is not OpticalKind.TERMINAL

    @property
    def has_transponders(self) -> bool:
        """Whether routers are connected to it: client ports and optical channels."""
        return self is not OpticalKind.LINE_SYSTEM


class Grid(StrEnum):
    """The spacing of channels, and the width of each (ITU-T G.694.1)."""

    FINE = "50GHz"
    COARSE = "100GHz"

    @property
    def spacing(self) -> int:
        """In MHz."""
        return int(self.value.removesuffix("GHz")) * 1000

    @property
    def channels(self) -> range:
        """The frequencies of the C band on this grid, in MHz."""
        first = ANCHOR - (ANCHOR - LOWEST) // self.spacing * self.spacing
        return range(first, HIGHEST + 1, self.spacing)


class Protection(StrEnum):
    """Whether light is sent the other way round a ring too, and the better one is received."""

    NONE = "none"
    ONE_PLUS_ONE = "1+1"


Frequency = Annotated[int, Field(ge=LOWEST, le=HIGHEST, strict=True)]
"""The middle of a channel in MHz, as OpenConfig writes it: 193100000 is 193.1 THz."""

ChannelNumber = Annotated[int, Field(ge=1, le=429_496_728, strict=True)]
"""What indices in devices are made of: ten times this, and a digit, is a YANG uint32."""

Srlg = Annotated[int, Field(ge=1, le=0xFFFFFFFF, strict=True)]
"""A shared risk link group: 32 bits (RFC 4202, section 2.3)."""

SpanId = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]*~[a-z][a-z0-9-]*$", max_length=65),
    words("two neighbours of the ring, such as gov-agg1~gov-core1"),
]
"""A span by the nodes at its ends, in either order."""

DegreeRef = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]*/[a-z][a-z0-9-]*$", max_length=65),
    words("ring/neighbour, such as gov-ring/ols-2"),
]
"""A degree of a line system: the ring, and the line system at the other end of the fibre."""

LinkRef = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*~[a-z][a-z0-9-]*)?$", max_length=98
    ),
    words("a link's name, or ring/node~node for one between neighbours of a ring"),
]
"""An IP link as messages and `citynet lab cut` name it; its two nodes in either order."""


def either_order(ref: str) -> str:
    """`b~a` as `a~b`, and `ring/b~a` as `ring/a~b`; what has no `~` as it is."""
    ring, slash, pair = ref.rpartition("/")
    return f"{ring}{slash}{'~'.join(sorted(pair.split('~')))}"


class Span(Intent):
    """What a team must fix of a fibre between two neighbours of a ring, and of the link on it."""

    srlg: Srlg | None = Field(
        default=None,
        description="Pin the fibre's shared risk group; one for fibres in one duct (RFC 4202).",
    )
    prefix: Prefix6 | None = Field(
        default=None,
        description="Pin its link's /127; the first node by name has the lower address.",
    )
    interfaces: dict[Id, InterfaceName] = Field(
        default_factory=dict, description="Pin its link's interface names, by node."
    )
    loss: Annotated[float, Field(ge=0, le=40, strict=True)] | None = Field(
        default=None,
        description="The fibre's loss in dB, as measured; amplifiers make up for it.",
    )
    frequency: Frequency | None = Field(
        default=None, description="Pin the frequency of its link's channel, in MHz."
    )
    channel: ChannelNumber | None = Field(
        default=None, description="Pin the number that the channel's indices are made of."
    )
    protection: Protection | None = Field(
        default=None, description="Overrides the ring's `protection` for its link."
    )


class OpticalNode(Intent):
    """One piece of optical equipment, managed on its own; no router, and of no domain."""

    site: Id = Field(description="Where it stands: a key of `sites`.")
    kind: OpticalKind = Field(
        description="A line system (ROADM), a terminal (transponders), or both in one shelf (otn)."
    )
    label: Label | None = Field(default=None, description="What people call it.")
    platform: PlatformId | None = Field(
        default=None, description="Overrides `city.optical_platform`."
    )
    line: Id | None = Field(
        default=None, description="For a terminal: the line system that its channels enter."
    )
    options: dict[str, dict[str, object]] = Field(
        default_factory=dict, description="Options of roles on this node, by role."
    )
    degrees: dict[DegreeRef, InterfaceName] = Field(
        default_factory=dict, description="Pin the names of line ports, by ring/neighbour."
    )
    ports: dict[LinkRef, InterfaceName] = Field(
        default_factory=dict, description="Pin the names of ports that channels enter by, by link."
    )
