"""Progress on stderr."""

import sys
from dataclasses import dataclass

import click


@dataclass(frozen=True, slots=True)
class Printed:
    """A line that is rewritten on a terminal, plain lines elsewhere."""

    tty: bool

    def step(self, text: str) -> None:
        """A step began."""
        click.echo(f"\r\033[K… {text}" if self.tty else f"... {text}", err=True, nl=not self.tty)

    def done(self, text: str, seconds: float) -> None:
        """A step ended."""
        start = "\r\033[K✓" if self.tty else "ok "
        click.echo(f"{start} {text} ({seconds:.1f} s)", err=True)


def printed() -> Printed:
    """Progress for whoever reads stderr."""
    return Printed(sys.stderr.isatty())
