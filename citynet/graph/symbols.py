"""The shapes: a node's role and a VPN's badge can each be told without colour."""

from math import cos, pi, sin

from citynet.graph.badges import Badge
from citynet.graph.svg import el, num
from citynet.model import NodeRole

RADIUS = {
    NodeRole.CORE: 30.0,
    NodeRole.AGGREGATION: 15.0,
    NodeRole.ACCESS: 15.0,
    NodeRole.SERVICE: 14.0,
    NodeRole.GATEWAY: 17.0,
}
ROLE_NAMES = {
    NodeRole.CORE: "核心 core",
    NodeRole.AGGREGATION: "汇聚 aggregation",
    NodeRole.ACCESS: "接入 access",
    NodeRole.SERVICE: "业务 service",
    NodeRole.GATEWAY: "网关 gateway",
}
BADGE = 6.0


def _points(pairs: list[tuple[float, float]]) -> str:
    return " ".join(f"{num(x)},{num(y)}" for x, y in pairs)


def _polygon(x: float, y: float, radius: float, corners: int, turn: float) -> str:
    angles = (turn + 2 * pi * k / corners for k in range(corners))
    return _points([(x + radius * cos(a), y + radius * sin(a)) for a in angles])


def _star(x: float, y: float, radius: float) -> str:
    reach = (radius if k % 2 == 0 else radius * 0.45 for k in range(10))
    return _points(
        [
            (x + r * cos(-pi / 2 + pi * k / 5), y + r * sin(-pi / 2 + pi * k / 5))
            for k, r in enumerate(reach)
        ]
    )


def _house(x: float, y: float, r: float) -> str:
    left, right, eaves = x - r, x + r, y - r * 0.25
    return _points([(x, y - r * 1.1), (right, eaves), (right, y + r), (left, y + r), (left, eaves)])


def _arch(x: float, y: float, r: float) -> str:
    """A doorway: straight sides and a round top."""
    half = num(r * 0.8)
    left, right = num(x - r * 0.8), num(x + r * 0.8)
    low, spring = num(y + r), num(y - r * 0.2)
    return f"M{left},{low} V{spring} A{half},{half} 0 0 1 {right},{spring} V{low} Z"


def role_symbol(role: NodeRole, x: float, y: float, colour: str) -> str:
    """The symbol of a role, its middle at (x, y)."""
    r = RADIUS[role]
    look: dict[str, str | float] = {"fill": "#ffffff", "stroke": colour, "stroke_width": 2.4}
    if role is NodeRole.CORE:
        outer = el("polygon", points=_polygon(x, y, r, 6, 0), fill=colour)
        return outer + el(
            "polygon", points=_polygon(x, y, r * 0.72, 6, 0), fill="none", stroke="#ffffff"
        )
    if role is NodeRole.AGGREGATION:
        return el("circle", cx=x, cy=y, r=r, **look) + el("circle", cx=x, cy=y, r=5, fill=colour)
    if role is NodeRole.ACCESS:
        return el("polygon", points=_house(x, y, r), stroke_linejoin="round", **look)
    if role is NodeRole.GATEWAY:
        return el("path", d=_arch(x, y, r), stroke_linejoin="round", **look) + el(
            "circle", cx=x + r * 0.4, cy=y + r * 0.35, r=2, fill=colour
        )
    return el("rect", x=x - r, y=y - r, width=2 * r, height=2 * r, rx=4, **look)


def _plus(x: float, y: float, r: float) -> str:
    wide, arm = num(r * 0.72), num(r * 0.64)
    steps = f"h{wide} v{arm} h{arm} v{wide} h-{arm} v{arm} h-{wide} v-{arm} h-{arm} v-{wide} h{arm}"
    return f"M{num(x - r * 0.36)},{num(y - r)} {steps} Z"


def badge_symbol(badge: Badge, x: float, y: float, r: float = BADGE) -> str:
    """The badge of a VPN, its middle at (x, y)."""
    fill = badge.colour
    if badge.shape == "circle":
        return el("circle", cx=x, cy=y, r=r * 0.95, fill=fill)
    if badge.shape == "square":
        return el("rect", x=x - r * 0.85, y=y - r * 0.85, width=r * 1.7, height=r * 1.7, fill=fill)
    if badge.shape == "plus":
        return el("path", d=_plus(x, y, r), fill=fill)
    if badge.shape == "ring":
        return el("circle", cx=x, cy=y, r=r * 0.7, fill="none", stroke=fill, stroke_width=r * 0.5)
    return el("polygon", points=_badge_points(badge.shape, x, y, r), fill=fill)


def _badge_points(shape: str, x: float, y: float, r: float) -> str:
    if shape == "star":
        return _star(x, y, r * 1.2)
    corners, turn = {"triangle": (3, -pi / 2), "diamond": (4, 0.0)}.get(shape, (5, -pi / 2))
    grow = 1.2 if shape == "triangle" else 1.1
    return _polygon(x, y + (r * 0.2 if shape == "triangle" else 0), r * grow, corners, turn)
