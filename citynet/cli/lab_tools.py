"""Tools for a running lab: packets, bad links, logs, files."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

import click

from citynet.cli import complete
from citynet.cli.missing import running_lab
from citynet.cli.options import inventory_option, json_option
from citynet.cli.words import Number, Word
from citynet.lab import api, capture, copy, impair, logs
from citynet.lab.api import Lab
from citynet.lab.errors import LabError
from citynet.lab.from_city import topology

VIEWERS = (("wireshark", ["-k", "-i", "-"]), ("tcpdump", ["-n", "-l", "-r", "-"]))
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")

NODE = Word("a node's name")
LINK = Word("a link's name, as `citynet lab status --json` has them")
SIDE = Word("a file or a folder, or NODE:PATH")
END = Word("a node's name at an end of the link")

CAPTURE_EPILOG = """\b
Examples:
  citynet lab capture gov-acc1 -i inventory/demo -w acc1.pcap
  citynet lab capture gov-ring/gov-agg1~gov-core1 -i inventory/demo --live
  citynet lab capture access/health/east -i inventory/demo --end health.east -w - | tshark -r -
  citynet lab capture gov-acc1 -i inventory/demo -w bfd.pcap --filter 'udp port 3784' --count 20

\b
Of a link the packets are those at its first end, or at --end: a router, or a customer by the name
that its namespace has. Of a node they are those of all its links, each with its interface (Linux
cooked capture v2); the management interface is left out.
"""

IMPAIR_EPILOG = """\b
Examples:
  citynet lab impair gov-ring/gov-agg1~gov-core1 -i inventory/demo --delay 20 --jitter 5
  citynet lab impair access/health/hospital -i inventory/demo --loss 3 --end gov-acc3
  citynet lab impair acc1-agg1 -i inventory/demo --rate 10
  citynet lab impair acc1-agg1 -i inventory/demo --clear
  citynet lab impair -i inventory/demo

\b
An end impairs the packets that it sends. Without --end both do: 20 ms make a ping 40 ms longer.
What a link had before is replaced. Without options: what is impaired now.
"""


def running(folder: Path) -> Lab:
    """The lab of the city in a folder. Raises `LabError` where it is not up."""
    return running_lab(topology(folder).name, folder)


@click.command("capture", epilog=CAPTURE_EPILOG)
@click.argument(
    "name",
    metavar="LINK|NODE",
    type=Word("a link's or a node's name"),
    shell_complete=complete.links_and_nodes,
)
@inventory_option
@click.option(
    "-w",
    "--write",
    "target",
    metavar="FILE",
    type=Word("a file, or - for stdout"),
    help="Write pcap here; - is stdout.",
)
@click.option("--live", is_flag=True, help="Show it as it comes, in Wireshark or tcpdump.")
@click.option(
    "--end",
    metavar="NODE",
    type=END,
    shell_complete=complete.ends,
    help="The end of a link to listen at.",
)
@click.option(
    "--filter",
    "expression",
    type=Word("a filter, such as 'udp port 3784'"),
    metavar="BPF",
    help="As tcpdump takes it.",
)
@click.option("--count", type=click.IntRange(min=1), help="End after so many packets.")
@click.option("--seconds", type=Number(min=0, min_open=True), help="End after so long.")
def capture_command(
    name: str,
    folder: Path,
    *,
    target: str | None,
    expression: str | None,
    end: str | None,
    count: int | None,
    seconds: float | None,
    live: bool,
) -> None:
    """Capture packets of a link or a node, to a file or to a viewer. Ctrl-C ends it."""
    if (target is None) == (not live):
        raise click.UsageError("say where the packets go: -w FILE (- is stdout), or --live")
    lab = running(folder)
    place = capture.where(lab, name, end)
    argv = capture.command(lab, place, capture.Wish(expression or "", count))
    opened = _viewer() if live else _file(target or "-")
    with opened as sink, capture.capturing(argv, sink, seconds) as found:
        _until_it_ends(found, place.label)
    click.echo(f"{found.packets} packets captured at {place.label}", err=True)


def _until_it_ends(found: capture.Capture, label: str) -> None:
    """Ctrl-C is how a person says that it is enough; tcpdump then hands over what it has."""
    try:
        while not found.listens.wait(0.2) and found.alive:
            pass
        if found.listens.is_set():
            click.echo(f"capturing at {label}; Ctrl-C ends it", err=True)
        found.wait()
    except KeyboardInterrupt:
        found.stop()
        found.wait()


@contextmanager
def _file(target: str) -> Iterator[capture.Sink]:
    if target == "-":
        if sys.stdout.isatty():
            raise LabError("pcap is not for a terminal: -w FILE, or --live")
        yield _flushing(cast("BinaryIO", sys.stdout.buffer))
        return
    try:
        stream = Path(target).open("wb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise LabError(f"{target} cannot be written: {error.strerror}") from error
    with closing(stream):
        yield _flushing(stream)


def _flushing(stream: BinaryIO) -> capture.Sink:
    def sink(piece: bytes) -> None:
        try:
            stream.write(piece)
            stream.flush()
        except OSError as error:
            raise LabError(f"the capture cannot be written: {error.strerror}") from error

    return sink


@contextmanager
def _viewer() -> Iterator[capture.Sink]:
    """The user's Wireshark where there is a display, else their tcpdump.

    It is in a session of its own: Ctrl-C ends the capture, and it shows what it was given.
    """
    argv = _viewer_command()
    try:
        process = subprocess.Popen(argv, stdin=subprocess.PIPE, start_new_session=True)
    except OSError as error:
        raise LabError(f"{argv[0]} cannot be started: {error.strerror}") from error
    stream = cast("BinaryIO", process.stdin)

    def sink(piece: bytes) -> None:
        try:
            stream.write(piece)
            stream.flush()
        except OSError as error:
            raise capture.ViewerClosedError from error

    yield sink
    with suppress(OSError):
        stream.close()
    if argv[0] == "tcpdump":
        process.wait()


def _viewer_command() -> list[str]:
    display = any(os.environ.get(each) for each in DISPLAYS) or sys.platform == "darwin"
    for name, options in VIEWERS:
        if shutil.which(name) and (display or name != "wireshark"):
            return [name, *options]
    raise LabError(
        "--live needs Wireshark and a display, or tcpdump, on this machine: install one, or write "
        "a file with -w and open it where there is one"
    )


@click.command("impair", epilog=IMPAIR_EPILOG)
@click.argument("link", required=False, type=LINK, shell_complete=complete.links)
@inventory_option
@click.option("--delay", type=Number(), metavar="MS", help="Milliseconds later.")
@click.option("--jitter", type=Number(), metavar="MS", help="The delay varies by so much.")
@click.option("--loss", type=Number(), metavar="PERCENT", help="So many packets are lost.")
@click.option("--rate", type=Number(), metavar="MBIT", help="Mbit/s at most.")
@click.option("--corrupt", type=Number(), metavar="PERCENT", help="So many have a wrong bit.")
@click.option(
    "--end",
    metavar="NODE",
    type=END,
    shell_complete=complete.ends,
    help="Only what this end sends.  [default: both]",
)
@click.option("--clear", is_flag=True, help="Take it away.")
@json_option
def impair_command(
    link: str | None,
    folder: Path,
    *,
    delay: float | None,
    jitter: float | None,
    loss: float | None,
    rate: float | None,
    corrupt: float | None,
    end: str | None,
    clear: bool,
    as_json: bool,
) -> None:
    """Make a link bad: late, lossy, slow, corrupting. Or list what is, or clear it."""
    given = (delay, jitter, loss, rate, corrupt)
    wish = _wish(*given) if any(each is not None for each in given) else None
    if wish and clear:
        raise LabError("--clear takes everything away: leave out the values, or --clear")
    if link is None and (wish or clear or end):
        raise LabError(
            f"name the link; `citynet lab status -i {shlex.quote(str(folder))}` lists "
            "what is impaired"
        )
    lab = running(folder)
    if link and clear:
        impair.clear(lab, link, end)
    elif link and wish:
        impair.impair(lab, link, wish, end)
    _show_impaired(lab, link, end, as_json=as_json)


def _wish(
    delay: float | None,
    jitter: float | None,
    loss: float | None,
    rate: float | None,
    corrupt: float | None,
) -> impair.Impairment:
    if rate is not None and not rate > 0:
        raise LabError(f"--rate is {rate:g}: Mbit/s, more than 0; --loss 100 lets nothing through")
    made = impair.Impairment(delay or 0.0, jitter or 0.0, loss or 0.0, rate or 0.0, corrupt or 0.0)
    made.check()
    return made


def impaired_now(status: api.Status) -> tuple[impair.Impaired, ...]:
    """What is impaired in a lab of which all nodes run; nothing is known of another one."""
    lab = api.find(status.name) if status.running else None
    if lab is None:
        return ()
    with api.attached(lab) as host:
        return impair.impaired(host, lab.topology)


def _show_impaired(lab: Lab, link: str | None, end: str | None, *, as_json: bool) -> None:
    """What is impaired now: read back from the kernel, not what was asked for."""
    with api.attached(lab) as host:
        found = impair.impaired(host, lab.topology)
    names = {each.link for each in impair.ends(lab, link, end)} if link else None
    shown = [each for each in found if names is None or each.link in names]
    if as_json:
        click.echo(json.dumps([asdict(each) for each in shown], ensure_ascii=False, indent=2))
        return
    for each in shown:
        click.echo(str(each))
    if not shown:
        click.echo(f"{link} is not impaired" if link else "no link is impaired")


@click.command(
    "logs",
    epilog="Example:  citynet lab logs gov-acc1 -i inventory/demo --since 10m --follow",
)
@click.argument("node", type=NODE, shell_complete=complete.lab_nodes)
@inventory_option
@click.option("-f", "--follow", is_flag=True, help="Go on with what comes; Ctrl-C ends it.")
@click.option(
    "--since",
    metavar="TIME",
    type=Word("10m, 2h, or 2026-11-30T19:00:00"),
    help="10m, 2h, or 2026-11-30T19:00:00 (UTC).",
)
@click.option("-n", "--tail", type=click.IntRange(min=0), help="The last so many lines.")
@json_option
def logs_command(
    node: str, folder: Path, since: str | None, tail: int | None, *, follow: bool, as_json: bool
) -> None:
    """What a node says: container (sshd, entrypoint) and FRR, in the order of time (UTC)."""
    begin = logs.since_when(since, datetime.now(UTC)) if since is not None else None
    lab = running(folder)
    found = logs.backlog(lab, node)
    lines = [line for line in found.lines if begin is None or line.when >= begin]
    say = _as_json if as_json else str
    for line in lines[max(len(lines) - tail, 0) :] if tail is not None else lines:
        click.echo(say(line))
    if follow:
        _follow(lab, node, found, say)


def _as_json(line: logs.Line) -> str:
    return json.dumps(asdict(line), default=str, ensure_ascii=False)


def _follow(lab: Lab, node: str, found: logs.Backlog, say: Callable[[logs.Line], str]) -> None:
    """Until Ctrl-C, or until the lab goes; the readers on the host end with our pipe."""
    process = subprocess.Popen(
        logs.following(lab, node, found),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    with suppress(KeyboardInterrupt), process:
        try:
            for line in logs.fresh(process.stdout or (), found):
                click.echo(say(line))
                sys.stdout.flush()
        finally:
            if process.stdin:
                process.stdin.close()


@click.command(
    "cp",
    epilog="""\b
Examples:
  citynet lab cp gov-acc1:/etc/frr/frr.conf . -i inventory/demo
  citynet lab cp 'my notes.txt' 'gov-acc1:/root/my notes.txt' -i inventory/demo
""",
)
@click.argument("source", metavar="SRC", type=SIDE, shell_complete=complete.sides)
@click.argument("target", metavar="DST", type=SIDE, shell_complete=complete.sides)
@inventory_option
def cp_command(source: str, target: str, folder: Path) -> int:
    """Copy files and folders between here and a node: one of the two is NODE:PATH."""
    lab = running(folder)
    return copy.copy(lab, source, target)


COMMANDS = (capture_command, impair_command, logs_command, cp_command)
