"""`citynet yang`."""

import json
import os
from dataclasses import asdict
from pathlib import Path

import click

from citynet.cli import complete
from citynet.cli.modelled import models_of
from citynet.cli.options import json_option, yang_option
from citynet.cli.progress import printed
from citynet.cli.words import PathName, Word
from citynet.errors import CitynetError
from citynet.house import open_house
from citynet.text import listed
from citynet.yang.fetch import fetch as fetch_one
from citynet.yang.models import (
    MISSING,
    ModelSet,
    YangError,
    cached,
    configured,
    files,
    folder_of,
)
from citynet.yang.validate import validate_all

PLATFORM = Word("a platform, such as huawei_vrp")


@click.group(
    epilog="""\b
Examples:
  citynet yang models --fetch
  citynet yang check huawei_vrp my-change.xml
"""
)
def yang() -> None:
    """Documents against the vendors' own YANG models, offline."""


def _read(files: tuple[Path, ...]) -> dict[str, bytes]:
    try:
        return {str(file): file.read_bytes() for file in files}
    except OSError as error:
        raise CitynetError(f"cannot read {error.filename}: {error.strerror}") from error


@yang.command(epilog="Example:  citynet yang check huawei_vrp my-change.xml --yang ~/yang")
@click.argument("platform", type=PLATFORM, shell_complete=complete.platforms)
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


def _lacks(models: ModelSet, root: Path) -> str | None:
    """Why a platform's models are not usable, None where they are."""
    try:
        files(models, root)
    except YangError as error:
        return str(error)
    return None


def _fetch(wanted: dict[str, ModelSet], root: Path) -> None:
    """Fetch what the cache lacks. A folder that is named is its owner's."""
    if root == cached(os.environ):
        for source in (each.source for each in wanted.values() if each.source):
            fetch_one(source, printed(), os.environ)
    elif lacking := [name for name, each in wanted.items() if _lacks(each, root)]:
        raise CitynetError(
            f"{root} has no models of {listed(lacking)}: put them there, or name no folder and "
            "they are fetched into the cache"
        )


def _listed(name: str, models: ModelSet, root: Path) -> str:
    if why := _lacks(models, root):
        return f"no  {name:<14} {why}"
    return f"ok  {name:<14} {models.release}: {folder_of(models, root)}"


def _as_json(wanted: dict[str, ModelSet], root: Path) -> str:
    found = {
        name: {
            "release": models.release,
            "folder": None if _lacks(models, root) else str(folder_of(models, root)),
            "repository": models.source.repository if models.source else None,
            "commit": models.source.commit if models.source else None,
        }
        for name, models in wanted.items()
    }
    return json.dumps({"folder": str(root), "platforms": found}, indent=2)


@yang.command(
    epilog="""\b
Examples:
  citynet yang models
  citynet yang models huawei_vrp --fetch
  export CITYNET_YANG=$(citynet yang models --path)
"""
)
@click.argument("platforms", nargs=-1, type=PLATFORM)
@click.option("--fetch", is_flag=True, help="Fetch from the vendors' repositories what is missing.")
@click.option(
    "--beside",
    type=PathName(path_type=Path, file_okay=False),
    help="A folder of models to take if it is there and CITYNET_YANG names none.",
)
@click.option("--path", "only_path", is_flag=True, help="Print the folder of models, no more.")
@json_option
def models(
    platforms: tuple[str, ...],
    beside: Path | None,
    *,
    fetch: bool,
    only_path: bool,
    as_json: bool,
) -> int:
    """Say where the models of PLATFORMS are, or of all; exit 1 if any is missing.

    They are in the folder that CITYNET_YANG names, or in the cache.
    """
    names = platforms or tuple(
        name for name, each in sorted(open_house().platforms.items()) if each.models
    )
    wanted = {name: models_of(name, "no YANG is known for") for name in names}
    root = configured(os.environ, beside) or cached(os.environ)
    if fetch:
        _fetch(wanted, root)
    lacking = [name for name, each in wanted.items() if _lacks(each, root)]
    if as_json:
        click.echo(_as_json(wanted, root))
    elif not only_path:
        click.echo("\n".join(_listed(name, each, root) for name, each in wanted.items()))
    elif not lacking:
        click.echo(root.resolve())
    if lacking and only_path:
        click.echo(MISSING, err=True)
    return 1 if lacking else 0
