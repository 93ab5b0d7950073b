"""What a layout is, and the measures of it, all in pixels.

The domain with the most nodes is on top and opens upwards, its hubs at its foot; the others are
below, side by side, and open downwards. Between them is the wall, with a door for each gateway.
`way` is -1 where a domain opens upwards, +1 where it opens downwards: y = foot + way * depth.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from citynet.graph.lanes import Lane

MARGIN = 28.0
HEADER = 88.0
MIN_WIDTH = 980.0
BETWEEN = 24.0
SIDE = 78.0
"""From the edge of a domain's area to the middle of its hub."""
CORNER = 58.0
RING_SLOT = 150.0
HANG_SLOT = 130.0
TRACK_GAP = 11.0
TITLE = 58.0
"""Room for a domain's name at the edge that it opens to."""
TEXT = 33.0
"""Room for two lines beside a symbol: a name and what people call it."""
BADGES = 18.0
CELL = 520.0
CARD = 412.0
DOOR_TO_CARD = 40.0
CARD_HEAD = 32.0
FLOW = 34.0
CARD_FOOT = 26.0
DOOR_ROW = 104.0
FEW_FLOWS = 8
"""The most flows that a door's card spells out."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands. `text`: its words are above it (-1), below (1), or beside it (0).

    Words beside it are to its right (`side` 1) or left (-1), and `lean` towards the wall: 1 is
    below its middle, -1 above.
    """

    x: float
    y: float
    text: int
    room: float
    lean: int = 1
    side: int = 1


@dataclass(frozen=True, slots=True)
class Track:
    """A lane as a line: from `left` to `right` at `y`, its ends at the hubs' height `foot`.

    `back` is the height at which its ring returns, None if another lane of the ring does.
    """

    lane: Lane
    left: float
    right: float
    y: float
    foot: float
    back: float | None


@dataclass(frozen=True, slots=True)
class Area:
    """A domain's rectangle, its tracks, and the way it opens."""

    domain: str
    number: int
    x: float
    y: float
    width: float
    height: float
    way: int
    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class Door:
    """A gateway: its door in the wall at (x, y), its card to the right (`side` 1) or left (-1)."""

    gateway: str
    x: float
    y: float
    side: int
    card_height: float

    @property
    def card_x(self) -> float:
        """The left edge of the card."""
        return self.x + DOOR_TO_CARD if self.side > 0 else self.x - DOOR_TO_CARD - CARD


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands, but for the legend below it."""

    width: float
    height: float
    areas: tuple[Area, ...]
    places: Mapping[str, Place]
    doors: tuple[Door, ...]


def card_height(flows: int) -> float:
    """The height of a door's card with so many flows on it."""
    lines = min(flows, FEW_FLOWS) + (1 if flows > FEW_FLOWS or flows == 0 else 0)
    return CARD_HEAD + lines * FLOW + CARD_FOOT
