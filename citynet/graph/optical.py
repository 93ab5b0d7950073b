"""The optical network below the domains: its equipment, and the rings that join it.

Drawn as a map of lines and stops: a column for each line system, a row for each ring. A line
system is as tall as the rings that it is on, with a stop at each; fibre to the next column goes
straight, fibre further away goes round below them all. What hangs lower still is a terminal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from citynet.allocate.links import span as span_name
from citynet.allocate.plan import LightpathNumbers
from citynet.build.context import Context
from citynet.graph.layout import BETWEEN, MARGIN, TEXT, Layout, Place
from citynet.graph.svg import el, fitted, group, num, title, words
from citynet.graph.tracks import ring_colours
from citynet.inventory.hosts import optical_vars
from citynet.model import City, OpticalKind, Protection

FILL, LINE = "#f4f2fa", "#5a4a8f"
HEAD = 62.0
ROW = 58.0
BOW = 16.0
"""How far below the line systems fibre goes that does not lead to the next column."""
STEP = 20.0
"""From one such fibre to the next."""
ASIDE = 7.0
"""How far such fibres are apart where they leave a line system."""
STOP = 13.0
GUTTER = 170.0
"""Room at the left for the names of rings."""
TERMINAL = 30.0
FOOT = 16.0
EDGE = 20.0
NAME, LABEL = 13.5, 12.0
KINDS = {
    OpticalKind.LINE_SYSTEM: "线路系统 line system",
    OpticalKind.TERMINAL: "终端 terminal",
    OpticalKind.OTN: "光传送节点 otn",
}


@dataclass(frozen=True, slots=True)
class Panel:
    """Where the optical network stands: a column's x by line system, a row's y by ring.

    Names of line systems begin at `names_at`. `rounds` is by span that does not lead to the next
    column: how low it goes, the least first. `pitch` is from one column to the next.
    """

    y: float
    width: float
    height: float
    names_at: float
    columns: Mapping[str, float]
    rows: Mapping[str, float]
    rounds: Mapping[str, float]
    places: Mapping[str, Place]
    pitch: float


def _columns(city: City) -> list[str]:
    """Line systems in the order of the first ring that has each, rings by name.

    A ring begins at the first of its line systems by name, and goes on to the nearer in name of
    its two neighbours, so that how its list is written changes nothing.
    """
    found: dict[str, None] = {}
    for _, ring in sorted(city.rings.items()):
        lines = ring.line_systems
        if lines:
            at = lines.index(min(lines))
            there = (*lines[at:], *lines[:at])
            back = (there[0], *there[:0:-1])
            found |= dict.fromkeys(min(there, back))
    return list(found)


def _places(
    city: City, columns: Mapping[str, float], rows: Mapping[str, float]
) -> dict[str, Place]:
    """The lowest stop of each line system."""
    found = {}
    for name, x in columns.items():
        low = max(rows[ring] for ring in rows if name in city.rings[ring].line_systems)
        found[name] = Place(x, low, 1, 0.0)
    return found


def _spans(city: City, ring: str) -> list[tuple[str, str, str]]:
    """Each span's name, and the line systems at its ends, by name."""
    lines, nodes = city.rings[ring].line_systems, city.rings[ring].nodes
    return sorted(
        (span_name(ring, nodes[a], nodes[b]), *sorted((lines[a], lines[b])))
        for a, b in pairwise((*range(len(lines)), 0))
    )


def _rounds(city: City, names: Sequence[str], rows: Mapping[str, float]) -> dict[str, float]:
    """How low each span goes that cannot go straight; inner ones less."""
    at = {name: number for number, name in enumerate(names)}
    far = [
        (abs(at[a] - at[b]), span)
        for ring in rows
        for span, a, b in _spans(city, ring)
        if abs(at[a] - at[b]) > 1
    ]
    low = max(rows.values(), default=0.0) + STOP + BOW
    return {span: low + STEP * number for number, (_, span) in enumerate(sorted(far))}


def panel(context: Context, layout: Layout) -> Panel | None:
    """The place of the optical network, None where a city has none."""
    city = context.city
    names = _columns(city)
    if not names:
        return None
    width = layout.width - 2 * MARGIN
    pitch = (width - GUTTER - EDGE) / len(names)
    columns = {name: MARGIN + GUTTER + pitch * (at + 0.5) for at, name in enumerate(names)}
    y = layout.height + BETWEEN
    lit = [name for name, ring in sorted(city.rings.items()) if ring.line_systems]
    rows = {name: y + HEAD + STOP + ROW * at for at, name in enumerate(lit)}
    rounds = _rounds(city, names, rows)
    places = _places(city, columns, rows)
    names_at = max(rounds.values(), default=max(rows.values()) + STOP) + 8
    low = names_at + TEXT
    for name, node in city.optical.items():
        if node.kind is OpticalKind.TERMINAL and node.line in columns:
            places[name] = Place(columns[node.line], names_at + TEXT + TERMINAL, 1, 0.0)
            low = names_at + 2 * TEXT + TERMINAL + STOP + 4
    return Panel(y, width, low + FOOT - y, names_at, columns, rows, rounds, places, pitch)


def _lights(context: Context, span: str) -> list[LightpathNumbers]:
    found = [each for each in context.plan.lightpaths.values() if span in each.spans]
    return sorted(found, key=lambda each: each.frequency)


def _span_title(context: Context, span: str) -> str:
    lines = [f"{span}\nSRLG {context.plan.srlgs[span]}"]
    for each in _lights(context, span):
        use = "" if span in each.working.spans else " (1+1)"
        lines.append(f"{each.frequency / 1_000_000:.2f} THz {each.link}{use}")
    return "\n".join(lines)


def _path(where: Panel, ring: str, span: str, ends: tuple[str, str]) -> tuple[str, float, float]:
    """A span's line, and where its count of channels stands. What goes lower goes further out."""
    left, right = sorted(where.columns[each] for each in ends)
    y, low, bend = where.rows[ring], where.rounds.get(span), 12.0
    if low is None:
        return f"M{num(left)},{num(y)} H{num(right)}", (left + right) / 2, y
    number = list(where.rounds).index(span)
    aside = (number - (len(where.rounds) - 1) / 2) * min(ASIDE, 2 * STOP / len(where.rounds))
    left, right = left - aside, right + aside
    path = (
        f"M{num(left)},{num(y)} V{num(low - bend)} "
        f"Q{num(left)},{num(low)} {num(left + bend)},{num(low)} H{num(right - bend)} "
        f"Q{num(right)},{num(low)} {num(right)},{num(low - bend)} V{num(y)}"
    )
    return path, (left + right) / 2, low


def _span(
    context: Context, drawn: tuple[str, float, float], span: str, colour: str
) -> tuple[str, str]:
    """A span's fibre, and the number of channels on it."""
    path, x, y = drawn
    look: dict[str, str | float] = {"d": path, "fill": "none", "stroke_linejoin": "round"}
    fibre = group(
        title(_span_title(context, span)),
        el("path", stroke=colour, stroke_width=6, **look),
        el("path", stroke="#ffffff", stroke_width=1.4, stroke_opacity=0.75, **look),
    )
    count = len(_lights(context, span))
    return fibre, words(x, y - 6, f"{count}λ", "small halo", fill=colour, font_weight="700")


def _ring_words(context: Context, where: Panel, name: str, colour: str) -> str:
    """A ring's name and its light, at the left of its row."""
    ring, y = context.city.rings[name], where.rows[name]
    count = sum(each.ring == name for each in context.plan.lightpaths.values())
    kept = f" · {ring.protection.value}" if ring.protection is not Protection.NONE else ""
    called = fitted(f"{ring.label} {name}" if ring.label else name, NAME, GUTTER - 20)
    light = f"{count}λ · {ring.grid.value}{kept}"
    look = f"fill: {colour}"
    said = words(MARGIN + 20, y - 1, called, "legendhead", style=look)
    return said + words(MARGIN + 20, y + 15, light, "ends", style=look)


def _ring(context: Context, where: Panel, name: str, colour: str) -> str:
    """A row: its spans, and its name."""
    fibres, counts = [], []
    for span, a, b in _spans(context.city, name):
        fibre, count = _span(context, _path(where, name, span, (a, b)), span, colour)
        fibres.append(fibre)
        counts.append(count)
    said = _ring_words(context, where, name, colour)
    return group(*fibres, *counts, said, id=f"light-{name}")


def _title(context: Context, node: str) -> str:
    host = optical_vars(context, node)
    site = context.city.sites[host.site].label
    lines = [
        f"{node} {host.label or ''}".rstrip(),
        f"kind: {host.role}",
        f"site: {host.site} {site or ''}".rstrip(),
        f"platform: {host.platform}",
        *(f"degree: {each.degree} {each.port}, SRLG {each.srlg}" for each in host.degrees),
    ]
    for each in host.channels:
        port = f", port {each.port}" if each.port else ", passes"
        lines.append(f"{each.frequency / 1_000_000:.2f} THz {each.link}{port}")
    return "\n".join(lines)


def _wave(x: float, y: float, colour: str, wide: float = 8.0) -> str:
    """A wave of light, its middle at (x, y)."""
    half = num(wide / 2)
    path = f"M{num(x - wide)},{num(y)} q{half},-8 {num(wide)},0 t{num(wide)},0"
    return el("path", d=path, fill="none", stroke=colour, stroke_width=2, stroke_linecap="round")


def _box(x: float, y: float, size: tuple[float, float], round_: float, colour: str) -> str:
    return el(
        "rect", x=x, y=y, width=size[0], height=size[1], rx=round_, fill="#ffffff", stroke=colour,
        stroke_width=2.4,
    )  # fmt: skip


def optical_symbol(kind: OpticalKind, x: float, y: float, colour: str, height: float = 0.0) -> str:
    """A node's shape, its lowest stop at (x, y): round is a line, square has transponders."""
    if kind is OpticalKind.TERMINAL:
        return _box(x - 12, y - 12, (24, 24), 3, colour) + _wave(x, y, colour, 7)
    round_ = STOP if kind is OpticalKind.LINE_SYSTEM else 4.0
    return _box(x - STOP, y - height - STOP, (2 * STOP, height + 2 * STOP), round_, colour)


def _words(context: Context, node: str, x: float, y: float, room: float) -> str:
    intent = context.city.optical[node]
    drawn = words(x, y, fitted(node, NAME, room), "name halo")
    label = intent.label or context.city.sites[intent.site].label or ""
    return drawn + words(x, y + LABEL + 3, fitted(label, LABEL, room), "label halo")


def _node(context: Context, where: Panel, name: str, colours: Mapping[str, str]) -> str:
    place, kind = where.places[name], context.city.optical[name].kind
    if kind is OpticalKind.TERMINAL:
        line = context.city.optical[name].line
        top = where.places[str(line)].y
        stem = f"M{num(place.x)},{num(top)} V{num(place.y)}"
        drawn = el("path", d=stem, stroke=LINE, stroke_width=2, stroke_dasharray="2 3")
        symbol = optical_symbol(kind, place.x, place.y, LINE)
        return group(
            drawn,
            el("g", title(_title(context, name)), symbol),
            _words(context, name, place.x, place.y + 26, where.pitch - 6),
            id=f"node-{name}",
        )
    on = [ring for ring in where.rows if name in context.city.rings[ring].line_systems]
    height = place.y - min(where.rows[ring] for ring in on)
    stops = "".join(_wave(place.x, where.rows[ring], colours[ring]) for ring in on)
    symbol = optical_symbol(kind, place.x, place.y, LINE, height)
    return group(
        el("g", title(_title(context, name)), symbol, stops),
        _words(context, name, place.x, where.names_at + NAME, where.pitch - 6),
        id=f"node-{name}",
    )


def optical(context: Context, layout: Layout, where: Panel | None) -> str:
    """The optical network; nothing where a city has none."""
    if where is None:
        return ""
    colours = ring_colours(layout)
    box = el(
        "rect", x=MARGIN, y=where.y, width=where.width, height=where.height, rx=18, fill=FILL,
        stroke=LINE, stroke_opacity=0.55, stroke_width=1.4,
    )  # fmt: skip
    head = words(
        MARGIN + 20, where.y + 27, "城市光网 optical network", "domain", style=f"fill: {LINE}"
    )
    names = _order(context.city, where)
    return group(
        box,
        head,
        *(_ring(context, where, name, colours.get(name, LINE)) for name in where.rows),
        *(_node(context, where, name, {**dict.fromkeys(where.rows, LINE), **colours})
          for name in names),
        id="optical",
    )  # fmt: skip


def _order(city: City, where: Panel) -> Sequence[str]:
    """Terminals first, so that their stems are below the line systems."""
    return sorted(where.places, key=lambda name: (city.optical[name].kind.has_line, name))
