"""`citynet inventory`."""

import json
import sys
from pathlib import Path

import click

from citynet.build.context import Context
from citynet.cli import complete
from citynet.cli.options import inventory_option, json_option
from citynet.cli.words import Word
from citynet.inventory.ansible import as_graph, as_host, as_list, as_tree
from citynet.inventory.table import print_table
from citynet.model import devices
from citynet.pipeline import prepare

EPILOG = """\b
Examples:
  citynet inventory -i inventory/demo
  citynet inventory -i inventory/demo --list
  citynet inventory -i inventory/demo --host gov-core1
  citynet inventory -i inventory/demo --graph --json
"""


def _json(value: object) -> str:
    """JSON as `ansible-inventory` prints it: sorted, four spaces, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, indent=4, sort_keys=True)


def _hosts(context: Context) -> list[dict[str, object]]:
    return [{"name": each.name, **as_host(context, each.name)} for each in devices(context.city)]


def _chosen(*, host: str | None, as_listing: bool, as_lines: bool, as_json: bool) -> str | None:
    """The one output that was asked for, None for the table. Raises `UsageError` for several.

    `--list` and `--host` are JSON by themselves.
    """
    asked = {"host": host is not None, "list": as_listing, "graph": as_lines}
    names = [name for name, yes in asked.items() if yes]
    if len(names) > 1:
        raise click.UsageError(f"choose one of {', '.join(f'--{name}' for name in names)}")
    return names[0] if names else ("json" if as_json else None)


def _text(context: Context, chosen: str, host: str | None, *, as_json: bool) -> str:
    if chosen == "graph":
        return _json(as_tree(context)) if as_json else as_graph(context)
    if chosen == "list":
        return _json(as_list(context))
    return _json(_hosts(context) if host is None else as_host(context, host))


@click.command(epilog=EPILOG)
@inventory_option
@click.option("--list", "as_listing", is_flag=True, help="Print `ansible-inventory --list`.")
@click.option(
    "--host",
    metavar="NAME",
    type=Word("a host's name"),
    shell_complete=complete.nodes,
    help="Print one host's variables as JSON.",
)
@click.option("--graph", "as_lines", is_flag=True, help="Print the tree of groups and hosts.")
@json_option
def inventory(
    folder: Path, *, as_listing: bool, host: str | None, as_lines: bool, as_json: bool
) -> None:
    """The city as an inventory: a table of its nodes, or what Ansible would show of it.

    Groups are by domain, network, platform, ring, role and site: `role_core`, `ring_gov_ring`.
    """
    chosen = _chosen(host=host, as_listing=as_listing, as_lines=as_lines, as_json=as_json)
    context = prepare(folder).context
    if chosen is None:
        print_table(context, sys.stdout)
    else:
        click.echo(_text(context, chosen, host, as_json=as_json))
