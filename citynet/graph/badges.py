"""How VPNs, networks, domains and rings are told apart: by shape or letter, and by colour too.

Colours are those of Okabe and Ito, told apart with any kind of colour vision, darkened so that
each has a contrast of 3:1 on white (WCAG 2.1, 1.4.11).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from citynet.model import City

SHAPES = ("circle", "square", "triangle", "diamond", "pentagon", "star", "plus", "ring")
COLOURS = (
    "#b8480a",
    "#0072b2",
    "#00795a",
    "#a8477f",
    "#8a6d00",
    "#5b3f9b",
    "#3d3d3d",
    "#a3262a",
)
DOMAINS = (("#eef4fb", "#1f5f9f"), ("#faf1ea", "#94501c"), ("#eef7ef", "#2f6f3c"))
"""Fill and line of each domain's area, in turn."""
RINGS = (
    ("#1f5f9f", "#0d7c86", "#4656b4", "#2d7a4b"),
    ("#94501c", "#9a3d55", "#7a6310", "#7d4a93"),
    ("#2f6f3c", "#50701c", "#1f7070", "#5d6a20"),
)


@dataclass(frozen=True, slots=True)
class Badge:
    """A shape of `SHAPES` and a colour."""

    shape: str
    colour: str


def vpn_badges(city: City) -> dict[str, Badge]:
    """A badge for each VPN, in the order of domain, network and name.

    The first eight differ in shape and in colour; no two of the first 64 are alike.
    """
    order = sorted(
        city.vpns, key=lambda name: (city.vpns[name].domain, city.vpns[name].network or "~", name)
    )
    return {
        name: Badge(
            SHAPES[at % len(SHAPES)],
            COLOURS[(at + at // len(SHAPES)) % len(COLOURS)],
        )
        for at, name in enumerate(order)
    }


@dataclass(frozen=True, slots=True)
class Signs:
    """What stands for what: a badge by VPN, a letter by network, a line's colour by domain."""

    badges: Mapping[str, Badge]
    glyphs: Mapping[str, str]
    lines: Mapping[str, str]


def _first_free(candidates: Iterable[str], taken: Iterable[str]) -> str:
    used = set(taken)
    return next((text for text in candidates if text not in used), "?")


def network_glyphs(city: City) -> Mapping[str, str]:
    """One character for each service network: 政 for 政务外网, else the first that is free."""
    found: dict[str, str] = {}
    for name in sorted(city.networks):
        label = city.networks[name].label or ""
        letters = (char for char in (label + name).upper() if char.isalnum())
        found[name] = _first_free(letters, found.values())
    return found
