"""What must hold for channels of light and what is pinned of them, one by one.

Names that nothing has are `references`' business: every rule here passes them over.
"""

from collections.abc import Iterator

from citynet.errors import KeyPath, Problem
from citynet.load.nearest import Names, did_you_mean
from citynet.model import City, Grid, Link, Ring, Span
from citynet.model.base import Intent
from citynet.model.optical import either_order

OF_LIGHT = ("loss", "frequency", "channel", "protection")
"""Keys that say something of light, not of the fibre alone."""


def _spans(ring: Ring) -> list[str]:
    """A ring's spans as `spans` names them: `a~b`."""
    following = (*ring.nodes[1:], ring.nodes[0])
    return ["~".join(sorted(pair)) for pair in zip(ring.nodes, following, strict=True)]


def _said(entry: Intent, keys: tuple[str, ...], path: KeyPath) -> Iterator[KeyPath]:
    for key in keys:
        if key in entry.model_fields_set:
            yield (*path, key)


def _light_paths(city: City) -> Iterator[tuple[KeyPath, str | None]]:
    """Every key that only means something for light, and the ring whose light it would be."""
    for name, ring in city.rings.items():
        for path in _said(ring, ("grid", "protection"), ("rings", name)):
            yield path, name
        for key, pins in ring.spans.items():
            for path in _said(pins, OF_LIGHT, ("rings", name, "spans", key)):
                yield path, name
    for name, link in city.links.items():
        for path in _said(link, OF_LIGHT, ("links", name)):
            yield path, link.ring


def light_needs_line_systems(city: City) -> Iterator[Problem]:
    """Without line systems a ring is plain fibre, and its links have no channels."""
    for path, name in _light_paths(city):
        if name is None:
            what = f"`{path[-1]}` is of a channel, and the link has a fibre of its own"
            yield Problem(what, path, expected="`ring`, the ring whose light it is")
        elif name in city.rings and not city.rings[name].line_systems:
            what = f"`{path[-1]}` is of light, and ring `{name}` has no `line_systems`"
            yield Problem(what, path, expected="`line_systems` on the ring, or plain fibre")


def spans_are_of_the_ring(city: City) -> Iterator[Problem]:
    """A span is between two neighbours, and written down once."""
    for name, ring in city.rings.items():
        known, seen = _spans(ring), set[str]()
        for key in ring.spans:
            path, pair = ("rings", name, "spans", key), either_order(key)
            if pair not in known:
                yield Problem(
                    f"ring `{name}` has no span `{key}`",
                    path,
                    expected="two neighbours of the ring",
                    hint=did_you_mean(Names(known), pair),
                )
            elif pair in seen:
                yield Problem(f"span `{pair}` is here twice", path, expected="each span once")
            seen.add(pair)


def _pinned(city: City) -> Iterator[tuple[Span | Link, KeyPath, Ring]]:
    for name, ring in city.rings.items():
        for key, pins in ring.spans.items():
            yield pins, ("rings", name, "spans", key), ring
    for name, link in city.links.items():
        if link.ring in city.rings:
            yield link, ("links", name), city.rings[link.ring]


def _nearest(frequency: int, grid: Grid) -> int:
    return min(grid.channels, key=lambda each: abs(each - frequency))


def frequency_is_on_the_grid(city: City) -> Iterator[Problem]:
    """Channels are where the ring's grid has them (ITU-T G.694.1, section 6)."""
    for pins, path, ring in _pinned(city):
        grid = ring.grid
        if pins.frequency and pins.frequency not in grid.channels:
            yield Problem(
                f"{pins.frequency} MHz is not on the {grid.value} grid",
                (*path, "frequency"),
                expected=f"193100000 MHz and steps of {grid.spacing} MHz from it",
                hint=f"did you mean `{_nearest(pins.frequency, grid)}`?",
            )


def risk_group_of_its_own_fibre(city: City) -> Iterator[Problem]:
    """A link that rides on a ring has the risk groups of the ring's spans (RFC 4202)."""
    for name, link in city.links.items():
        if link.srlg and link.ring:
            yield Problem(
                f"the link rides on ring `{link.ring}`, and has the risk groups of its spans",
                ("links", name, "srlg"),
                expected=f"`srlg` under `spans` of ring `{link.ring}`",
            )
