"""`citynet graph`."""

from pathlib import Path

import click

from citynet.cli.options import inventory_option
from citynet.errors import CitynetError
from citynet.graph import dot, picture
from citynet.pipeline import prepare

EPILOG = """\b
Examples:
  citynet graph -i inventory/demo -o demo.svg
  citynet graph -i inventory/demo --format dot | dot -Tpdf > demo.pdf
"""
FORMATS = {"svg": picture, "dot": dot}


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CitynetError(f"cannot write {output}: {error.strerror or error}") from error


@click.command(epilog=EPILOG)
@inventory_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write; without it, stdout.",
)
@click.option(
    "--format", "language", type=click.Choice(sorted(FORMATS)), default="svg", show_default=True
)
def graph(folder: Path, output: Path | None, language: str) -> None:
    """Draw the city: rings, domains, gateways and what they let through, VPNs.

    Point at anything in the SVG for its addresses.
    """
    text = FORMATS[language](prepare(folder).context)
    if output is None:
        click.echo(text.encode(), nl=False)
    else:
        _write(output, text)
        click.echo(f"wrote {output}", err=True)
