"""A domain's area: how deep its lanes are, and where its nodes stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from citynet.build.context import Context
from citynet.graph.lanes import Lane, Shape
from citynet.graph.layout import (
    BADGES,
    CORNER,
    DOOR_ROW,
    HANG_SLOT,
    RING_SLOT,
    SIDE,
    TEXT,
    TITLE,
    TRACK_GAP,
    Area,
    Door,
    Place,
    Track,
)

HUB_CLEARANCE = 24.0
EDGE = 16.0


@dataclass(frozen=True, slots=True)
class Depth:
    """How far from the hubs a lane's track and hanging nodes are, and where a loop turns back."""

    track: float
    hanging: float
    back: float


@dataclass(frozen=True, slots=True)
class Frame:
    """A domain's rectangle, the way it opens, and the height of its hubs."""

    number: int
    x: float
    y: float
    width: float
    height: float
    way: int
    foot: float


def lane_depths(context: Context, lanes: Sequence[Lane]) -> tuple[list[Depth], float]:
    """The depths of lanes from the inside out, and how deep they are together."""
    depth, found = HUB_CLEARANCE, []
    for lane in lanes:
        badged = any(context.index.vpns.get(name) for name in lane.nodes)
        track = depth + TEXT + (BADGES if badged else 0) + 27
        hanging = track + 64
        found.append(Depth(track, hanging, depth + 2))
        depth = hanging + 20 + TEXT + BADGES + 8 if lane.hanging else track + 20
    return found, depth


def least_width(form: Shape) -> float:
    """Room for the widest lane between the risers of all lanes."""
    slots = (max(len(lane.nodes) * RING_SLOT, len(lane.hanging) * HANG_SLOT) for lane in form.lanes)
    return max(slots, default=0.0) + 2 * (SIDE + CORNER) + len(form.lanes) * TRACK_GAP


def frame(
    context: Context, form: Shape, number: int, box: tuple[float, float, float], way: int
) -> Frame:
    """The frame of a domain whose top left corner and width are `box`."""
    x, y, width = box
    hubs = 64 + BADGES if form.hubs else EDGE
    edge = DOOR_ROW + 62 if form.doors else hubs
    _, deep = lane_depths(context, form.lanes)
    height = TITLE + deep + edge
    foot = y + height - edge if way < 0 else y + edge
    return Frame(number, x, y, width, height, way, foot)


def _row(names: Sequence[str], left: float, right: float, y: float, text: int) -> dict[str, Place]:
    """Nodes spread evenly from `left` to `right`."""
    room = (right - left) / max(len(names), 1)
    return {
        name: Place(left + room * (at + 0.5), y, text, room - 4) for at, name in enumerate(names)
    }


def _back(lane: Lane, shift: float, depth: Depth, where: Frame) -> float | None:
    """Straight from hub to hub, or along the inside of a loop of its own."""
    if lane.ring is None or (lane.left and lane.right and not lane.closes):
        return None
    return where.foot + shift if lane.closes else where.foot + where.way * depth.back


def _tracks(form: Shape, where: Frame, depths: Sequence[Depth]) -> tuple[Track, ...]:
    """Outer lanes leave their hubs further outside, and come back further from the lanes."""
    middle = (len(form.lanes) - 1) / 2
    found = []
    for at, (lane, depth) in enumerate(zip(form.lanes, depths, strict=True)):
        shift = (middle - at) * TRACK_GAP
        left, right = where.x + SIDE + shift, where.x + where.width - SIDE - shift
        back = _back(lane, shift * where.way, depth, where)
        y = where.foot + where.way * depth.track
        found.append(Track(lane, left, right, y, where.foot, back))
    return tuple(found)


def _lane_places(track: Track, depth: Depth, where: Frame) -> dict[str, Place]:
    left, right = track.left + CORNER, track.right - CORNER
    y = where.foot + where.way * depth.hanging
    on_track = _row(track.lane.nodes, left, right, track.y, -where.way)
    return on_track | _row(track.lane.hanging, left, right, y, where.way)


def _hub_places(form: Shape, where: Frame) -> dict[str, Place]:
    ends = (where.x + SIDE, where.x + where.width - SIDE)
    return {
        name: Place(x, where.foot, -where.way, 2 * SIDE - 8)
        for name, x in zip(form.hubs, ends, strict=False)
    }


def _door_places(form: Shape, where: Frame, doors: Mapping[str, Door]) -> dict[str, Place]:
    """Gateway routers, each at its door in the wall if that is within the domain's width."""
    y = where.foot - where.way * DOOR_ROW
    found = {}
    for at, name in enumerate(form.doors):
        spread = where.x + where.width * (at + 0.5) / len(form.doors)
        door = doors.get(name)
        inside = door is not None and where.x < door.x < where.x + where.width
        x, side = (door.x, door.side) if door and inside else (spread, 1)
        found[name] = Place(x, y, 0, 170, -where.way, side)
    return found


def area(
    context: Context, form: Shape, where: Frame, doors: Mapping[str, Door]
) -> tuple[Area, dict[str, Place]]:
    """A domain's area and the places of its nodes; `doors` are those of gateway routers."""
    depths, _ = lane_depths(context, form.lanes)
    tracks = _tracks(form, where, depths)
    places = _hub_places(form, where) | _door_places(form, where, doors)
    for track, depth in zip(tracks, depths, strict=True):
        places |= _lane_places(track, depth, where)
    box = Area(
        form.domain, where.number, where.x, where.y, where.width, where.height, where.way, tracks
    )
    return box, places
