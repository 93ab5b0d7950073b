"""The city as a table for a person to read."""

from collections.abc import Sequence
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from citynet.build.context import Context
from citynet.inventory.groups import rings_of
from citynet.inventory.hosts import HostVars, any_vars
from citynet.model import devices

COLUMNS = ("node", "label", "domain", "role", "site", "rings", "loopback", "locator", "vpns")
WIDE = 10_000
"""Columns of a page that no terminal shows: nothing is wrapped for a file or a pipe."""


def rows(context: Context) -> list[tuple[str, ...]]:
    """One row for each device, by domain and name, optical ones last; in the order of `COLUMNS`."""
    every = sorted(devices(context.city), key=lambda each: (each.domain is None, each.domain or ""))
    return [_row(context, each.name) for each in every]


def _row(context: Context, node: str) -> tuple[str, ...]:
    host = any_vars(context, node)
    rings = " ".join(rings_of(context, node))
    label = host.label or ""
    if not isinstance(host, HostVars):
        return node, label, "", host.role, host.site, rings, "", "", ""
    vpns = " ".join(host.vpns)
    return node, label, host.domain, host.role, host.site, rings, host.loopback, host.locator, vpns


def _table(found: Sequence[tuple[str, ...]], *, plain: bool) -> Table:
    table = Table(box=None if plain else SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in COLUMNS:
        table.add_column(column, overflow="fold", no_wrap=plain)
    for row in found:
        table.add_row(*row)
    return table


def print_table(context: Context, stream: TextIO) -> None:
    """Print the table: framed and fitted on a terminal, plain and unwrapped elsewhere."""
    plain = not stream.isatty()
    console = Console(
        file=stream, width=WIDE if plain else None, markup=False, emoji=False, highlight=False
    )
    table = _table(rows(context), plain=plain)
    if not plain:
        console.print(table)
        return
    with console.capture() as captured:
        console.print(table)
    stream.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())
