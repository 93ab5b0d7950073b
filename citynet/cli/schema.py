"""`citynet schema`."""

import json

import click

from citynet.schema import city_schema


@click.command(epilog="Example:  citynet schema > inventory/city.schema.json")
def schema() -> None:
    """Print the JSON Schema of inventory files; editors complete keys by it."""
    click.echo(json.dumps(city_schema(), ensure_ascii=False, indent=2, sort_keys=True))
