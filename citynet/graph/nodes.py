"""Nodes: a symbol by role, words, badges, and everything else in a tooltip."""

from collections.abc import Mapping
from dataclasses import dataclass

from citynet.build.context import Context
from citynet.graph.badges import Signs
from citynet.graph.layout import BADGES, Layout, Place
from citynet.graph.svg import el, fitted, group, text_width, title, words
from citynet.graph.symbols import BADGE, RADIUS, badge_symbol, role_symbol
from citynet.inventory.groups import rings_of
from citynet.inventory.hosts import host_vars
from citynet.model import NodeRole

NAME = 13.5
LABEL = 12.0
STEP = 2 * BADGE + 4


@dataclass(frozen=True, slots=True)
class Spot:
    """The middle of some words or badges, at height `y`, and how wide they may be."""

    x: float
    y: float
    room: float


def node_title(context: Context, node: str) -> str:
    """The tooltip of a node: its place, part and numbers, one a line."""
    host = host_vars(context, node)
    site = context.city.sites[host.site].label
    network = context.city.nodes[node].network
    rings = ", ".join(rings_of(context, node))
    facts = (
        ("role", host.role),
        ("site", f"{host.site} {site or ''}".rstrip()),
        ("domain", host.domain),
        ("network", network),
        ("rings", rings),
        ("platform", host.platform),
        ("loopback", host.loopback),
        ("locator", host.locator),
        ("AS", str(host.asn)),
        ("NET", host.net),
        ("VPNs", ", ".join(host.vpns)),
    )
    head = f"{node} {host.label or ''}".rstrip()
    return "\n".join((head, *(f"{key}: {value}" for key, value in facts if value)))


def _vpn_title(context: Context, node: str, vpn: str) -> str:
    label = context.city.vpns[vpn].label or ""
    lines = [f"{vpn} {label}".rstrip()]
    for each in context.index.endpoints.get(node, ()):
        if each.vpn == vpn:
            called = context.city.vpns[vpn].endpoints[each.name].label or ""
            lines.append(f"{each.ref} {called}\n{each.customer_ipv4}, {each.customer_ipv6}")
    return "\n".join(lines)


def _badges(context: Context, node: str, signs: Signs, spot: Spot) -> str:
    """A row of badges; what does not fit is a number, `+3`."""
    x, y, room = spot.x, spot.y, spot.room
    vpns = context.index.vpns.get(node, ())
    fit = max(int(room // STEP), 1)
    shown = vpns if len(vpns) <= fit else vpns[: fit - 1]
    more = len(vpns) - len(shown)
    start = x - (len(shown) + (1 if more else 0) - 1) * STEP / 2
    drawn = [
        group(
            title(_vpn_title(context, node, vpn)),
            badge_symbol(signs.badges[vpn], start + at * STEP, y),
        )
        for at, vpn in enumerate(shown)
    ]
    if more:
        drawn.append(words(start + len(shown) * STEP, y + 4, f"+{more}", "small"))
    return "".join(drawn)


def _label(context: Context, node: str) -> str:
    """What people call the node, or else the place where it stands."""
    intent = context.city.nodes[node]
    return intent.label or context.city.sites[intent.site].label or ""


def _block_height(context: Context, node: str) -> float:
    height = NAME + (LABEL + 3 if _label(context, node) else 0)
    return height + (BADGES + 1 if context.index.vpns.get(node) else 0)


def _name_width(context: Context, node: str, room: float) -> tuple[str, str, float]:
    """The name and label as they fit, and the width of the wider one."""
    name = fitted(node, NAME, room)
    label = fitted(_label(context, node), LABEL, room)
    return name, label, max(text_width(name, NAME), text_width(label, LABEL))


def _block(context: Context, node: str, signs: Signs, spot: Spot) -> str:
    """Name, label and badges, from the spot down."""
    x, room = spot.x, spot.room
    name, label, _ = _name_width(context, node, room)
    y = spot.y + NAME - 2
    drawn = [words(x, y, name, "name halo")]
    if label:
        y += LABEL + 3
        drawn.append(words(x, y, label, "label halo"))
    drawn.append(_badges(context, node, signs, Spot(x, y + BADGES / 2 + 4, room)))
    return "".join(drawn)


def _words(context: Context, node: str, place: Place, signs: Signs) -> str:
    """The words of a node, where its place says."""
    reach = RADIUS[context.city.nodes[node].role] + 6
    height = _block_height(context, node)
    if place.text:
        top = place.y + reach if place.text > 0 else place.y - reach - height
        return _block(context, node, signs, Spot(place.x, top, place.room))
    _, _, wide = _name_width(context, node, place.room)
    top = place.y + 5 if place.lean > 0 else place.y - 3 - height
    middle = place.x + place.side * (reach + wide / 2)
    return _block(context, node, signs, Spot(middle, top, place.room))


def _glyph(context: Context, node: str, place: Place, glyphs: Mapping[str, str]) -> str:
    network = context.city.nodes[node].network
    if network is None or context.city.nodes[node].role is NodeRole.CORE:
        return ""
    return words(place.x, place.y + 5, glyphs[network], "glyph")


def nodes(context: Context, layout: Layout, signs: Signs) -> str:
    """Every node, in the order of names."""
    drawn = []
    for name in sorted(layout.places):
        place, intent = layout.places[name], context.city.nodes[name]
        symbol = role_symbol(intent.role, place.x, place.y, signs.lines[intent.domain])
        glyph = _glyph(context, name, place, signs.glyphs)
        head = el("g", title(node_title(context, name)), symbol, glyph)
        drawn.append(group(head, _words(context, name, place, signs), id=f"node-{name}"))
    return "".join(drawn)
