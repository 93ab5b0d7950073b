"""`citynet completion`."""

import os
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from citynet.errors import CitynetError

VARIABLE = "_CITYNET_COMPLETE"
HOW = {
    "bash": """\
# For this shell:   eval "$(citynet completion bash)"
# For every shell:  echo 'eval "$(citynet completion bash)"' >> ~/.bashrc
""",
    "zsh": """\
# For this shell:   eval "$(citynet completion zsh)"
# For every shell, after compinit:  echo 'eval "$(citynet completion zsh)"' >> ~/.zshrc
""",
    "fish": """\
# For this shell:   citynet completion fish | source
# For every shell:  citynet completion fish > ~/.config/fish/completions/citynet.fish
""",
}


@click.command(
    epilog="""\b
Examples:
  eval "$(citynet completion bash)"
  citynet completion fish > ~/.config/fish/completions/citynet.fish
"""
)
@click.argument("shell", required=False, type=click.Choice(sorted(HOW)))
@click.pass_context
def completion(context: click.Context, shell: str | None) -> None:
    """Print the script that lets a shell complete commands and names; it says how to install it.

    Without SHELL it is for the one that you use. Nodes, links, groups, tags and runs are those of
    the inventory that -i names.
    """
    name = shell or Path(os.environ.get("SHELL", "")).name
    if name not in HOW:
        raise CitynetError(f"name the shell: {', '.join(sorted(HOW))}")
    made = get_completion_class(name)
    if made is None:
        raise CitynetError(f"click has no completion for {name}")
    script = made(context.find_root().command, {}, "citynet", VARIABLE)
    click.echo(HOW[name] + script.source_template % script.source_vars())
