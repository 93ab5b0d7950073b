"""`citynet graph`."""

from collections.abc import Callable
from pathlib import Path

import click

from citynet.build import Context
from citynet.cli.options import inventory_option
from citynet.errors import CitynetError
from citynet.graph import dot, picture
from citynet.pipeline import prepare

EPILOG = """\b
Examples:
  citynet graph -i inventory/demo -o demo.svg
  citynet graph -i inventory/demo --format dot | dot -Tpdf > demo.pdf
"""
FORMATS: dict[str, Callable[[Context], str]] = {"svg": picture, "dot": dot}


def write(text: str, output: Path | None) -> None:
    """Write a picture to a file, or to stdout where there is none."""
    if output is None:
        click.echo(text.encode(), nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CitynetError(f"cannot write {output}: {error.strerror or error}") from error
    click.echo(f"wrote {output}", err=True)


output_option = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write; without it, stdout.",
)


@click.command(epilog=EPILOG)
@inventory_option
@output_option
@click.option(
    "--format", "language", type=click.Choice(sorted(FORMATS)), default="svg", show_default=True
)
def graph(folder: Path, output: Path | None, language: str) -> None:
    """Draw the city: rings, domains, gateways and what they let through, VPNs.

    Point at anything in the SVG for its addresses.
    """
    write(FORMATS[language](prepare(folder).context), output)
