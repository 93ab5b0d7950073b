"""What is broken right now, drawn over the city: cut links and nodes that do not run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from types import MappingProxyType

from citynet.build.context import Context
from citynet.graph.layout import Layout, Place
from citynet.graph.svg import el, group, num, title, words
from citynet.model import NodeRole

RED = "#b3001b"
ARM = 9.0


@dataclass(frozen=True, slots=True)
class Scars:
    """Links that are cut, by id as `citynet lab cut` takes them, and nodes that are down."""

    cut: tuple[str, ...] = ()
    down: tuple[str, ...] = ()


NONE = Scars()
NOWHERE: Mapping[str, Place] = MappingProxyType({})


def _cross(x: float, y: float, said: str) -> str:
    """A cross with a light edge and its words: seen without its colour too."""
    path = (
        f"M{num(x - ARM)},{num(y - ARM)} L{num(x + ARM)},{num(y + ARM)} "
        f"M{num(x - ARM)},{num(y + ARM)} L{num(x + ARM)},{num(y - ARM)}"
    )
    look = {"d": path, "fill": "none", "stroke_linecap": "round"}
    return group(
        title(said),
        el("path", stroke="#ffffff", stroke_width=9, **look),
        el("path", stroke=RED, stroke_width=4.5, **look),
        words(x, y - ARM - 6, said, "small halo", fill=RED, font_weight="700"),
    )


def _ends(context: Context, link: str) -> tuple[str, ...]:
    """The nodes a link joins; one for an access link, none for a link nobody knows."""
    kind, _, rest = link.partition("/")
    if link in context.plan.links:
        return tuple(end.node for end in context.plan.links[link].ends)
    if kind == "gateway" and rest in context.city.gateways:
        return context.city.gateways[rest].ends
    vpn, _, name = rest.partition("/")
    endpoint = context.plan.endpoints.get((vpn, name))
    return (endpoint.node,) if kind == "access" and endpoint else ()


def _middle(
    context: Context, layout: Layout, link: str, ends: Sequence[str]
) -> tuple[float, float]:
    """Between the ends. A ring leaves a core by a bend, at the height of its other nodes."""
    places = [layout.places[node] for node in ends]
    x, y = fmean(place.x for place in places), fmean(place.y for place in places)
    rides = link in context.plan.links and context.plan.links[link].origin[0] == "rings"
    others = [node for node in ends if context.city.nodes[node].role is not NodeRole.CORE]
    return (x, layout.places[others[0]].y) if rides and others else (x, y)


def _marks(
    context: Context, layout: Layout, scars: Scars, below: Mapping[str, Place]
) -> Iterator[str]:
    for link in sorted(scars.cut):
        ends = [node for node in _ends(context, link) if node in layout.places]
        if ends:
            yield _cross(*_middle(context, layout, link, ends), f"✂ {link}")
    for node in sorted(scars.down):
        place = layout.places.get(node) or below.get(node)
        if place:
            yield _cross(place.x, place.y, f"{node} down")


def scars_of(
    context: Context, layout: Layout, scars: Scars, below: Mapping[str, Place] = NOWHERE
) -> str:
    """All that is broken, as one group; nothing where nothing is.

    `below` is where optical equipment stands.
    """
    marks = "".join(_marks(context, layout, scars, below))
    return group(marks, id="scars") if marks else ""
