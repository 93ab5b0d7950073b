"""Warnings: on stderr, a few of them, and how many more there are."""

from collections.abc import Sequence

import click

from citynet.errors import Problem

MOST = 5


def warn(warnings: Sequence[Problem]) -> None:
    """Say what is no mistake and still wants a person's eye."""
    for each in warnings[:MOST]:
        click.echo(f"warning: {each}", err=True)
    if len(warnings) > MOST:
        click.echo(f"warning: and {len(warnings) - MOST} more of this kind", err=True)
