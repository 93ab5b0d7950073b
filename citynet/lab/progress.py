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

    def note(self, text: str) -> None:
        """Something that a person should know, whatever the step."""

    def end(self) -> None:
        """Nothing is going on any more, or what went on has failed."""


class Silent:
    """Says nothing."""

    def step(self, text: str) -> None:
        """Say nothing."""

    def done(self, text: str, seconds: float) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""

    def end(self) -> None:
        """Nothing was said."""


@contextmanager
def timed(progress: Progress, text: str) -> Iterator[None]:
    """Report `text` as a step, and as done with its duration unless it raises."""
    started = time.monotonic()
    progress.step(text)
    try:
        yield
    except BaseException:
        progress.end()
        raise
    progress.done(text, time.monotonic() - started)
