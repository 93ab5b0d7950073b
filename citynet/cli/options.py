"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import yaml
from click.shell_completion import CompletionItem

from citynet.cli import complete
from citynet.cli.output import JSON
from citynet.cli.words import Names, Number, PathName, Setting, Word
from citynet.yang.models import NAMED, VARIABLE

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class InventoryFolder(PathName):
    """The folder of a city; the shell completes those that hold one."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Folders with YAML files in them."""
        return complete.inventories(incomplete)


inventory_option = click.option(
    "-i",
    "--inventory",
    "folder",
    type=InventoryFolder(path_type=Path),
    required=True,
    help="The city's folder, inventory/demo.",
)


def _json(context: click.Context, parameter: click.Parameter, asked: bool) -> bool:  # noqa: FBT001
    context.meta[JSON] = asked
    return asked


json_option = click.option(
    "--json", "as_json", is_flag=True, callback=_json, help="Print JSON to stdout."
)

yang_option = click.option(
    "--yang",
    "root",
    cls=Setting,
    expected=NAMED,
    type=PathName(path_type=Path, exists=True, file_okay=False),
    envvar=VARIABLE,
    show_envvar=True,
    help="Folder of the vendors' YANG models, instead of what `citynet yang models` has fetched.",
)


def names_option(
    name: str,
    metavar: str,
    expected: str,
    completer: Callable[..., list[CompletionItem]],
    what: str,
) -> Callable[[Decorated], Decorated]:
    """Names with commas between, as a set; it is empty only where the option is not given."""
    return click.option(
        name,
        metavar=metavar,
        type=Names(f"{expected}, with commas between"),
        default=frozenset(),
        shell_complete=completer,
        help=what,
    )


def seconds_option(
    name: str, default: float | None, what: str, *, least: float = 0, most: float | None = None
) -> Callable[[Decorated], Decorated]:
    """A length of time, shown with its default if it has a fixed one."""
    return click.option(
        name,
        type=Number(min=least, max=most),
        default=default,
        show_default=default is not None,
        metavar="SECONDS",
        help=what,
    )


SETTING = "KEY=VALUE, such as platform=huawei_vrp"


def _settings(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, object]:
    found: dict[str, object] = {}
    for each in values:
        key, equals, value = each.partition("=")
        if not (equals and key.strip() and value.strip()):
            raise click.BadParameter(f"{each!r} lacks a key or a value, expected {SETTING}")
        try:
            found[key] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise click.BadParameter(f"{each!r}: the value is not YAML") from error
    return found


set_option = click.option(
    "--set",
    "settings",
    type=Word(SETTING),
    multiple=True,
    metavar="KEY=VALUE",
    callback=_settings,
    help="Over the inventory, for this run: platform=huawei_vrp, options.underlay.mtu=2000, "
    "nodes.role_aggregation.platform=nokia_srlinux, 'domains.*.transport=evpn-vxlan'.",
)
