"""`citynet render`."""

import json
from pathlib import Path

import click

from citynet.cli import complete
from citynet.cli.options import inventory_option, json_option, set_option, yang_option
from citynet.cli.warn import warn
from citynet.cli.words import PathName, Word
from citynet.errors import CitynetError
from citynet.pipeline import Prepared, prepare
from citynet.pipeline import render as render_all
from citynet.render import Artifact
from citynet.render.write import write
from citynet.text import listed, with_nearest
from citynet.yang.models import MISSING, configured, folder_of


def _selected(artifacts: dict[str, Artifact], device: str | None) -> dict[str, Artifact]:
    if device is None:
        return artifacts
    if device not in artifacts:
        raise CitynetError(with_nearest(f"no device is called {device!r}", device, artifacts))
    return {device: artifacts[device]}


def _validate(prepared: Prepared, artifacts: dict[str, Artifact], root: Path) -> None:
    from citynet.yang.rendered import check_artifacts  # noqa: PLC0415 - only with models

    if count := check_artifacts(prepared, artifacts, root):
        click.echo(f"{count} documents valid by the vendors' YANG", err=True)


def _modelled(
    prepared: Prepared, artifacts: dict[str, Artifact], root: Path | None = None
) -> set[str]:
    """The platforms with documents that have models, and have them in this folder."""
    platforms = prepared.house.platforms
    names = {each.platform for each in artifacts.values()}
    models = {name: found for name in names if (found := platforms[name].models) is not None}
    return {name for name, each in models.items() if root is None or folder_of(each, root)}


def _validate_some(prepared: Prepared, artifacts: dict[str, Artifact]) -> None:
    """Validate what there are models for; no folder of models is named."""
    root = configured()
    here = _modelled(prepared, artifacts, root) if root else set()
    if root and here:
        known = {name: each for name, each in artifacts.items() if each.platform in here}
        _validate(prepared, known, root)
    if rest := _modelled(prepared, artifacts) - here:
        said = f"{listed(sorted(rest))}: documents not validated; {MISSING}"
        click.echo(f"warning: {said}", err=True)


@click.command(
    epilog="Example:  citynet render -i inventory/demo -o out/  or  --device gov-gw1 to read one"
)
@inventory_option
@click.option("-o", "--output", type=PathName(path_type=Path), help="Folder to write to.")
@click.option(
    "--device",
    type=Word("a device's name"),
    shell_complete=complete.nodes,
    help="Only this device.",
)
@set_option
@yang_option
@json_option
def render(
    folder: Path,
    output: Path | None,
    device: str | None,
    settings: dict[str, object],
    root: Path | None,
    *,
    as_json: bool,
) -> None:
    """Render every device's files, to a folder or to the screen.

    Where the vendors' YANG models are known, every document is validated first.
    """
    prepared = prepare(folder, settings=settings)
    artifacts = _selected(render_all(prepared), device)
    warn(prepared.warnings())
    if root:
        _validate(prepared, artifacts, root)
    else:
        _validate_some(prepared, artifacts)
    if output:
        write(artifacts, output)
    if as_json:
        digests = {name: artifact.digest() for name, artifact in artifacts.items()}
        click.echo(json.dumps(digests, indent=2))
    elif output:
        count = sum(len(artifact.files) for artifact in artifacts.values())
        click.echo(f"{len(artifacts)} devices, {count} files in {output}")
    else:
        for name, artifact in artifacts.items():
            for file, text in artifact.files.items():
                click.echo(f"### {name}/{file}\n{text}")
