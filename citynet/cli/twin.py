"""`citynet twin`: a stand-in for a vendor's device, management plane only."""

import os
import subprocess
import tempfile
from pathlib import Path

import click

from citynet.cli import complete
from citynet.cli.modelled import models_of
from citynet.cli.options import yang_option
from citynet.cli.progress import printed
from citynet.cli.words import PathName, Word
from citynet.errors import CitynetError
from citynet.house import open_house
from citynet.lab.build import Builder
from citynet.lab.paths import paths
from citynet.twin.actor import actor_file
from citynet.twin.run import ADDRESS, Options, command, prepare
from citynet.yang.models import MISSING, ModelSet, configured

Existing = PathName(path_type=Path, exists=True, dir_okay=False)


@click.group(epilog="Example:  citynet twin run huawei_vrp --port 8300 --yang ../shared/yang")
def twin() -> None:
    """A stand-in for a vendor's device: its NETCONF and its YANG, and no packets."""


@twin.command(epilog="Example:  citynet twin run huawei_vrp --port 8300 --yang ../shared/yang")
@click.argument(
    "platform", type=Word("a platform, such as huawei_vrp"), shell_complete=complete.platforms
)
@click.option("--port", type=click.IntRange(1, 65535), required=True, help="On 127.0.0.1.")
@click.option(
    "--state",
    "folder",
    type=PathName(path_type=Path, file_okay=False),
    help="Its keys and what it keeps; a folder that is removed at the end where none is named.",
)
@click.option(
    "--user",
    type=Word("a user's name"),
    default="root",
    show_default=True,
    help="Who may log in.",
)
@click.option("--authorized-keys", type=Existing, help="Keys that open it, instead of its own.")
@click.option("--password-file", type=Existing, help="A password that opens it as well.")
@click.option("--links", type=Existing, help="The links that it has to other twins (docs/twin.md).")
@yang_option
def run(  # noqa: PLR0917 - click passes options by name
    platform: str,
    port: int,
    folder: Path | None,
    user: str,
    authorized_keys: Path | None,
    password_file: Path | None,
    links: Path | None,
    root: Path | None,
) -> int:
    """Run a twin of PLATFORM on loopback until it is interrupted."""
    models = models_of(platform, "there is no twin of")
    root = root or configured()
    if root is None:
        raise CitynetError(MISSING)
    acting = actor_file(open_house().platforms[platform])
    options = Options(port, user, authorized_keys, password_file, acting, links)
    builder = Builder(paths(os.environ), printed())
    if folder is not None:
        return _run(builder, models, root, folder.resolve(), options)
    with tempfile.TemporaryDirectory(prefix="twin-") as made:
        return _run(builder, models, root, Path(made), options)


def _run(builder: Builder, models: ModelSet, root: Path, folder: Path, options: Options) -> int:
    files = prepare(folder, options)
    argv = command(builder, models, root, files, options)
    click.echo(f"twin of {models.release}: management plane only, no packets")
    if options.authorized_keys is None:
        click.echo(f"  key          {files.key}")
    click.echo(f"  known_hosts  {files.known_hosts}")
    login = f"{options.user}@{ADDRESS}"
    click.echo(f"  ssh -p {options.port} -i {files.key} {login} -s netconf")
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            return process.wait()
