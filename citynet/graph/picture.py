"""The whole picture: `Context` -> SVG text, the same bytes for the same city on any machine."""

from html import escape

from citynet.build.context import Context
from citynet.graph.arrange import arrange
from citynet.graph.badges import DOMAINS, Signs, network_glyphs, vpn_badges
from citynet.graph.gateways import doors, wall
from citynet.graph.layout import BETWEEN, MARGIN, Area, Layout
from citynet.graph.legend import legend
from citynet.graph.nodes import nodes
from citynet.graph.optical import Panel, optical, panel
from citynet.graph.scars import NONE, Scars, scars_of
from citynet.graph.svg import el, group, num, words
from citynet.graph.tracks import links, rings
from citynet.text import amount

FONTS = (
    "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',"
    "'Hiragino Sans GB','WenQuanYi Micro Hei',sans-serif"
)
STYLE = f"""
text {{ font-family: {FONTS}; fill: #1d2630; }}
.city {{ font-size: 30px; font-weight: 700; }}
.sub {{ font-size: 13px; fill: #4a5662; }}
.domain {{ font-size: 18px; font-weight: 700; }}
.numbers {{ font-size: 12px; fill: #4a5662; }}
.name {{ font-size: 13.5px; font-weight: 700; }}
.label {{ font-size: 12px; fill: #3f4a55; }}
.name, .label, .small, .glyph, .pill {{ text-anchor: middle; }}
.halo {{ paint-order: stroke; stroke: #ffffff; stroke-width: 3px; stroke-opacity: 0.85; }}
.small {{ font-size: 10px; }}
.glyph {{ font-size: 14px; font-weight: 700; }}
.pill {{ font-size: 12.5px; font-weight: 700; }}
.cardhead {{ font-size: 14px; font-weight: 700; fill: #7a3b00; }}
.flow {{ font-size: 12px; }}
.flow .name {{ font-size: 12.5px; text-anchor: start; }}
.ends {{ font-size: 11.5px; fill: #4a5662; }}
.foot {{ font-size: 11.5px; fill: #7a3b00; }}
.legend {{ font-size: 12.5px; }}
.legendhead {{ font-size: 12.5px; font-weight: 700; }}
.link {{ fill: none; stroke: #64748a; stroke-width: 1.5; }}
.box {{ fill: #ffffff; stroke: #cbd3db; }}
.card {{ fill: #fffaf2; stroke: #c58a45; stroke-width: 1.4; }}
.arrow {{ fill: none; stroke: #7a3b00; stroke-width: 2.2; stroke-linecap: round; }}
.pass {{ fill: none; stroke: #c58a45; stroke-width: 5; stroke-dasharray: 9 4; }}
.doorway {{ fill: #fffdf8; stroke: #7a3b00; stroke-width: 2.6; }}
.leaf {{ fill: #e3b778; stroke: #7a3b00; stroke-width: 1.6; stroke-linejoin: round; }}
"""
HATCH = (
    '<pattern id="cn-hatch" width="8" height="8" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path d="M0,0 V8" stroke="#b9ab98" stroke-width="3"/></pattern>'
)
NAMESPACE = "http://www.w3.org/2000/svg"


def _counts(context: Context) -> str:
    city = context.city
    counts = (
        amount(len(city.nodes), "router"),
        *((amount(len(city.optical), "optical node"),) if city.optical else ()),
        amount(len(city.rings), "ring"),
        amount(len(context.plan.links), "IP link"),
        amount(len(city.vpns), "VPN"),
        amount(len(city.gateways), "gateway"),
    )
    return ", ".join(counts)


def _name(context: Context) -> str:
    header = context.city.city
    return f"{header.label} {header.name}" if header.label else header.name


def description(context: Context) -> str:
    """What the picture shows, for those who cannot see it."""
    city = context.city
    parts = [f"{_name(context)}: {_counts(context)}."]
    for name, domain in sorted(city.domains.items()):
        members = sum(node.domain == name for node in city.nodes.values())
        parts.append(f"Domain {name} {domain.label or ''}: {amount(members, 'router')}.")
    for name, ring in sorted(city.rings.items()):
        parts.append(f"Ring {name} {ring.label or ''}: {', '.join(ring.nodes)}.")
    for name, ring in sorted(city.rings.items()):
        if ring.line_systems:
            parts.append(f"Line systems of ring {name}: {', '.join(ring.line_systems)}.")
    for name, gateway in sorted(city.gateways.items()):
        flows = ", ".join(f"{flow.source} to {flow.to}" for flow in gateway.allow.values())
        parts.append(f"Gateway {name} of {' and '.join(gateway.ends)} lets through: {flows}.")
    return " ".join(parts)


def _header(context: Context) -> str:
    subtitle = f"城市一张网 · one city, one network · {_counts(context)}"
    return words(MARGIN, 46, _name(context), "city") + words(MARGIN, 71, subtitle, "sub")


def _area(context: Context, area: Area) -> str:
    fill, line = DOMAINS[area.number % len(DOMAINS)]
    numbers, intent = context.plan.domains[area.domain], context.city.domains[area.domain]
    box = el(
        "rect", x=area.x, y=area.y, width=area.width, height=area.height, rx=18, fill=fill,
        stroke=line, stroke_opacity=0.55, stroke_width=1.4,
    )  # fmt: skip
    y = area.y + 27 if area.way < 0 else area.y + area.height - 30
    called = f"{intent.label} {area.domain}" if intent.label else area.domain
    facts = f"AS {numbers.asn} · IS-IS {numbers.area} · SRv6 {numbers.locators}"
    return group(
        box,
        words(area.x + 20, y, called, "domain", style=f"fill: {line}"),
        words(area.x + 20, y + 18, facts, "numbers"),
        id=f"domain-{area.domain}",
    )


def _signs(context: Context, layout: Layout) -> Signs:
    lines = {area.domain: DOMAINS[area.number % len(DOMAINS)][1] for area in layout.areas}
    return Signs(vpn_badges(context.city), network_glyphs(context.city), lines)


def _body(context: Context, layout: Layout, signs: Signs, below: Panel | None, scars: Scars) -> str:
    return "".join(
        (
            group(*(_area(context, area) for area in layout.areas)),
            wall(layout),
            group(links(context, layout)),
            group(rings(context, layout)),
            group(doors(context, layout)),
            group(nodes(context, layout, signs)),
            optical(context, layout, below),
            scars_of(context, layout, scars, below.places if below else {}),
        )
    )


def picture(context: Context, scars: Scars = NONE) -> str:
    """The city as an SVG document, with what is broken (`scars`) drawn over it."""
    layout = arrange(context)
    signs = _signs(context, layout)
    key = legend(context, layout, signs)
    below = panel(context, layout)
    top = (below.y + below.height if below else layout.height) + BETWEEN
    width, height = layout.width, top + key.height + MARGIN
    svg = el(
        "svg",
        el("title", escape(_name(context)), id="cn-title"),
        el("desc", escape(description(context)), id="cn-desc") + "\n",
        el("style", STYLE),
        el("defs", HATCH) + "\n",
        el("rect", width=width, height=height, fill="#fbfcfd") + "\n",
        group(_header(context)),
        _body(context, layout, signs, below, scars),
        group(key.svg, transform=f"translate(0,{num(top)})", id="legend"),
        xmlns=NAMESPACE,
        viewBox=f"0 0 {num(width)} {num(height)}",
        width=width,
        height=height,
        role="img",
        aria_labelledby="cn-title cn-desc",
        style="color-scheme: light; max-width: 100%; height: auto",
    )
    return svg + "\n"
