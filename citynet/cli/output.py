"""Output that may go nowhere: what a run does must not depend on who still reads it."""

import contextlib
from collections.abc import Iterator
from typing import Any, TextIO


class Unbroken:
    """A text stream whose reader may leave: what cannot be written is dropped."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """As `TextIO.write`; never raises `OSError`."""
        with contextlib.suppress(OSError):
            return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """As `TextIO.flush`; never raises `OSError`."""
        with contextlib.suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def unbroken(stream: TextIO) -> Iterator[TextIO]:
    """Standard error is this stream, and cannot fail, for as long as the context lasts."""
    made: Any = Unbroken(stream)
    with contextlib.redirect_stderr(made):
        yield made
