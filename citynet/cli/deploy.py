"""`citynet deploy`."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import click
from nornir.core import Nornir
from rich.console import Console

from citynet.cli import complete, leftover, runs
from citynet.cli.deploy_report import show
from citynet.cli.missing import running_lab
from citynet.cli.options import inventory_option, json_option, names_option, seconds_option
from citynet.cli.stopping import asked_to_stop
from citynet.cli.words import PathName, Pattern, Setting, Word
from citynet.deploy import engine, playbook, report
from citynet.deploy.report import Report
from citynet.deploy.work import Chosen, Plan, cleared, plan, plan_again
from citynet.errors import CitynetError
from citynet.fleet import access
from citynet.fleet.processors import Live, Steps
from citynet.fleet.runner import FORKS, FORKS_APART, fleet, forks_of_lab
from citynet.lab import api as labs
from citynet.pipeline import Prepared, prepare
from citynet.transaction.ending import Terms
from citynet.transaction.fleet import Health, Reached
from citynet.transaction.settle import History

EPILOG = """\b
Examples:
  citynet deploy -i inventory/demo --check --diff
  citynet deploy -i inventory/demo
  citynet deploy -i inventory/demo --limit 'role_core,gov-gw1,!x-core2'
  citynet deploy -i inventory/demo --tags underlay,srv6
  citynet deploy -i inventory/wuhan --access access.yaml
  citynet deploy -i inventory/demo --clear gov-acc3
  citynet deploy -i inventory/demo --resume 20261121T020304Z-1f2e

\b
All devices are one transaction: each commits with a timer of its own, every one must be
reachable and the city no less healthy than before, and only then all are told to keep it.
Otherwise every device goes back, by itself if it must. A run that was killed is finished by
--resume, or taken back by --abort; docs/transaction.md says more.

\b
Without --access the devices are those of the city's lab. The file says how real ones are
reached: hosts, users, files of keys, where passwords are, and the devices' pinned host keys.

\b
--health compares sessions (IS-IS, BFD, BGP) before and after, in a lab and on real devices:
those of FRR routers. Devices that cannot be read are named; strict is refused where none can.

\b
Patterns name devices and groups (`citynet inventory --graph` shows them), with * and ?; `!`
takes away, `&` keeps only what is also in it. With --tags only the lines of those roles are
compared and given; they replace values that they set and remove nothing else. A run without
--tags removes what is no longer wanted.
"""

WITHIN = 600.0
PACE = 10.0
"""The devices' timers, unless given: so many seconds, or so many times what staging takes."""
LAST = 60.0
"""Seconds that the devices' timers have left when all are told to confirm, and one a device."""
STRICT, OFF = "strict", "off"
RUN = Word("a run, as `citynet deploy` names it when one is left")
DEMANDS = ("no-worse", STRICT, OFF)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says of how to go about it."""

    access: Path | None
    forks: int | None
    within: float | None
    health: str
    wait: float
    hold: float
    patience: float


def _book(prepared: Prepared, file: Path | None) -> playbook.Playbook:
    roles = frozenset(role.name for role in prepared.house.roles)
    return playbook.load(file or prepared.house.root / "playbooks" / "site.yaml", roles)


GOES_BACK = "stopping: every device goes back, unless the change was decided by now"
GOES_ON = "the run is being finished, which is the shortest way out"


def _processor() -> Live | Steps:
    if sys.stderr.isatty():
        return Live(Console(stderr=True))
    return Steps(lambda line: click.echo(line, err=True))


def _reach(prepared: Prepared, file: Path | None, folder: Path) -> access.Access | labs.Lab:
    """What the access file says, or the city's lab. Raises `CitynetError` where neither is."""
    if file is None:
        return running_lab(prepared.name, folder, "or --access says how real devices are reached")
    platforms = prepared.house.platforms
    ports = {name: platforms[each.platform].port for name, each in prepared.facts.items()}
    return access.load(file, ports)


def _fleet(prepared: Prepared, reach: access.Access | labs.Lab, asked: Asked) -> Nornir:
    forks = FORKS_APART if isinstance(reach, access.Access) else forks_of_lab(os.cpu_count() or 1)
    return fleet(prepared, reach, asked.forks or forks)


def _health(
    prepared: Prepared, todo: Plan, reach: access.Access | labs.Lab, asked: Asked
) -> Health:
    if asked.health == OFF:
        return Reached()
    from citynet.cli import health  # noqa: PLC0415 - only for runs that change something

    wanted = health.Asked(asked.health, asked.wait, asked.hold)
    return health.of(prepared, todo, reach, wanted, _say)


def _say(line: str) -> None:
    click.echo(f"... {line}", err=True)


def _way(
    runs: Path,
    devices: int,
    asked: Asked,
    written: Mapping[str, str],
) -> engine.Way:
    within = asked.within or max(WITHIN, 2 * (asked.wait + asked.hold))
    doubt = min(LAST + devices, within)
    processor = _processor()
    return engine.Way(
        folder=runs,
        terms=Terms(within, 0.0 if asked.within else PACE, doubt, asked.patience),
        processors=(processor,),
        options=written,
        inventory=written.get("inventory", ""),
        say=processor.say,
    )


def _written(folder: Path, file: Path | None, chosen: Chosen, reach: Path | None) -> dict[str, str]:
    """What of the command line a later `--resume` needs."""
    made = {"inventory": str(folder.resolve()), "tags": ",".join(sorted(chosen.tags))}
    made |= {"limit": chosen.limit} if chosen.limit else {}
    made |= {"clear": ",".join(sorted(chosen.clear))} if chosen.clear else {}
    made |= {"access": str(reach.resolve())} if reach else {}
    return made | ({"playbook": str(file.resolve())} if file else {})


def _todo_again(prepared: Prepared, past: History) -> Plan:
    """What the devices of a run would be given now; without its playbook, nothing."""
    said = past.begun.options
    tags = frozenset(each for each in said.get("tags", "").split(",") if each)
    devices = (name for wave in past.begun.waves for name in wave)
    try:
        if "clear" in said:
            return cleared(prepared, devices)
        book = _book(prepared, Path(said["playbook"]) if "playbook" in said else None)
    except CitynetError as error:
        click.echo(f"{error}\nno device can be given its change once more", err=True)
        return Plan((), {})
    return plan_again(prepared, book, devices, tags)


def _finish(
    folder: Path, run: str, asked: Asked, *, abort: bool, without: frozenset[str]
) -> Report:
    prepared = prepare(folder)
    left = runs.find(prepared.name, run, asked.access)
    todo = _todo_again(prepared, left.past)
    nornir = _fleet(prepared, _reach(prepared, left.access, folder), asked)
    way = _way(left.folder, len(todo.work), asked, left.past.begun.options)
    with asked_to_stop(GOES_ON, lambda: engine.unfinished(left.folder, prepared.name)):
        return engine.finish(prepared, nornir, todo, left.past, way, abort=abort, without=without)


def _begin(folder: Path, file: Path | None, chosen: Chosen, asked: Asked, *, check: bool) -> Report:
    prepared = prepare(folder)
    todo = plan(prepared, _book(prepared, file), chosen)
    reach = _reach(prepared, asked.access, folder)
    if isinstance(reach, labs.Lab):
        leftover.check_lab(prepared, reach, todo.work.keys())
    nornir = _fleet(prepared, reach, asked)
    written = _written(folder, file, chosen, asked.access)
    way = _way(runs.folder_of(prepared.name, reach), len(todo.work), asked, written)
    for line in leftover.kept_by(prepared, reach, way.folder):
        click.echo(line, err=True)
    if not check or asked.health == STRICT:  # which is refused where it would mean nothing
        way = replace(way, health=_health(prepared, todo, reach, asked))
    with asked_to_stop(GOES_BACK, lambda: engine.unfinished(way.folder, prepared.name)) as asked_to:
        act = engine.check if check else engine.deploy
        return act(prepared, nornir, todo, replace(way, interrupted=asked_to))


@click.command(epilog=EPILOG)
@inventory_option
@click.option(
    "--playbook",
    "file",
    type=PathName(path_type=Path),
    help="The plays to run; playbooks/site.yaml unless given.",
)
@click.option("--check", is_flag=True, help="Compare only; change nothing.")
@click.option("--diff", is_flag=True, help="Show what differs on each device.")
@click.option(
    "--limit",
    metavar="PATTERN",
    type=Pattern("devices and groups with commas between, such as 'role_core,!x-core2'"),
    shell_complete=complete.devices,
    help="Only these devices and groups.",
)
@names_option(
    "--clear",
    "DEVICES",
    "devices",
    complete.devices,
    "Take their configuration from these, before they leave the inventory. FRR only.",
)
@names_option("--tags", "ROLES", "roles", complete.roles, "Only the lines of these roles.")
@click.option(
    "--resume",
    metavar="RUN",
    type=RUN,
    shell_complete=complete.runs,
    help="Finish a run that was left, as it was decided.",
)
@click.option(
    "--abort",
    metavar="RUN",
    type=RUN,
    shell_complete=complete.runs,
    help="Take a run back that was left undecided.",
)
@names_option(
    "--without",
    "DEVICES",
    "devices",
    complete.devices,
    "With --resume or --abort: do not wait for these, which will never answer again.",
)
@seconds_option(
    "--confirm-within",
    None,
    "After this time a device that hears no more goes back by itself; it is renewed while others "
    f"commit. Unless given {WITHIN:.0f}, or more where the devices are slow.",
    least=5,
    most=86400,
)
@click.option(
    "--health",
    type=click.Choice(DEMANDS),
    default=DEMANDS[0],
    show_default=True,
    help="Which sessions must be up before the change is kept.",
)
@seconds_option("--health-wait", 120.0, "How long they may take.")
@seconds_option(
    "--health-hold",
    5.0,
    "How long a session has to hold: until BFD has missed whom it no longer hears; "
    "30 where IS-IS or BGP alone would.",
)
@seconds_option(
    "--patience",
    Terms().patience,
    "How long a device that went silent is asked again, when all go back.",
)
@click.option(
    "--access",
    "reach",
    cls=Setting,
    expected="the file that says how devices are reached",
    type=PathName(path_type=Path),
    envvar=access.VARIABLE,
    metavar="FILE",
    help=f"How real devices are reached; {access.VARIABLE} names it too.",
)
@click.option(
    "--forks",
    type=click.IntRange(1, 512),
    help=f"Devices at once; {FORKS_APART}, or at most {FORKS} in a lab: two for each processor.",
)
@json_option
def deploy(
    folder: Path,
    file: Path | None,
    *,
    check: bool,
    diff: bool,
    limit: str | None,
    clear: frozenset[str],
    tags: frozenset[str],
    resume: str | None,
    abort: str | None,
    without: frozenset[str],
    confirm_within: float | None,
    health: str,
    health_wait: float,
    health_hold: float,
    patience: float,
    reach: Path | None,
    forks: int | None,
    as_json: bool,
) -> int:
    """Bring devices to what the inventory says: all of them, or none.

    Exits 0 if every device is as wanted, 1 otherwise; only what differs is changed.
    """
    if clear:
        health = OFF  # their neighbours lose sessions, as they must
    asked = Asked(reach, forks, confirm_within, health, health_wait, health_hold, patience)
    run = abort if resume is None else resume
    if run is not None:
        if check or limit or tags or clear or file or None not in {resume, abort}:
            raise CitynetError("--resume and --abort finish a run as it was begun: give one alone")
        if health == STRICT:
            raise CitynetError("--health strict: nothing is measured when a run is finished")
        found = _finish(folder, run, asked, abort=abort is not None, without=without)
    else:
        if without:
            raise CitynetError(
                "--without leaves devices out of a run that is finished: give "
                "--resume or --abort with it; --limit '!DEVICE' leaves one out of a new run"
            )
        if confirm_within and health != OFF and health_hold + health_wait >= confirm_within:
            raise CitynetError(
                "--health-wait and --health-hold together must be shorter than --confirm-within"
            )
        if clear and (limit or tags or file):
            raise CitynetError("--clear names its devices: give no --limit, --tags or --playbook")
        found = _begin(folder, file, Chosen(limit, tags, clear), asked, check=check)
    if as_json:
        click.echo(json.dumps(report.as_json(found), ensure_ascii=False, indent=2))
    else:
        show(found, diff=diff)
    return 0 if found.ok else 1
