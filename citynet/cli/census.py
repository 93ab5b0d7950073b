"""`citynet lab list`: every lab of this user, and what was left running without one."""

import json
import os
from dataclasses import asdict

import click

from citynet.cli.options import json_option
from citynet.lab import census
from citynet.lab.paths import paths

EPILOG = """\b
Examples:
  citynet lab list
  citynet lab list --json
  citynet lab list --end-strays
"""


@click.command("list", epilog=EPILOG)
@click.option("--end-strays", is_flag=True, help="End the VMs that no lab remembers.")
@json_option
def list_labs(*, end_strays: bool, as_json: bool) -> None:
    """All labs of this user: host, state, and VMs that nothing remembers (strays).

    No host is asked what runs on it: `citynet lab status` does that for one lab.
    """
    found, strays = census.labs(paths(os.environ)), census.strays()
    if end_strays:
        for each in strays:
            census.end(each)
    if as_json:
        rows = [asdict(each) | {"ended": end_strays} for each in strays]
        document = {"labs": [asdict(each) for each in found], "strays": rows}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for lab in found:
        click.echo(_line(lab))
    for stray in strays:
        done = "ended" if end_strays else "`citynet lab list --end-strays` ends it"
        click.echo(f"stray: process {stray.pid}, a VM of {stray.folder}, which is gone: {done}")
    if not found and not strays:
        click.echo("there is no lab: `citynet lab up -i inventory/demo` brings one up")


def _line(lab: census.Listed) -> str:
    more = [f"VM {lab.vm}"] if lab.vm else []
    more += [f"by process {lab.working}"] if lab.working else []
    cells = f"{lab.name:<20} {lab.host or '-':<8} {lab.state:<13} {lab.nodes:>4} nodes"
    return "  ".join([cells, *more])
