"""Options that several commands share."""

from pathlib import Path

import click

inventory_option = click.option(
    "-i",
    "--inventory",
    "folder",
    type=click.Path(path_type=Path),
    required=True,
    help="The city's folder, inventory/demo.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON to stdout.")
