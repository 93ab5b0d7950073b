"""`citynet yang`."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from citynet.cli.options import json_option, yang_option
from citynet.errors import CitynetError
from citynet.house import open_house
from citynet.text import listed, nearest
from citynet.yang import ModelSet
from citynet.yang.validate import validate_all


@click.group()
def yang() -> None:
    """Documents against the vendors' own YANG models, offline."""


def _models(platform: str) -> ModelSet:
    platforms = open_house().platforms
    known = [name for name, each in sorted(platforms.items()) if each.models is not None]
    found = platforms[platform].models if platform in platforms else None
    if found is None:
        said = f"no YANG is known for {platform!r}, expected one of {listed(known)}"
        hint = nearest(platform, known)
        raise CitynetError(f"{said}; {hint}" if hint else said)
    return found


def _read(files: tuple[Path, ...]) -> dict[str, bytes]:
    try:
        return {str(file): file.read_bytes() for file in files}
    except OSError as error:
        raise CitynetError(f"cannot read {error.filename}: {error.strerror}") from error


@yang.command(epilog="Example:  citynet yang check huawei_vrp my-change.xml --yang ../shared/yang")
@click.argument("platform")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
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
    found = validate_all(_models(platform), _read(files), root)
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
