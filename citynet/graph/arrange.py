"""City -> Layout: which domain is on top, which doors are where, and how wide it all is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from citynet.build.context import Context
from citynet.graph.areas import area, frame, least_width
from citynet.graph.lanes import Shape, shape
from citynet.graph.layout import (
    BETWEEN,
    CARD,
    CELL,
    DOOR_TO_CARD,
    HEADER,
    MARGIN,
    MIN_WIDTH,
    SIDE,
    Area,
    Door,
    Layout,
    Place,
    card_height,
)
from citynet.model import City


@dataclass(frozen=True, slots=True)
class _Column:
    """A domain below the wall and the gateways above it."""

    form: Shape
    gateways: tuple[str, ...]
    x: float = 0.0
    width: float = 0.0


def _order(city: City) -> list[str]:
    """The domain with the most nodes, then the others by name."""
    sizes = dict.fromkeys(city.domains, 0)
    for node in city.nodes.values():
        sizes[node.domain] += 1
    first = min(sizes, key=lambda name: (-sizes[name], name))
    return [first, *sorted(name for name in sizes if name != first)]


def _columns(city: City, below: Sequence[str]) -> list[_Column]:
    """Each gateway goes to the first domain below the wall that it opens to."""
    gates: dict[str, list[str]] = {name: [] for name in below}
    for name, gateway in sorted(city.gateways.items()):
        ends = {city.nodes[end].domain for end in gateway.ends}
        home = next((domain for domain in below if domain in ends), None)
        if home is not None:
            gates[home].append(name)
    return [_Column(shape(city, name), tuple(gates[name])) for name in below]


def _spread(columns: Sequence[_Column], top: Shape) -> tuple[list[_Column], float]:
    """Give each column its width and place, and the city its width."""
    needs = [max(least_width(each.form), CELL * len(each.gateways) + SIDE) for each in columns]
    gaps = BETWEEN * max(len(columns) - 1, 0)
    width = max(MIN_WIDTH, least_width(top), sum(needs) + gaps)
    spare = (width - sum(needs) - gaps) / max(len(columns), 1)
    x, found = MARGIN, []
    for each, need in zip(columns, needs, strict=True):
        found.append(_Column(each.form, each.gateways, x, need + spare))
        x += need + spare + BETWEEN
    return found, width


def _doors(city: City, columns: Sequence[_Column], edge: float, band: float) -> list[Door]:
    """Cards in the left half are to the left of their doors, so that no door is near a hub."""
    found = []
    for column in columns:
        count = len(column.gateways)
        cell = (column.width - SIDE) / max(count, 1)
        for at, name in enumerate(column.gateways):
            side = -1 if 2 * (at + 1) <= count else 1
            x = column.x + SIDE / 2 + cell * (at + 0.5) - side * (CARD + DOOR_TO_CARD - 20) / 2
            height = card_height(len(city.gateways[name].allow))
            found.append(Door(name, x, edge + band / 2, side, height))
    return found


def _door_ends(city: City, doors: Sequence[Door]) -> Mapping[str, Door]:
    """Gateway router -> the first of its doors."""
    found: dict[str, Door] = {}
    for door in doors:
        for end in city.gateways[door.gateway].ends:
            found.setdefault(end, door)
    return found


def _band(city: City) -> float:
    """The height between the domains: the tallest card, and some air."""
    flows = [len(gateway.allow) for gateway in city.gateways.values()]
    return card_height(max(flows)) + 1.5 * BETWEEN if flows else 2 * BETWEEN


def arrange(context: Context) -> Layout:
    """The layout of a city; a pure function of it."""
    city = context.city
    first, *below = _order(city)
    top = shape(city, first)
    columns, width = _spread(_columns(city, below), top)
    above = frame(context, top, 0, (MARGIN, HEADER, width), -1)
    edge, band = above.y + above.height, _band(city)
    doors = _doors(city, columns, edge, band)
    ends = _door_ends(city, doors)
    areas: list[Area] = []
    places: dict[str, Place] = {}
    frames = [(top, above)]
    for number, column in enumerate(columns, 1):
        box = (column.x, edge + band, column.width)
        frames.append((column.form, frame(context, column.form, number, box, 1)))
    for form, where in frames:
        drawn, stands = area(context, form, where, ends)
        areas.append(drawn)
        places |= stands
    height = max(each.y + each.height for each in areas)
    return Layout(width + 2 * MARGIN, height, tuple(areas), places, tuple(doors))
