"""Packets of a running lab as pcap, streamed from the node by its own tcpdump.

tcpdump runs beside the router's interfaces and ends when its standard input does: whatever
happens at this end (Ctrl-C, a lost connection, a killed process), none is left behind.
"""

import shlex
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from citynet.lab.api import Lab
from citynet.lab.ends import End, chosen, ends_of, link_of, ports_of, through
from citynet.lab.errors import LabError
from citynet.lab.pcap import pieces

LISTENING = "listening on"
LAST_SECONDS = 10.0
"""How long tcpdump may take to hand over what it has once it is asked to end."""

Sink = Callable[[bytes], object]


class ViewerClosedError(Exception):
    """The viewer was closed: that is enough, and no mistake."""


@dataclass(frozen=True, slots=True)
class Where:
    """The ends that one tcpdump listens at: all in one container, and in one namespace of it."""

    ends: tuple[End, ...]

    @property
    def label(self) -> str:
        """For people."""
        first = self.ends[0]
        if len(self.ends) == 1:
            return f"{first.name} (link {first.link})"
        return f"{first.node}, {len(self.ends)} ports"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be captured: a BPF expression, and when to stop."""

    expression: str = ""
    count: int | None = None
    seconds: float | None = None


def where(lab: Lab, name: str, end: str | None = None) -> Where:
    """What LINK or NODE means. Of a link, the first router's end unless `end` says which."""
    links = {link.id for link in lab.topology.links}
    if name in lab.nodes and end is not None:
        raise LabError(f"{name} is a node; --end says which end of a link")
    if name in lab.nodes or (name not in links and "~" not in name):
        return _all_ports(lab, name)
    link = link_of(lab, name)
    found = chosen(lab, link, end)
    return Where((found or ends_of(lab, link)[0],))


def _all_ports(lab: Lab, node: str) -> Where:
    ports = ports_of(lab, node)
    if not ports:
        raise LabError(f"{node} is on no link: there is nothing to capture")
    return Where(ports)


def script(place: Where, wish: Wish) -> str:
    """The shell script that captures until its standard input ends.

    Of several ports the packets say which one they passed (LINUX_SLL2); other interfaces of the
    node, management with this very stream among them, are left out.
    """
    words = ["tcpdump", "-n", "-U", "--immediate-mode", "-Z", "root", "-w", "-"]
    words += ["-c", str(wish.count)] if wish.count else []
    if len(place.ends) == 1:
        words += ["-i", place.ends[0].interface]
        words += ["--", wish.expression] if wish.expression else []
        command = shlex.join(words)
    else:
        ports = " or ".join(
            f"ifindex $(cat /sys/class/net/{end.interface}/ifindex)" for end in place.ends
        )
        wanted = shlex.quote(f" and ({wish.expression})") if wish.expression else ""
        words += ["-i", "any", "-y", "LINUX_SLL2", "--"]
        command = f'{shlex.join(words)} "({ports})"{wanted}'
    return (
        f"exec 3<&0; {command} </dev/null & p=$!; {{ cat <&3; kill $p; }} >/dev/null 2>&1 & wait $p"
    )


def command(lab: Lab, place: Where, wish: Wish) -> list[str]:
    """The command on this machine whose standard output is the pcap."""
    first = place.ends[0]
    inside = ["ip", "netns", "exec", first.space] if first.space else []
    argv = ["docker", "exec", "-i", first.container, *inside, "sh", "-c", script(place, wish)]
    return through(lab, argv)


@dataclass(slots=True)
class Capture:
    """A capture that runs. `packets` counts what has been handed over."""

    process: "subprocess.Popen[bytes]"
    sink: Sink
    seconds: float | None = None
    packets: int = 0
    said: list[str] = field(default_factory=list)
    listens: threading.Event = field(default_factory=threading.Event)
    failed: BaseException | None = None
    _threads: tuple[threading.Thread, ...] = ()

    def start(self) -> None:
        """Read both streams at once, so that neither can block tcpdump."""
        self._threads = tuple(
            threading.Thread(target=each, daemon=True) for each in (self._pump, self._hear)
        )
        for thread in self._threads:
            thread.start()

    @property
    def alive(self) -> bool:
        """Whether tcpdump may still say something."""
        return any(thread.is_alive() for thread in self._threads)

    def wait(self) -> None:
        """Until it ends: by itself, or because `stop` was called. Raises `LabError`."""
        for thread in self._threads:
            while thread.is_alive():
                thread.join(0.2)
        code = self.process.wait()
        if self.failed is not None and not isinstance(self.failed, ViewerClosedError):
            raise self.failed
        if not self.listens.is_set():
            raise LabError(f"tcpdump did not start: {self._why() or f'it exited {code}'}")

    def stop(self) -> None:
        """Let tcpdump end; what it has caught is still handed over."""
        with suppress(OSError):
            if self.process.stdin is not None:
                self.process.stdin.close()

    def end(self) -> None:
        """End it for good, within seconds."""
        self.stop()
        try:
            self.process.wait(LAST_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _pump(self) -> None:
        stream: Any = self.process.stdout
        try:
            for number, piece in enumerate(pieces(stream)):
                self.sink(piece)
                self.packets = number
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that waits
            self.failed = error
            self.stop()

    def _hear(self) -> None:
        stream = self.process.stderr
        timer = threading.Timer(self.seconds or 0, self.stop)
        timer.daemon = True
        for raw in stream if stream is not None else ():
            line = raw.decode(errors="replace").strip()
            self.said.append(line)
            if LISTENING in line and not self.listens.is_set():
                self.listens.set()
                if self.seconds is not None:
                    timer.start()
        timer.cancel()

    def _why(self) -> str:
        kept = [
            line.removeprefix("tcpdump: ") for line in self.said if "verbose output" not in line
        ]
        return "; ".join(kept[-2:])


@contextmanager
def capturing(argv: Sequence[str], sink: Sink, seconds: float | None = None) -> Iterator[Capture]:
    """Run a capture for as long as the context lasts.

    It is in a session of its own: Ctrl-C at the terminal is ours to hear.
    """
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise LabError(f"{argv[0]} is not installed; `labs/bootstrap.sh` installs it") from error
    running = Capture(process, sink, seconds)
    running.start()
    try:
        yield running
    finally:
        running.end()
