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
    """One plain line a task, and one for each host that fails; a count while a task takes long."""

    def __init__(self, write: Write, every: float = 10.0) -> None:
        self._write = write
        self._every = every
        self._lock = threading.Lock()
        self._started = self._said = 0.0
        self._total = self._done = 0

    def task_started(self, task: Task) -> None:
        """Count the hosts."""
        self._started = self._said = time.monotonic()
        self._total, self._done = len(task.nornir.inventory.hosts), 0

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """Say what failed, and how far it is."""
        with self._lock:
            self._done += 1
            if result.failed:
                self._write(f"{task.name}: failed {host.name}: {reason(result)}")
            now = time.monotonic()
            if now - self._said >= self._every and self._done < self._total:
                self._said = now
                self._write(f"{task.name}: {self._done}/{self._total} devices")

    def task_completed(self, task: Task, result: AggregatedResult) -> None:
        """Print the line."""
        self._write(_ended(task, result, self._done, self._started))


def _ended(task: Task, result: AggregatedResult, done: int, started: float) -> str:
    """`commit: 13/13 devices, 11 changed (16.4 s)`."""
    changed = sum(each.changed for each in result.values())
    what = f", {changed} changed" if changed else ""
    total, took = len(task.nornir.inventory.hosts), time.monotonic() - started
    return f"{task.name}: {done}/{total} devices{what} ({took:.1f} s)"


class Live(_Quiet):
    """A bar on a terminal, with the hosts at work; what `Steps` says stays when it goes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress: Progress | None = None
        self._bar: Any = None
        self._busy: dict[str, None] = {}
        self._done, self._started = 0, 0.0
        self._lock = threading.Lock()

    def task_started(self, task: Task) -> None:
        """Draw the bar."""
        self._done, self._started = 0, time.monotonic()
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
        self._bar = self._progress.add_task(task.name, total=total, busy="")
        self._progress.start()

    def task_completed(self, task: Task, result: AggregatedResult) -> None:
        """Take the bar away, and say how it went."""
        if self._progress is not None:
            self._progress.stop()
        self._console.print(_ended(task, result, self._done, self._started), markup=False)

    def task_instance_started(self, task: Task, host: Host) -> None:
        """Show the host as at work."""
        with self._lock:
            self._busy[host.name] = None
            self._show(0)

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """Move the bar."""
        with self._lock:
            self._busy.pop(host.name, None)
            self._done += 1
            self._show(1)
        if result.failed:
            said = f"{task.name}: failed {host.name}: {reason(result)}"
            self._console.print(said, markup=False, style="red")

    def _show(self, advance: int, most: int = 3) -> None:
        names = list(self._busy)
        more = f" +{len(names) - most}" if len(names) > most else ""
        if self._progress is not None:
            busy = ", ".join(names[:most]) + more
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
