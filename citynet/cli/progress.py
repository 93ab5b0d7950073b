"""Progress on stderr: what a long command is doing, and what it has done."""

import sys
import threading
import time
from typing import TYPE_CHECKING

import click

from citynet.lab.progress import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar


class Lines:
    """Plain lines, for logs and pipes; of a step that takes long, one every `every` seconds."""

    def __init__(self, every: float = 30.0) -> None:
        self._every = every
        self._over = threading.Event()
        self._text = ""

    def step(self, text: str) -> None:
        """A step began, or went on."""
        going_on = self._text != ""
        self._text = text
        click.echo(f"... {text}", err=True)
        if not going_on:
            self._over = threading.Event()
            threading.Thread(target=self._tick, args=(self._over,), daemon=True).start()

    def _tick(self, over: threading.Event) -> None:
        started = time.monotonic()
        while not over.wait(self._every):
            took = time.monotonic() - started
            click.echo(f"... {self._text} (for {took:.0f} s so far)", err=True)

    def done(self, text: str, seconds: float) -> None:
        """A step ended well."""
        self.end()
        click.echo(f"ok  {text} ({seconds:.1f} s)", err=True)

    def note(self, text: str) -> None:
        """Something that a person should know."""
        click.echo(f"    {text}", err=True)

    def end(self) -> None:
        """Nothing is going on any more."""
        self._over.set()
        self._text = ""


class Terminal:
    """One line at the bottom of a terminal that says what is going on and for how long.

    What is done stays above it. The line is gone when nothing goes on any more.
    """

    def __init__(self) -> None:
        self._bar: Bar | None = None

    def step(self, text: str) -> None:
        """A step began, or went on."""
        if self._bar is None:
            self._bar = _bar()
            self._bar.add_task(text)
            self._bar.start()
        else:
            self._bar.update(self._bar.tasks[0].id, description=text)

    def done(self, text: str, seconds: float) -> None:
        """A step ended well."""
        self.end()
        click.echo(f"✓ {text} ({seconds:.1f} s)", err=True)

    def note(self, text: str) -> None:
        """Something that a person should know."""
        self.end()
        click.echo(f"· {text}", err=True)

    def end(self) -> None:
        """Take the line away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _bar() -> "Bar":
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.progress import Progress as Bar  # noqa: PLC0415
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415
    from rich.table import Column  # noqa: PLC0415

    columns = (
        SpinnerColumn(),
        TimeElapsedColumn(),
        TextColumn(
            "{task.description}",
            markup=False,
            table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
        ),
    )
    return Bar(*columns, console=Console(stderr=True), transient=True, expand=True)


def printed() -> Progress:
    """Progress for whoever reads stderr."""
    return Terminal() if sys.stderr.isatty() else Lines()
