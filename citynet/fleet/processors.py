"""Nornir processors: progress while a task runs, and its results as plain values.

They work with any task. A task may return anything; `str` of a failed host's result, or of its
exception, is what people see.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, MultiResult, Task
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Write = Callable[[str], None]
SLOW = 10.0
"""Seconds at work after which a host is named as slow."""
SLOWEST_NAMED = 3
TWO_MINUTES = 120.0


def state(result: MultiResult) -> str:
    """`failed`, `changed` or `ok`."""
    if result.failed:
        return "failed"
    return "changed" if result.changed else "ok"


def reason(result: MultiResult) -> str:
    """The first line of why a host failed."""
    error = result.exception or next((each.exception for each in result if each.exception), None)
    said = str(error) if error else str(result[0].result) if result else ""
    return said.strip().partition("\n")[0]


class _Quiet:
    """Does nothing at every event; the others say what is different."""

    def task_started(self, task: Task) -> None:
        """A task begins."""

    def task_completed(self, task: Task, result: AggregatedResult) -> None:
        """A task has ended on all hosts."""

    def task_instance_started(self, task: Task, host: Host) -> None:
        """A host begins."""

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """A host has ended."""

    def subtask_instance_started(self, task: Task, host: Host) -> None:
        """A host begins a part of its task."""

    def subtask_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """A host has ended a part of its task."""


class Pace:
    """How far a task is, which hosts are slow, and how long it will still take.

    `describe` is for people: `commit: 12/43 devices, about 3 min left; slow: x-core1 (41 s)`.
    """

    def __init__(self, name: str, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._total = total
        self._clock = clock
        self._begun = clock()
        self._busy: dict[str, float] = {}
        self.done = 0

    @property
    def elapsed(self) -> float:
        """Seconds since the task began."""
        return self._clock() - self._begun

    @property
    def busy(self) -> tuple[str, ...]:
        """The hosts at work, the one that takes longest first."""
        return tuple(self._busy)

    def begin(self, host: str) -> None:
        """A host is at work."""
        self._busy[host] = self._clock()

    def end(self, host: str) -> None:
        """A host has ended."""
        self._busy.pop(host, None)
        self.done += 1

    def left(self) -> float | None:
        """Seconds, as fast as it went so far; None before anything has ended."""
        if not self.done:
            return None
        return self.elapsed / self.done * (self._total - self.done)

    def describe(self) -> str:
        """One line."""
        left = self.left()
        more = f", about {duration(left)} left" if left else ""
        slow = [(name, self._clock() - began) for name, began in self._busy.items()]
        slow = [(name, age) for name, age in slow[:SLOWEST_NAMED] if age >= SLOW]
        named = ", ".join(f"{name} ({age:.0f} s)" for name, age in slow)
        what = f"{self._name}: {self.done}/{self._total} devices{more}"
        return f"{what}; slow: {named}" if named else what


def duration(seconds: float) -> str:
    """For people: `40 s`, `3 min`."""
    return f"{seconds:.0f} s" if seconds < TWO_MINUTES else f"{seconds / 60:.0f} min"


class Lines(_Quiet):
    """One plain line a host, as it ends: `[ 3/13] changed gov-core1 (2.1 s)`."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._lock = threading.Lock()
        self._started: dict[str, float] = {}
        self._total = 0
        self._done = 0

    def task_started(self, task: Task) -> None:
        """Count the hosts."""
        self._total, self._done = len(task.nornir.inventory.hosts), 0
        self._write(f"{task.name}: {self._total} devices")

    def task_instance_started(self, task: Task, host: Host) -> None:
        """Remember when."""
        self._started[host.name] = time.monotonic()

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """Print the line."""
        with self._lock:
            self._done += 1
            width = len(str(self._total))
            took = time.monotonic() - self._started.get(host.name, time.monotonic())
            why = f": {reason(result)}" if result.failed else ""
            count = f"[{self._done:{width}}/{self._total}]"
            self._write(f"{count} {state(result):7} {host.name} ({took:.1f} s){why}")


class Steps(_Quiet):
    """One plain line a task, and one for each host that fails; how far it is while it takes long.

    `every`: seconds between two lines of a task that goes on, also where no host ends meanwhile.
    """

    def __init__(self, write: Write, every: float = 10.0) -> None:
        self._write = write
        self._every = every
        self._lock = threading.Lock()
        self._pace = Pace("", 0)
        self._over = threading.Event()

    def say(self, text: str) -> None:
        """A sentence beside the task that goes on."""
        with self._lock:
            self._write(f"... {text}")

    def task_started(self, task: Task) -> None:
        """Count the hosts, and say how far it is from time to time."""
        self._pace = Pace(task.name, len(task.nornir.inventory.hosts))
        self._over = threading.Event()
        threading.Thread(target=self._tick, args=(self._pace, self._over), daemon=True).start()

    def _tick(self, pace: Pace, over: threading.Event) -> None:
        while not over.wait(self._every):
            with self._lock:
                if not over.is_set():
                    self._write(pace.describe())

    def task_instance_started(self, task: Task, host: Host) -> None:
        """Remember when."""
        with self._lock:
            self._pace.begin(host.name)

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """Say what failed."""
        with self._lock:
            self._pace.end(host.name)
            if result.failed:
                self._write(f"{task.name}: failed {host.name}: {reason(result)}")

    def task_completed(self, task: Task, result: AggregatedResult) -> None:
        """Print the line."""
        self._over.set()
        with self._lock:
            self._write(_ended(task, result, self._pace))


def _ended(task: Task, result: AggregatedResult, pace: Pace) -> str:
    """`commit: 13/13 devices, 11 changed (16.4 s)`."""
    changed = sum(each.changed for each in result.values())
    what = f", {changed} changed" if changed else ""
    total = len(task.nornir.inventory.hosts)
    return f"{task.name}: {pace.done}/{total} devices{what} ({pace.elapsed:.1f} s)"


class Live(_Quiet):
    """A bar on a terminal, with the hosts at work; what `Steps` says stays when it goes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress: Progress | None = None
        self._bar: Any = None
        self._pace = Pace("", 0)
        self._lock = threading.Lock()

    def say(self, text: str) -> None:
        """A sentence above the bar."""
        self._console.print(f"... {text}", markup=False)

    def task_started(self, task: Task) -> None:
        """Draw the bar."""
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[busy]}"),
            console=self._console,
            transient=True,
        )
        total = len(task.nornir.inventory.hosts)
        self._pace = Pace(task.name, total)
        self._bar = self._progress.add_task(task.name, total=total, busy="")
        self._progress.start()

    def task_completed(self, task: Task, result: AggregatedResult) -> None:
        """Take the bar away, and say how it went."""
        if self._progress is not None:
            self._progress.stop()
        self._console.print(_ended(task, result, self._pace), markup=False)

    def task_instance_started(self, task: Task, host: Host) -> None:
        """Show the host as at work."""
        with self._lock:
            self._pace.begin(host.name)
            self._show(0)

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """Move the bar."""
        with self._lock:
            self._pace.end(host.name)
            self._show(1)
        if result.failed:
            said = f"{task.name}: failed {host.name}: {reason(result)}"
            self._console.print(said, markup=False, style="red")

    def _show(self, advance: int, most: int = 3) -> None:
        names = list(self._pace.busy)
        more = f" +{len(names) - most}" if len(names) > most else ""
        left = self._pace.left() if self._pace.elapsed >= SLOW else None
        ahead = f"about {duration(left)} left: " if left else ""
        if self._progress is not None:
            busy = ahead + ", ".join(names[:most]) + more
            self._progress.update(self._bar, advance=advance, busy=busy)


@dataclass(slots=True)
class Collect(_Quiet):
    """What every host ended with, as values for JSON: one entry a task and host."""

    entries: list[dict[str, object]] = field(default_factory=list)

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """Add the host."""
        entry: dict[str, object] = {"task": task.name, "host": host.name, "state": state(result)}
        if result.failed:
            entry["reason"] = reason(result)
        self.entries.append(entry)
