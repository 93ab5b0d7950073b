"""`citynet yang`."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from citynet.cli import complete
from citynet.cli.modelled import models_of
from citynet.cli.options import PathName, json_option, yang_option
from citynet.errors import CitynetError
from citynet.yang.validate import validate_all


@click.group(epilog="Example:  citynet yang check huawei_vrp my-change.xml --yang ../shared/yang")
def yang() -> None:
    """Documents against the vendors' own YANG models, offline."""


def _read(files: tuple[Path, ...]) -> dict[str, bytes]:
    try:
        return {str(file): file.read_bytes() for file in files}
    except OSError as error:
        raise CitynetError(f"cannot read {error.filename}: {error.strerror}") from error


@yang.command(epilog="Example:  citynet yang check huawei_vrp my-change.xml --yang ../shared/yang")
@click.argument("platform", shell_complete=complete.platforms)
@click.argument("files", nargs=-1, required=True, type=PathName(path_type=Path))
@yang_option
@json_option
@click.pass_context
def check(
    context: click.Context,
    platform: str,
    files: tuple[Path, ...],
    root: Path | None,
    *,
    as_json: bool,
) -> None:
    """Validate FILES, NETCONF configuration for PLATFORM; exit 1 if any is not valid."""
    found = validate_all(models_of(platform, "no YANG is known for"), _read(files), root)
    if as_json:
        said = {name: [asdict(each) for each in problems] for name, problems in found.items()}
        click.echo(json.dumps(said, indent=2, ensure_ascii=False))
    else:
        for name, problems in found.items():
            for problem in problems:
                click.echo(f"{name}:{problem.line}: {problem}")
            if not problems:
                click.echo(f"{name}: valid")
    context.exit(1 if any(found.values()) else 0)
