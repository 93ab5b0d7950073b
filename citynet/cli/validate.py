"""`citynet validate`."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click

from citynet.cli.options import inventory_option, json_option
from citynet.cli.output import as_problems
from citynet.pipeline import Prepared, prepare, render


def _counted(parts: Iterable[str]) -> str:
    return ", ".join(f"{count} {part}" for part, count in sorted(Counter(parts).items()))


def _summary(prepared: Prepared) -> str:
    city = prepared.context.city
    nodes = _counted(node.role.value for node in city.nodes.values())
    optical = _counted(node.kind.value for node in city.optical.values())
    light = f"{len(city.optical)} optical nodes ({optical}) with {len(prepared.plan.lightpaths)} "
    light = f"{light}channels, " if city.optical else ""
    gates = "1 gateway" if len(city.gateways) == 1 else f"{len(city.gateways)} gateways"
    endpoints = sum(len(vpn.endpoints) for vpn in city.vpns.values())
    label = f" ({city.city.label})" if city.city.label else ""
    return (
        f"{city.city.name}{label} is valid: {len(city.nodes)} nodes ({nodes}), {light}"
        f"{len(city.rings)} rings, {len(prepared.plan.links)} links, {len(city.vpns)} VPNs with "
        f"{endpoints} endpoints, {gates}"
    )


@click.command(epilog="Example:  citynet validate -i inventory/demo")
@inventory_option
@json_option
def validate(folder: Path, *, as_json: bool) -> None:
    """Check an inventory and render every device; every mistake is reported at once."""
    prepared = prepare(folder)
    render(prepared)
    click.echo(as_problems(None) if as_json else _summary(prepared))
