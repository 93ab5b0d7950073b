"""A synthetic ring city: IS-IS, BGP, a VRF and SRv6 on every FRR node, of any size.

Two cores, and rings of up to 18 access nodes that pass through both; each ring has a VPN with
an endpoint on every one of its access nodes.
"""

from collections.abc import Iterator
from pathlib import Path

RING = 18


def rings(devices: int) -> list[list[str]]:
    """The access nodes of each ring, for a city of `devices` routers."""
    names = [f"acc-{number:05d}" for number in range(devices - 2)]
    return [names[start : start + RING] for start in range(0, len(names), RING)]


def _lines(devices: int) -> Iterator[str]:
    groups = rings(devices)
    yield f"city: {{name: bench-{devices}}}\ndomains:\n  government: {{}}\n"
    yield "sites:\n  hall: {label: 市民中心}\nnodes:\n"
    for core in ("core-1", "core-2"):
        yield f"  {core}:\n    site: hall\n    domain: government\n    role: core\n"
    for group in groups:
        for name in group:
            yield f"  {name}:\n    site: hall\n    domain: government\n    role: access\n"
    yield "rings:\n"
    for number, group in enumerate(groups):
        yield f"  ring-{number:04d}:\n    nodes:\n"
        for name in ("core-1", *group, "core-2"):
            yield f"      - {name}\n"
    yield "vpns:\n"
    for number, group in enumerate(groups):
        yield f"  vpn-{number:04d}:\n    domain: government\n    endpoints:\n"
        for name in group:
            yield f"      at-{name}:\n        node: {name}\n"


def write_city(devices: int, folder: Path) -> None:
    """Write the inventory of a city of `devices` routers into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "city.yaml").write_text("".join(_lines(devices)), encoding="utf-8")
