"""The legend: what each shape, line, letter and badge stands for, in both languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from citynet.build.context import Context
from citynet.graph.badges import Signs
from citynet.graph.layout import MARGIN, Layout
from citynet.graph.svg import el, fitted, num, text_width, words
from citynet.graph.symbols import ROLE_NAMES, badge_symbol, role_symbol
from citynet.model import NodeRole

ROW = 26.0
HEAD = 116.0
INK = "#44505c"
TEXT = 12.0
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


def _role_entries(context: Context) -> list[Entry]:
    present = {node.role for node in context.city.nodes.values()}
    found = []
    for role in NodeRole:
        if role in present:
            scale = 0.42 if role is NodeRole.CORE else 0.7
            mark = el("g", role_symbol(role, 0, 0, INK), transform=f"scale({scale})")
            found.append(Entry(mark, 20, ROLE_NAMES[role]))
    return found


def _line(*styles: Mapping[str, str | float]) -> str:
    return "".join(el("path", d="M-17,0 H17", fill="none", **style) for style in styles)


def _line_entries(context: Context) -> list[Entry]:
    tube = _line(
        {"stroke": INK, "stroke_width": 7},
        {"stroke": "#ffffff", "stroke_width": 1.6, "stroke_opacity": 0.75},
    )
    found = []
    if context.city.rings:
        found.append(Entry(tube, 34, "光环 optical ring, an IP link between neighbours"))
    if any(link.ring is None for link in context.city.links.values()):
        plain = _line({"stroke": INK, "stroke_width": 1.5})
        found.append(Entry(plain, 34, "链路 link on a fibre of its own"))
    if any(link.ring for link in context.city.links.values()):
        dashed = _line({"stroke": INK, "stroke_width": 1.5, "stroke_dasharray": "5 4"})
        found.append(Entry(dashed, 34, "环上链路 link that rides on a ring"))
    if context.city.gateways:
        found.append(Entry(el("path", d="M-17,0 H17", class_="pass"), 34, "跨域 between domains"))
    return found


def _named(label: str | None, name: str) -> str:
    return f"{label} {name}" if label else name


def _vpn_rows(context: Context, signs: Signs) -> list[tuple[str, list[Entry]]]:
    """The VPNs, a row for each network, then for each domain those of none."""
    rows: dict[tuple[str, str], list[Entry]] = {}
    for name, badge in signs.badges.items():
        vpn = context.city.vpns[name]
        entry = Entry(badge_symbol(badge, 0, 0, 7), 14, _named(vpn.label, name))
        rows.setdefault((vpn.domain, vpn.network or ""), []).append(entry)
    return [(_row_head(context, key, signs.glyphs), entries) for key, entries in rows.items()]


def _row_head(context: Context, key: tuple[str, str], glyphs: Mapping[str, str]) -> str:
    domain, network = key
    if network:
        label = context.city.networks[network].label
        return f"{glyphs[network]} · {_named(label, network)}"
    return _named(context.city.domains[domain].label, domain)


def _row(head: str, entries: Sequence[Entry], y: float, right: float) -> tuple[str, float]:
    """A heading and its entries, in as many lines as they need."""
    left = MARGIN + 16
    drawn = [words(left, y + 4, fitted(head, TEXT, HEAD + 20), "legendhead")]
    x = start = left + HEAD + 30
    for entry in entries:
        if x + entry.width - GAP > right and x > start:
            x, y = start, y + ROW
        mark = el("g", entry.mark, transform=f"translate({num(x + entry.wide / 2)},{num(y)})")
        drawn += [mark, words(x + entry.wide + 8, y + 4, entry.text, "legend")]
        x += entry.width
    return "".join(drawn), y + ROW


def legend(context: Context, layout: Layout, signs: Signs) -> Legend:
    """The legend, from y = 0 down."""
    rows = [
        ("节点 nodes", _role_entries(context)),
        ("线路 lines", _line_entries(context)),
        *_vpn_rows(context, signs),
    ]
    y, drawn = 24.0, []
    for head, entries in rows:
        if entries:
            svg, y = _row(head, entries, y, layout.width - MARGIN - 12)
            drawn.append(svg)
    height = y - ROW + 24
    box = el(
        "rect", x=MARGIN, y=0, width=layout.width - 2 * MARGIN, height=height, rx=12, class_="box"
    )
    return Legend(box + "".join(drawn), height)
