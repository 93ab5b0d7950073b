"""The wall between the domains, and the doors in it with what each lets through."""

from html import escape

from citynet.allocate.joins import vpn_of
from citynet.build.context import Context
from citynet.graph.layout import CARD, CARD_FOOT, CARD_HEAD, FEW_FLOWS, FLOW, Door, Layout
from citynet.graph.svg import el, fitted, group, num, text_width, title, words
from citynet.model import Flow, Gateway

INK = "#7a3b00"
WALL = 12.0
LEAF = 22.0
"""Half the width of a door."""
PAD = 14.0
REFUSED = "其余一律拒绝 · all else is refused, logged, counted"


def _port_words(flow: Flow) -> str:
    return " ".join((flow.protocol.value, ", ".join(str(port) for port in flow.ports))).strip()


def _way(context: Context, layout: Layout, flow: Flow) -> str:
    """`down`, `up` or `across` the wall."""
    heights = {area.domain: area.y for area in layout.areas}
    start, end = (heights[context.city.vpns[vpn_of(ref)].domain] for ref in (flow.source, flow.to))
    if start == end:
        return "across"
    return "down" if start < end else "up"


def _arrow(x: float, y: float, way: str) -> str:
    """An arrow 18 pixels long around (x, y)."""
    shape = "M0,-9 V7 M-5,2 L0,8 L5,2"
    turn = {"down": 0, "up": 180, "across": -90}[way]
    return el(
        "path", d=shape, class_="arrow", transform=f"translate({num(x)},{num(y)}) rotate({turn})"
    )


def _flow(context: Context, layout: Layout, named: tuple[str, Flow], x: float, y: float) -> str:
    name, flow = named
    ports, label = _port_words(flow), flow.label or ""
    room = CARD - 2 * PAD - 24
    first = fitted(f"{ports} · {label}" if label else ports, 12, room - text_width(name, 13) - 10)
    ends = fitted(f"{flow.source} → {flow.to}", 11.5, room)
    line = el("tspan", escape(name), class_="name") + el("tspan", escape(first), dx=8)
    return group(
        title(f"{name} {label}\n{ports}\n{flow.source} → {flow.to}"),
        _arrow(x + PAD + 6, y + 15, _way(context, layout, flow)),
        el("text", line, x=x + PAD + 24, y=y + 13, class_="flow"),
        words(x + PAD + 24, y + 28, ends, "ends"),
    )


def _card(context: Context, layout: Layout, door: Door, gateway: Gateway) -> str:
    x, y = door.card_x, door.y - door.card_height / 2
    flows = sorted(gateway.allow.items())
    shown = flows[:FEW_FLOWS]
    heading = fitted(f"{gateway.label or ''} {door.gateway}".strip(), 13.5, CARD - 2 * PAD)
    drawn = [
        el("rect", x=x, y=y, width=CARD, height=door.card_height, rx=9, class_="card"),
        words(x + PAD, y + 21, heading, "cardhead"),
    ]
    drawn += [
        _flow(context, layout, named, x, y + CARD_HEAD + at * FLOW)
        for at, named in enumerate(shown)
    ]
    if len(flows) != len(shown) or not flows:
        text = f"and {len(flows) - len(shown)} more" if flows else "nothing passes"
        drawn.append(words(x + PAD + 24, y + CARD_HEAD + len(shown) * FLOW + 14, text, "ends"))
    foot = y + door.card_height - CARD_FOOT + 16
    drawn.append(words(x + PAD, foot, REFUSED, "foot"))
    return "".join(drawn)


def _leaf(door: Door) -> str:
    """An open door: its frame, and its leaf turned towards whoever comes."""
    x, y = door.x, door.y
    low, high = num(y + 24), num(y - 8)
    left, right = num(x - LEAF), num(x + LEAF)
    arch = f"M{left},{low} V{high} A{num(LEAF)},{num(LEAF)} 0 0 1 {right},{high} V{low} Z"
    leaf = f"M{left},{low} V{high} A{num(LEAF)},{num(LEAF)} 0 0 1 {num(x - 6)},{num(y - 29)}"
    leaf += f" V{num(y + 32)} Z"
    return el("path", d=arch, class_="doorway") + el("path", d=leaf, class_="leaf")


def _door(context: Context, layout: Layout, door: Door) -> str:
    gateway = context.city.gateways[door.gateway]
    head = f"gateway {door.gateway} {gateway.label or ''}\n{' – '.join(gateway.ends)}"
    lines = [
        el("path", d=f"M{num(place.x)},{num(place.y)} L{num(door.x)},{num(door.y)}", class_="pass")
        for place in (layout.places[end] for end in gateway.ends)
    ]
    knob = el("circle", cx=door.x - 9, cy=door.y + 4, r=1.8, fill=INK)
    return group(
        title(head), *lines, _leaf(door), knob, _card(context, layout, door, gateway),
        id=f"gateway-{door.gateway}",
    )  # fmt: skip


def wall(layout: Layout) -> str:
    """The wall: a hatched band between the domains, where there are any to keep apart."""
    top, *below = layout.areas
    if not below:
        return ""
    y = (top.y + top.height + below[0].y) / 2
    said = words(top.x + 6, y - WALL, "两网隔离", "ends") + words(
        top.x + 6, y + WALL + 11, "isolated", "ends"
    )
    box = {"x": top.x, "y": y - WALL / 2, "width": top.width, "height": WALL, "rx": 3}
    return group(
        title("两网隔离 · the domains are two networks; only gateways join them"),
        el("rect", fill="#f3efe9", **box),
        el("rect", fill="url(#cn-hatch)", stroke="#b9ab98", **box),
        said,
    )


def doors(context: Context, layout: Layout) -> str:
    """Every gateway."""
    return "".join(_door(context, layout, door) for door in layout.doors)
