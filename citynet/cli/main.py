"""The command line: `citynet COMMAND -i inventory/<city>`."""

import gc
import importlib
import sys
from collections.abc import Sequence
from typing import Any

import click

from citynet.cli.output import JSON, ReaderLeftError, as_problems, told
from citynet.errors import CitynetError, InventoryError
from citynet.storage import sentence

COMMANDS = {
    "init": ("citynet.cli.init", "Make a first small city, with comments."),
    "validate": ("citynet.cli.validate", "Check an inventory; every mistake at once."),
    "explain": ("citynet.cli.explain", "What a key, an option or an error's code means."),
    "inventory": ("citynet.cli.inventory", "The city as an Ansible-style inventory."),
    "schema": ("citynet.cli.schema", "The JSON Schema of inventory files, for editors."),
    "render": ("citynet.cli.render", "Write every device's files."),
    "yang": ("citynet.cli.yang", "Validate documents against the vendors' own YANG."),
    "lab": ("citynet.cli.lab", "Bring the city up as a lab, look into it, take it down."),
    "twin": ("citynet.cli.twin", "A stand-in for a vendor's device, management plane only."),
    "deploy": ("citynet.cli.deploy", "Bring devices to what the inventory says."),
    "verify": ("citynet.cli.verify", "Prove with measurements that the network does it."),
    "graph": ("citynet.cli.graph", "Draw the city."),
    "completion": ("citynet.cli.completion", "Let the shell complete names: bash, zsh, fish."),
}
"""Each command's module and what it is for. Modules are imported when their command is used."""

EPILOG = """\b
Examples:
  citynet validate -i inventory/demo
  citynet lab up -i inventory/demo
  citynet deploy -i inventory/demo --check --diff
  citynet verify -i inventory/demo
"""


class LazyGroup(click.Group):
    """Imports a command's module only when that command is used, so that `--help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which a person meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command called `cmd_name`, None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command = getattr(module, cmd_name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module.__name__}.{cmd_name} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their one-line summaries, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As ever; of a name that there is none of, the nearest ones are told."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(
                error.command_name, possibilities=COMMANDS, ctx=ctx
            ) from error

    def invoke(self, ctx: click.Context) -> Any:
        """As ever; what is wrong with an inventory is JSON where the command was asked for it."""
        try:
            return super().invoke(ctx)
        except InventoryError as error:
            if not ctx.meta.get(JSON):
                raise
            click.echo(as_problems(error))
            return 1


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="citynet")
def cli() -> None:
    """citynet: a whole city's network as code, from YAML to proved packets."""


SHOWN = 3
"""Codes of mistakes that are named at the end; the JSON has each one's."""

CLOSED = "standard output is closed: send it to a file, or to /dev/null"


def _explained(error: InventoryError) -> str:
    """How to hear more about these kinds of mistakes; empty where no code says which they are."""
    found = list(dict.fromkeys(each.code for each in error.problems if each.code))
    more = " ..." if len(found) > SHOWN else ""
    return f"more: citynet explain {' '.join(found[:SHOWN])}{more}" if found else ""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; what a user can put right is said in a sentence."""
    if sys.stdout is None:  # what is opened next would be written to in its place
        click.echo(CLOSED, err=True)
        return 1
    try:
        with told(sys.stdout):
            result = cli.main(args=arguments, prog_name="citynet", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ReaderLeftError:
        return 141
    except (CitynetError, OSError) as error:
        said = sentence(error) if isinstance(error, OSError) else str(error)
        if said is None:
            raise
        click.echo(said, err=True)
        if isinstance(error, InventoryError) and (hint := _explained(error)):
            click.echo(hint, err=True)
        return 1
    return result if isinstance(result, int) else 0


def main() -> None:
    """Entry point of the `citynet` script.

    What is imported lives as long as the process, and a city is built up and thrown away whole:
    the collector need not look at either again and again, nor once more at the end.
    """
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)
    code = run()
    gc.freeze()
    sys.exit(code)
