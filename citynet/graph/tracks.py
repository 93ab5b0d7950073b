"""Rings and links: what joins the nodes."""

from collections.abc import Sequence

from citynet.allocate.plan import LinkNumbers
from citynet.build.context import Context
from citynet.graph.badges import RINGS
from citynet.graph.layout import CORNER, TRACK_GAP, Layout, Place, Track
from citynet.graph.svg import el, group, num, text_width, title, words

PILL = 22.0
BEND = 34.0
"""How far the middle of a line between two nodes side by side is bent aside."""


def _corner(x: float, y: float, to_x: float, to_y: float) -> str:
    return f"Q{num(x)},{num(y)} {num(to_x)},{num(to_y)}"


def _arc(track: Track) -> str:
    """From the left hub up, along and down to the right one."""
    left, right, y, foot = track.left, track.right, track.y, track.foot
    bend = min(CORNER, abs(foot - y)) * (1 if foot > y else -1)
    return " ".join(
        (
            f"M{num(left)},{num(foot)} V{num(y + bend)}",
            _corner(left, y, left + CORNER, y),
            f"H{num(right - CORNER)}",
            _corner(right, y, right, y + bend),
            f"V{num(foot)}",
        )
    )


def _loop(track: Track, back: float) -> str:
    """A loop of its own, with two lines to its one hub if it has one."""
    left, right, y = track.left, track.right, track.y
    middle = (y + back) / 2
    far = f"H{num(right - CORNER)} {_corner(right, y, right, middle)}"
    far += f" {_corner(right, back, right - CORNER, back)}"
    near = f"H{num(left + CORNER)} {_corner(left, back, left, middle)}"
    near += f" {_corner(left, y, left + CORNER, y)}"
    start = f"M{num(left + CORNER)},{num(y)} {far} {near} Z"
    hub = {(True, False): left, (False, True): right}.get(
        (track.lane.left is not None, track.lane.right is not None)
    )
    if hub is None:
        return start
    stems = (hub - TRACK_GAP / 4, hub + TRACK_GAP / 4)
    return start + "".join(f" M{num(x)},{num(track.foot)} V{num(middle)}" for x in stems)


def track_path(track: Track) -> str:
    """The line of a track as path data."""
    both = track.lane.left is not None and track.lane.right is not None
    if not both and track.back is not None:
        return _loop(track, track.back)
    path = _arc(track)
    if track.back is None:
        return path
    return f"{path} V{num(track.back)} H{num(track.left)} Z"


def ring_colours(layout: Layout) -> dict[str, str]:
    """A colour for each ring, from its domain's, outermost first."""
    found: dict[str, str] = {}
    for area in layout.areas:
        shades = RINGS[area.number % len(RINGS)]
        names = [track.lane.ring for track in reversed(area.tracks) if track.lane.ring]
        for at, name in enumerate(dict.fromkeys(names)):
            found[name] = shades[at % len(shades)]
    return found


def _ring_title(context: Context, name: str) -> str:
    ring = context.city.rings[name]
    way = " – ".join((*ring.nodes, ring.nodes[0]))
    return f"{name} {ring.label or ''}\nring 环: {way}\nmetric {ring.metric}"


def _stop(layout: Layout, track: Track) -> tuple[float, float]:
    """Where a ring's name goes: on its track before the second node."""
    stops = [layout.places[node].x for node in track.lane.nodes]
    start = track.left + CORNER / 2
    return (stops[0] + (stops[1] if len(stops) > 1 else start)) / 2, track.y


def _pill(context: Context, name: str, at: tuple[float, float], colour: str) -> str:
    """The ring's name, in the middle of `at`."""
    label = context.city.rings[name].label
    text = f"{label} {name}" if label else name
    wide = text_width(text, 12.5) + 20
    box = el(
        "rect", x=at[0] - wide / 2, y=at[1] - PILL / 2, width=wide, height=PILL, rx=PILL / 2,
        fill="#ffffff", stroke=colour, stroke_width=1.6,
    )  # fmt: skip
    return box + words(at[0], at[1] + 4.2, text, "pill", fill=colour)


def _polygon(places: Sequence[Place]) -> str:
    return "M" + " L".join(f"{num(each.x)},{num(each.y)}" for each in places) + " Z"


def _ring_path(
    context: Context, layout: Layout, name: str, tracks: Sequence[Track]
) -> tuple[str, tuple[float, float]]:
    """A ring's line and where its name goes.

    A ring whose nodes do not all stand on its own lanes, as it meets another ring elsewhere
    than at hubs, goes straight from node to node.
    """
    nodes = context.city.rings[name].nodes
    own = {each for track in tracks for each in track.lane.nodes}
    own |= {hub for track in tracks for hub in (track.lane.left, track.lane.right) if hub}
    if own >= set(nodes):
        return " ".join(track_path(track) for track in tracks), _stop(layout, tracks[0])
    places = [layout.places[node] for node in nodes]
    one, other = places[:2]
    return _polygon(places), ((one.x + other.x) / 2, (one.y + other.y) / 2)


def _tube(context: Context, layout: Layout, name: str, tracks: Sequence[Track], colour: str) -> str:
    """A ring as a tube of fibre with a light in it."""
    path, at = _ring_path(context, layout, name, tracks)
    look = {"d": path, "fill": "none", "stroke_linejoin": "round"}
    return group(
        title(_ring_title(context, name)),
        el("path", stroke=colour, stroke_width=7, **look),
        el("path", stroke="#ffffff", stroke_width=1.6, stroke_opacity=0.75, **look),
        _pill(context, name, at, colour),
        id=f"ring-{name}",
    )


def rings(context: Context, layout: Layout) -> str:
    """Every ring."""
    colours = ring_colours(layout)
    tracks: dict[str, list[Track]] = {name: [] for name in sorted(context.city.rings)}
    for area in layout.areas:
        for track in area.tracks:
            if track.lane.ring and track.lane.nodes:
                tracks[track.lane.ring].append(track)
    return "".join(
        _tube(context, layout, name, found, colours[name]) for name, found in tracks.items()
    )


def _line(a: Place, b: Place) -> str:
    """Straight, or bent aside between nodes side by side, whose track it would hide in."""
    start, end = f"M{num(a.x)},{num(a.y)}", f"{num(b.x)},{num(b.y)}"
    if a.y != b.y:
        return f"{start} L{end}"
    return f"{start} Q{num((a.x + b.x) / 2)},{num(a.y - a.text * 2 * BEND)} {end}"


def _link_title(context: Context, link: LinkNumbers) -> str:
    intent = context.city.links[str(link.origin[1])]
    a, b = link.ends
    rides = f"rides on {intent.ring}" if intent.ring else "a fibre of its own"
    ends = "\n".join(f"{end.node} {end.interface} {end.address}" for end in (a, b))
    light = context.plan.lightpaths.get(link.id)
    shown = f"\n{light.frequency / 1_000_000:.2f} THz over {', '.join(link.spans)}" if light else ""
    return f"{link.origin[1]} {intent.label or ''}\n{ends}\nmetric {link.metric}, {rides}{shown}"


def _link(context: Context, layout: Layout, link: LinkNumbers) -> str:
    a, b = (layout.places[end.node] for end in link.ends)
    rides = context.city.links[str(link.origin[1])].ring is not None
    look: dict[str, str | float] = {"stroke_dasharray": "5 4"} if rides else {}
    return group(
        title(_link_title(context, link)),
        el("path", d=_line(a, b), class_="link", **look),
    )


def links(context: Context, layout: Layout) -> str:
    """Every link that is not between neighbours of a ring."""
    return "".join(
        _link(context, layout, link)
        for _, link in sorted(context.plan.links.items())
        if link.origin[0] == "links"
    )
