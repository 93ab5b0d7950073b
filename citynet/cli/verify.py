"""`citynet verify`."""

from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from citynet.cli import complete
from citynet.cli.missing import running_lab
from citynet.cli.options import inventory_option, json_option, names_option, seconds_option
from citynet.cli.progress import printed
from citynet.cli.words import PathName
from citynet.errors import CitynetError
from citynet.pipeline import prepare
from citynet.verify.check import Result, Status
from citynet.verify.gather import Gatherer
from citynet.verify.lab import network_of, told_of
from citynet.verify.network import Sessions
from citynet.verify.planes import unmeasured
from citynet.verify.report import Report, as_junit
from citynet.verify.report import as_json as to_json
from citynet.verify.run import Selection, all_checks, select
from citynet.verify.run import verify as run

EPILOG = """\b
Examples:
  citynet verify -i inventory/demo
  citynet verify -i inventory/demo --tags isolation,policy
  citynet verify -i inventory/demo --limit health,gov-gw1 --wait 0
  citynet verify -i inventory/demo --json --junit report.xml

\b
Tags are roles (underlay, srv6, vpn, gateway), names of checks (reachability, bfd-sessions) and
sessions, isis, bfd, bgp, reachability, isolation, policy, mtu, capture. Limits are names of
nodes, VPNs, gateways and links.
"""

SIGNS = {
    Status.OK: ("ok", "green"),
    Status.FAILED: ("FAILED", "red"),
    Status.ERROR: ("ERROR", "red"),
}


def _groups(results: tuple[Result, ...]) -> dict[tuple[str, str], list[Result]]:
    groups: dict[tuple[str, str], list[Result]] = {}
    for each in results:
        groups.setdefault((each.role, each.name), []).append(each)
    return groups


def _table(report: Report) -> Table:
    """A line for each kind of check: what must be true, and for how many subjects it is."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("", "check", "passed", "what holds"):
        table.add_column(name, justify="right" if name == "passed" else "left")
    for (role, name), results in sorted(_groups(report.results).items()):
        good = sum(each.passed for each in results)
        sign, style = SIGNS[Status.OK if good == len(results) else Status.FAILED]
        count = f"{good}/{len(results)}"
        table.add_row(Text(sign, style), f"{role}/{name}", count, results[0].summary)
    return table


def _by_reason(report: Report) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for check, reason in sorted(report.unmeasured.items()):
        found.setdefault(reason, []).append(check)
    return found


def _print(report: Report, *, verbose: bool) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=200, no_color=True)
    console.print(_table(report))
    for each in report.results if verbose else report.failed:
        sign, style = SIGNS[each.verdict.status]
        line = Text.assemble((sign, style), f" {each.id}: {each.verdict.message}")
        console.print(line, soft_wrap=True)
        for finding in each.verdict.detail if verbose else ():
            console.print(Text(f"    {finding}"), soft_wrap=True)
    for reason, ids in _by_reason(report).items():
        console.print(Text(f"not measured: {len(ids)} checks ({reason})", "yellow"))
        for check in ids if verbose else ():
            console.print(Text(f"    {check}"), soft_wrap=True)
    if not report.settled:
        waited = f"after {report.waited:.0f} s " if report.waited else ""
        console.print(Text(f"{waited}sessions or routes were still missing", "red"))
    console.print(Text(report.summary, "green" if report.ok else "red"), soft_wrap=True)


def _report(folder: Path, chosen: Selection, wait: float) -> Report:
    prepared = prepare(folder)
    checks = select(all_checks(prepared.context, prepared.house.roles), chosen)
    lab = running_lab(prepared.name, folder)
    network = network_of(prepared, lab)
    told = told_of(prepared, lab)
    skipped = unmeasured(checks, prepared.context, lab.twins, lab.closed, told)
    measured = [check for check in checks if check.id not in skipped]
    progress = printed()
    with Sessions(network.open_shell, network.open_models) as sessions:
        gatherer = Gatherer(network, sessions, prepared.plan, progress.step)
        try:
            report = run(prepared.name, gatherer, measured, wait)
        finally:
            progress.end()
    return replace(report, unmeasured=skipped)


@click.command(epilog=EPILOG)
@inventory_option
@names_option("--tags", "TAGS", "tags", complete.roles, "Only checks with one of these.")
@names_option(
    "--limit",
    "NAMES",
    "names of nodes, VPNs, gateways or links",
    complete.subjects,
    "Only checks about these.",
)
@seconds_option("--wait", 60.0, "How long sessions and routes may take to come up.")
@click.option(
    "--junit",
    type=PathName(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write JUnit XML.",
)
@click.option("-v", "--verbose", is_flag=True, help="Every check, with all its findings.")
@json_option
def verify(
    folder: Path,
    *,
    tags: frozenset[str],
    limit: frozenset[str],
    wait: float,
    junit: Path | None,
    verbose: bool,
    as_json: bool,
) -> int:
    """Prove with measurements that the network does what the inventory says.

    Sessions, packets of every pair that must talk and that must not, captures and counters;
    no configuration is read back. Exits 0 if all holds, 1 otherwise; a check that could not
    run is a failure. No packet is sent in a domain with twins: what needs one is counted and named,
    neither passed nor failed. Where that is everything, nothing is proved, and it exits 1. What
    twins tell of sessions is made up, and marked (twin).
    """
    report = _report(folder, Selection(tags, limit), wait)
    if junit is not None:
        try:
            junit.write_text(as_junit(report), encoding="utf-8")
        except OSError as error:
            raise CitynetError(f"{junit} cannot be written: {error.strerror}") from error
    if as_json:
        click.echo(to_json(report))
    else:
        _print(report, verbose=verbose)
    return 0 if report.ok else 1
