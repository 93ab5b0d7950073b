"""What a node says: its container's log and FRR's, as one, in the order of time.

sshd, the entrypoint and a twin's server write to the container's log; FRR's daemons write to
`/var/log/frr/frr.log` (`labs/images/node/files/daemons`).
"""

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from citynet.lab.api import Lab, attached
from citynet.lab.clab import container_name
from citynet.lab.ends import through
from citynet.lab.errors import LabError
from citynet.lab.host import LabHost, checked
from citynet.text import with_nearest

FRR_LOG = "/var/log/frr/frr.log"
MOST = 20_000
"""Lines that are looked at of each log."""
CONTAINER, FRR = "container", "frr"
_DOCKER = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+)Z ?(.*)", re.DOTALL)
_FRR = re.compile(r"(\d{4})/(\d\d)/(\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) (.*)", re.DOTALL)
_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
MICROSECONDS = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One line: when, which log it is in, and what it says."""

    when: datetime
    log: str
    text: str

    def __str__(self) -> str:
        stamp = f"{self.when:%Y-%m-%d %H:%M:%S}.{self.when.microsecond // 1000:03}"
        return f"{stamp} {self.log:<9} {self.text}"


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a node has said so far, and where its logs end."""

    lines: tuple[Line, ...]
    container_end: str
    frr_end: int


def since_when(text: str, now: datetime) -> datetime:
    """`10m`, `1h30m`, `2d`, or a time such as 2026-11-30T19:00:00 (UTC unless it says).

    Raises `LabError`.
    """
    span = _SPAN.fullmatch(text)
    if text and span:
        days, hours, minutes, seconds = (int(part or 0) for part in span.groups())
        try:
            return now - timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        except OverflowError as error:
            raise LabError(f"--since {text}: that is before the first lab") from error
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise LabError(
            f"--since {text}: expected a span such as 10m or 1h30m, or a time such as "
            "2026-11-30T19:00:00"
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def backlog(lab: Lab, node: str) -> Backlog:
    """What a node has said so far. Raises `LabError`."""
    container = _container(lab, node)
    with attached(lab) as host:
        said = _container_log(host, container)
        frr, end = ("", 0) if _no_frr(lab, node) else _frr_log(host, container)
    found = (*read(CONTAINER, said.splitlines()), *read(FRR, frr.splitlines()))
    lines = sorted(found, key=lambda line: line.when)
    stamps = [match[1] for line in said.splitlines() if (match := _DOCKER.match(line))]
    return Backlog(tuple(lines), max(stamps, default=""), end)


def following(lab: Lab, node: str, after: Backlog) -> list[str]:
    """The command on this machine that prints what comes after a backlog, as it comes.

    It ends with its standard input, so that no reader is left behind on the lab's host.
    """
    container = _container(lab, node)
    begin = f"--since {after.container_end}Z" if after.container_end else ""
    wait = "cat >/dev/null"
    if not _no_frr(lab, node):
        tail = f"tail -c +{after.frr_end + 1} -F {FRR_LOG} 2>/dev/null"
        inside = f"exec 3<&0; {tail} & cat <&3 >/dev/null; kill $!"
        wait = shlex.join(["docker", "exec", "-i", container, "sh", "-c", inside])
    script = f"docker logs -t -f {begin} {container} 2>&1 & {wait}; kill $!"
    return through(lab, ["sh", "-c", script])


def fresh(lines: Iterable[str], after: Backlog) -> Iterator[Line]:
    """The lines of `following`, without those that the backlog has."""
    seen = {(line.when, line.text) for line in after.lines if line.log == CONTAINER}
    for raw in lines:
        text = raw.rstrip("\n")
        log = CONTAINER if _DOCKER.match(text) else FRR
        for line in read(log, [text]):
            if (line.when, line.text) not in seen or log == FRR:
                yield line


def read(log: str, raw: Iterable[str]) -> Iterator[Line]:
    """Lines with their times; one without a time belongs to the line before it."""
    when = datetime.min.replace(tzinfo=UTC)
    for text in raw:
        if found := _DOCKER.fullmatch(text):
            when, text = _time(found[1]), found[2]  # noqa: PLW2901 - the rest of it
        elif found := _FRR.fullmatch(text):
            when = _time(f"{found[1]}-{found[2]}-{found[3]}T{found[4]}")
            text = found[5]  # noqa: PLW2901 - the rest of it
        if text.strip():
            yield Line(when, log, text.rstrip())


def _time(text: str) -> datetime:
    whole, _, part = text.partition(".")
    micro = part[:MICROSECONDS].ljust(MICROSECONDS, "0")
    return datetime.fromisoformat(f"{whole}.{micro}+00:00")


def _container(lab: Lab, node: str) -> str:
    names = [*lab.nodes]
    if node not in names:
        raise LabError(with_nearest(f"lab {lab.name} has no node {node!r}", node, names))
    return container_name(lab.name, node)


def _no_frr(lab: Lab, node: str) -> bool:
    return node in lab.twins or node in lab.closed or node == lab.topology.customers_node.name


def _container_log(host: LabHost, container: str) -> str:
    done = host.run(["docker", "logs", "-t", "--tail", str(MOST), container], timeout=60)
    if done.returncode:
        raise LabError(f"docker has no log of {container}: {done.stderr.strip()}")
    return done.stdout + done.stderr


def _frr_log(host: LabHost, container: str) -> tuple[str, int]:
    """The end of FRR's log, and its length in bytes as of then; a lab of old has none."""
    ask = f"size=$(stat -c %s {FRR_LOG} 2>/dev/null || echo 0); echo $size; "
    ask += f"[ $size = 0 ] || head -c $size {FRR_LOG} | tail -n {MOST}"
    said = checked(host, ["docker", "exec", container, "sh", "-c", ask])
    size, _, text = said.partition("\n")
    return text, int(size)
