"""`citynet deploy`."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import click
from nornir.core.processor import Processor
from rich.console import Console
from rich.text import Text

from citynet.cli.options import inventory_option, json_option
from citynet.deploy import engine, playbook, report
from citynet.deploy.report import DeviceResult, Report
from citynet.fleet.processors import Lines, Live
from citynet.fleet.runner import FORKS, fleet
from citynet.pipeline import Prepared, prepare

EPILOG = """\b
Examples:
  citynet deploy -i inventory/demo --check --diff
  citynet deploy -i inventory/demo
  citynet deploy -i inventory/demo --limit 'role_core,gov-gw1,!x-core2'
  citynet deploy -i inventory/demo --tags underlay,srv6

\b
Patterns name devices and groups (`citynet inventory --graph` shows them), with * and ?; `!`
takes away, `&` keeps only what is also in it. With --tags only the lines of those roles are
compared and given; they replace values that they set and remove nothing else. A run without
--tags removes what is no longer wanted.
"""

STYLES = {"+": "green", "-": "red", "@": "cyan"}


def _tags(context: click.Context, parameter: click.Parameter, text: str | None) -> frozenset[str]:
    if text is None:
        return frozenset()
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise click.BadParameter("name at least one role")
    return names


def _book(prepared: Prepared, file: Path | None) -> playbook.Playbook:
    roles = frozenset(role.name for role in prepared.house.roles)
    return playbook.load(file or prepared.house.root / "playbooks" / "site.yaml", roles)


def _show_diffs(console: Console, results: Iterable[DeviceResult]) -> None:
    for each in results:
        if each.change:
            counted = f"+{each.change.added} -{each.change.removed}"
            console.print(Text(f"{each.device} ({counted})", style="bold"))
            for line in each.change.diff.splitlines():
                console.print(
                    Text(f"  {line.expandtabs(2)}", style=STYLES.get(line[:1], "")), soft_wrap=True
                )


def _print(found: Report, *, diff: bool) -> None:
    console = Console(highlight=False)
    if diff:
        _show_diffs(console, found.results)
    wrong = report.failures(found.results)
    if wrong:
        console.print(Text(wrong, style="red"), soft_wrap=True)
    console.print(Text(report.recap(found)), soft_wrap=True)
    what = "would change" if found.check else "changed"
    changed = len({each.device for each in found.results if each.state == "changed"})
    console.print(Text(f"{changed} of {len(found.counts())} {what}, in {found.seconds:.1f} s"))


@click.command(epilog=EPILOG)
@inventory_option
@click.option(
    "--playbook",
    "file",
    type=click.Path(path_type=Path),
    help="The plays to run; playbooks/site.yaml unless given.",
)
@click.option("--check", is_flag=True, help="Compare only; change nothing.")
@click.option("--diff", is_flag=True, help="Show what differs on each device.")
@click.option("--limit", metavar="PATTERN", help="Only these devices and groups.")
@click.option("--tags", metavar="ROLES", callback=_tags, help="Only the lines of these roles.")
@click.option(
    "--forks",
    type=click.IntRange(1, 512),
    default=FORKS,
    show_default=True,
    help="Devices at once.",
)
@json_option
def deploy(
    folder: Path,
    file: Path | None,
    *,
    check: bool,
    diff: bool,
    limit: str | None,
    tags: frozenset[str],
    forks: int,
    as_json: bool,
) -> int:
    """Bring devices to what the inventory says, over SSH; only what differs is changed.

    Exits 0 if every device is as wanted, 1 if any failed or could not be reached.
    """
    prepared = prepare(folder)
    options = engine.Options(check=check, limit=limit, tags=tags)
    stages = engine.plan(prepared, _book(prepared, file), options)
    live = sys.stderr.isatty()
    watch: Processor = (
        Live(Console(stderr=True)) if live else Lines(lambda line: click.echo(line, err=True))
    )
    found = engine.deploy(prepared, fleet(prepared, forks=forks), stages, options, [watch])
    if as_json:
        click.echo(json.dumps(report.as_json(found), ensure_ascii=False, indent=2))
    else:
        _print(found, diff=diff)
    return 0 if found.ok else 1
