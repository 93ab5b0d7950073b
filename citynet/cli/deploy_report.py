"""What a deployment came to, for people."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.text import Text

from citynet.deploy import report
from citynet.deploy.report import DeviceResult, Report, State
from citynet.transaction.words import Outcome, Runs

STYLES = {"+": "green", "-": "red", "@": "cyan"}


def _show_diffs(console: Console, results: Iterable[DeviceResult]) -> None:
    for each in results:
        if each.change:
            counted = f"+{each.change.added} -{each.change.removed}"
            console.print(Text(f"{each.device} ({counted})", style="bold"))
            for line in each.change.diff.splitlines():
                console.print(
                    Text(f"  {line.expandtabs(2)}", style=STYLES.get(line[:1], "")), soft_wrap=True
                )


def _show_notes(console: Console, results: Iterable[DeviceResult]) -> None:
    """What the change does that its difference does not show."""
    for each in results:
        for note in each.change.notes if each.change else ():
            console.print(Text(f"{each.device}: {note}", "yellow"), soft_wrap=True)


def _show_beside(console: Console, results: Iterable[DeviceResult], *, diff: bool) -> None:
    """What is on the devices and no part of the change: by device, by whose it is."""
    for each in results:
        if each.change is None or not each.change.beside:
            continue
        if not diff:
            counts = ", ".join(f"{len(of)} {whose}" for whose, of in each.change.beside.items())
            line = f"{each.device}, no part of the change: {counts}; --diff lists them"
            console.print(Text(line), soft_wrap=True)
            continue
        console.print(Text(f"{each.device}, no part of the change", style="bold"))
        for whose, lines in each.change.beside.items():
            console.print(Text(f"  {whose}: {len(lines)}", style="cyan"))
            for line in lines:
                console.print(Text(f"    {line.expandtabs(2)}"), soft_wrap=True)


def show(found: Report, *, diff: bool) -> None:
    """Print a report, with what differs on each device where `diff` asks for it."""
    console = Console(highlight=False)
    if diff:
        _show_diffs(console, found.results)
    _show_notes(console, found.results)
    if found.check:
        _show_beside(console, found.results, diff=diff)
    wrong = report.failures(found.results)
    if wrong:
        console.print(Text(wrong, style="red"), soft_wrap=True)
    console.print(Text(report.recap(found)), soft_wrap=True)
    if found.outcome not in report.FINE:
        why = f": {found.reason}" if found.reason else ""
        console.print(Text(f"run {found.run}: {found.outcome}{why}", "red"), soft_wrap=True)
    for line in _advice(found):
        console.print(Text(line, "red"), soft_wrap=True)
    if down := report.still_down(found):
        console.print(Text(down, "yellow"), soft_wrap=True)
    what = "would change" if found.check else "changed"
    changed = sum(each.state is State.CHANGED for each in found.results)
    said = f"{changed} of {len(found.results)} {what}{_unknown(found)}, in {found.seconds:.1f} s"
    console.print(Text(said))


def _unknown(found: Report) -> str:
    """Of how many devices a check cannot say whether they would change."""
    known = (State.OK, State.CHANGED)
    lost = sum(each.state not in known for each in found.results) if found.check else 0
    return f", {lost} not known" if lost else ""


def _advice(found: Report) -> Iterator[str]:
    """What a person can do about a run that did not end well."""
    if found.again:
        yield f"finish it when they answer again: {found.again}"
        doubt = ",".join(each.device for each in found.results if each.runs is Runs.UNKNOWN)
        if doubt:
            yield f"where they never will (dead, taken away): {found.again} --without {doubt}"
    away = [each.device for each in found.results if each.state is State.UNREACHABLE]
    if found.outcome is Outcome.BACK and away and len(away) < len(found.results):
        without = ",".join(f"!{name}" for name in away)
        yield f"{', '.join(away)} did not answer: '{without}' in --limit leaves out what is dead"
    if found.outcome is Outcome.SPLIT:
        yield "it is over, and what is left is for another deployment"
