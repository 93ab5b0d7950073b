"""`citynet graph`."""

import json
from collections.abc import Callable
from pathlib import Path

import click

from citynet.build import Context
from citynet.cli.options import inventory_option, json_option
from citynet.cli.words import PathName
from citynet.errors import CitynetError
from citynet.graph import dot, picture
from citynet.pipeline import prepare

EPILOG = """\b
Examples:
  citynet graph -i inventory/demo -o demo.svg
  citynet graph -i inventory/demo --format dot | dot -Tpdf > demo.pdf
"""
FORMATS: dict[str, Callable[[Context], str]] = {"svg": picture, "dot": dot}


def write(text: str, output: Path | None, *, as_json: bool) -> None:
    """Write a picture to a file, or to stdout where there is none; JSON has it or names it."""
    if output is not None:
        _write(text, output)
    if as_json:
        made = {"picture": text} if output is None else {"file": str(output)}
        click.echo(json.dumps(made, ensure_ascii=False, indent=2))
    elif output is None:
        click.echo(text.encode(), nl=False)
    else:
        click.echo(f"wrote {output}", err=True)


def _write(text: str, output: Path) -> None:
    try:
        output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CitynetError(f"cannot write {output}: {error.strerror or error}") from error


output_option = click.option(
    "-o",
    "--output",
    type=PathName(path_type=Path, dir_okay=False),
    help="The file to write; without it, stdout.",
)


@click.command(epilog=EPILOG)
@inventory_option
@output_option
@click.option(
    "--format", "language", type=click.Choice(sorted(FORMATS)), default="svg", show_default=True
)
@json_option
def graph(folder: Path, output: Path | None, language: str, *, as_json: bool) -> None:
    """Draw the city: rings, domains, gateways and what they let through, VPNs.

    Point at anything in the SVG for its addresses.
    """
    write(FORMATS[language](prepare(folder).context), output, as_json=as_json)
