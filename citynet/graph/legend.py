"""The legend: what each shape, line, letter and badge stands for, in both languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from citynet.build.context import Context
from citynet.graph.badges import Signs
from citynet.graph.layout import MARGIN, Layout
from citynet.graph.optical import KINDS, optical_symbol
from citynet.graph.svg import el, fitted, num, text_width, words
from citynet.graph.symbols import ROLE_NAMES, badge_symbol, role_symbol
from citynet.model import NodeRole, OpticalKind

ROW = 26.0
HEAD = 130.0
INK = "#44505c"
TEXT = 12.5
GAP = 22.0


@dataclass(frozen=True, slots=True)
class Legend:
    """The legend's SVG and its height."""

    svg: str
    height: float


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing explained: its drawing, made for (0, 0), the room it takes, and the words."""

    mark: str
    wide: float
    text: str

    @property
    def width(self) -> float:
        """Room for it and the gap after it."""
        return self.wide + 8 + text_width(self.text, TEXT) + GAP


@dataclass(frozen=True, slots=True)
class Row:
    """A heading and what is explained under it."""

    head: str
    entries: Sequence[Entry]

    @property
    def width(self) -> float:
        """The room it takes on one line."""
        return HEAD + 30 + sum(entry.width for entry in self.entries)


def _role_entries(context: Context) -> list[Entry]:
    present = {node.role for node in context.city.nodes.values()}
    found = []
    for role in NodeRole:
        if role in present:
            scale = 0.42 if role is NodeRole.CORE else 0.7
            mark = el("g", role_symbol(role, 0, 0, INK), transform=f"scale({scale})")
            found.append(Entry(mark, 20, ROLE_NAMES[role]))
    return found


def _optical_rows(context: Context) -> list[Row]:
    """The kinds of optical equipment, where there is any."""
    present = {node.kind for node in context.city.optical.values()}
    found = []
    for kind in OpticalKind:
        if kind in present:
            mark = el("g", optical_symbol(kind, 0, 0, INK), transform="scale(0.72)")
            found.append(Entry(mark, 20, KINDS[kind]))
    if found:
        count = words(0, 4, "4λ", "small", font_weight="700")
        found.append(Entry(count, 20, "光纤上的波道数 channels on a fibre"))
    return [Row("光层 light", found)] if found else []


def _line(**look: str | float) -> str:
    return el("path", d="M-17,0 H17", **look)


def _line_entries(context: Context) -> list[Entry]:
    city = context.city
    tube = _line(stroke=INK, stroke_width=7)
    tube += _line(stroke="#ffffff", stroke_width=1.6, stroke_opacity=0.75)
    dashed = _line(class_="link", stroke_dasharray="5 4")
    rides = [link.ring is not None for link in city.links.values()]
    entries = (
        (bool(city.rings), Entry(tube, 34, "光环 optical ring")),
        (not all(rides), Entry(_line(class_="link"), 34, "链路 link on a fibre of its own")),
        (any(rides), Entry(dashed, 34, "环上链路 link that rides on a ring")),
        (bool(city.gateways), Entry(_line(class_="pass"), 34, "跨域链路 link between domains")),
    )
    return [entry for present, entry in entries if present]


def _named(label: str | None, name: str) -> str:
    return f"{label} {name}" if label else name


def _vpn_rows(context: Context, signs: Signs) -> list[Row]:
    """The VPNs, a row for each network, then for each domain those of none."""
    rows: dict[tuple[str, str], list[Entry]] = {}
    for name, badge in signs.badges.items():
        vpn = context.city.vpns[name]
        entry = Entry(badge_symbol(badge, 0, 0, 7), 14, _named(vpn.label, name))
        rows.setdefault((vpn.domain, vpn.network or ""), []).append(entry)
    return [Row(_row_head(context, key, signs.glyphs), entries) for key, entries in rows.items()]


def _row_head(context: Context, key: tuple[str, str], glyphs: Mapping[str, str]) -> str:
    """`政 政务外网 egov`, its letter only if nodes carry it; a domain's name for no network."""
    domain, network = key
    if not network:
        return _named(context.city.domains[domain].label, domain)
    name = _named(context.city.networks[network].label, network)
    marked = any(node.network == network for node in context.city.nodes.values())
    return f"{glyphs[network]} = {name}" if marked else name


def _row(row: Row, left: float, right: float, y: float) -> tuple[str, float]:
    """A heading and its entries, in as many lines as they need, and the y below them."""
    drawn = [words(left, y + 4, fitted(row.head, TEXT, HEAD + 20), "legendhead")]
    x = start = left + HEAD + 30
    for entry in row.entries:
        if x + entry.width - GAP > right and x > start:
            x, y = start, y + ROW
        mark = el("g", entry.mark, transform=f"translate({num(x + entry.wide / 2)},{num(y)})")
        drawn += [mark, words(x + entry.wide + 8, y + 4, entry.text, "legend")]
        x += entry.width
    return "".join(drawn), y + ROW


def _rows(rows: Sequence[Row], left: float, right: float, y: float) -> tuple[str, float]:
    """Rows below each other, or in two columns if the half of the width is enough for each."""
    middle = (left + right) / 2
    if all(row.width <= middle - left for row in rows):
        half = (len(rows) + 1) // 2
        columns = [(rows[:half], left, middle), (rows[half:], middle, right)]
    else:
        columns = [(rows, left, right)]
    drawn, low = [], y
    for column, start, end in columns:
        at = y
        for row in column:
            svg, at = _row(row, start, end, at)
            drawn.append(svg)
        low = max(low, at)
    return "".join(drawn), low


def legend(context: Context, layout: Layout, signs: Signs) -> Legend:
    """The legend, from y = 0 down."""
    left, right = MARGIN + 16, layout.width - MARGIN - 12
    y, drawn = 26.0, []
    signs_of_lines = (
        Row("节点 nodes", _role_entries(context)),
        Row("线路 lines", _line_entries(context)),
        *_optical_rows(context),
    )
    for row in signs_of_lines:
        svg, y = _row(row, left, right, y)
        drawn.append(svg)
    svg, y = _rows(_vpn_rows(context, signs), left, right, y)
    height = y - ROW + 24
    box = el(
        "rect", x=MARGIN, y=0, width=layout.width - 2 * MARGIN, height=height, rx=12, class_="box"
    )
    return Legend(box + "".join(drawn) + svg, height)
