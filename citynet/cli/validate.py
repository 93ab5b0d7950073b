"""`citynet validate`."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click

from citynet.cli.options import inventory_option, json_option
from citynet.cli.output import as_problems
from citynet.pipeline import Prepared, prepare, render
from citynet.text import amount


def _counted(parts: Iterable[str]) -> str:
    return ", ".join(f"{count} {part}" for part, count in sorted(Counter(parts).items()))


def _summary(prepared: Prepared) -> str:
    city = prepared.context.city
    nodes = _counted(node.role.value for node in city.nodes.values())
    optical = _counted(node.kind.value for node in city.optical.values())
    channels = amount(len(prepared.plan.lightpaths), "channel")
    light = f"{amount(len(city.optical), 'optical node')} ({optical}) with {channels}, "
    light = light if city.optical else ""
    endpoints = sum(len(vpn.endpoints) for vpn in city.vpns.values())
    label = f" ({city.city.label})" if city.city.label else ""
    return (
        f"{city.city.name}{label} is valid: {amount(len(city.nodes), 'node')} ({nodes}), {light}"
        f"{amount(len(city.rings), 'ring')}, {amount(len(prepared.plan.links), 'link')}, "
        f"{amount(len(city.vpns), 'VPN')} with {amount(endpoints, 'endpoint')}, "
        f"{amount(len(city.gateways), 'gateway')}"
    )


@click.command(epilog="Example:  citynet validate -i inventory/demo")
@inventory_option
@json_option
def validate(folder: Path, *, as_json: bool) -> None:
    """Check an inventory and render every device; every mistake is reported at once."""
    prepared = prepare(folder)
    render(prepared)
    click.echo(as_problems(None) if as_json else _summary(prepared))
