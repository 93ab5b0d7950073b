"""How a long step tells a person that it is still alive."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """Receives the steps of a long operation. Times are seconds of wall clock."""

    def step(self, text: str) -> None:
        """A step began, or went on (the same step may report more than once)."""

    def done(self, text: str, seconds: float) -> None:
        """A step ended well after `seconds`."""


class Silent:
    """Says nothing."""

    def step(self, text: str) -> None:
        """Say nothing."""

    def done(self, text: str, seconds: float) -> None:
        """Say nothing."""


@contextmanager
def timed(progress: Progress, text: str) -> Iterator[None]:
    """Report `text` as a step, and as done with its duration unless it raises."""
    started = time.monotonic()
    progress.step(text)
    yield
    progress.done(text, time.monotonic() - started)
