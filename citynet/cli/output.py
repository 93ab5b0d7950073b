"""Output that cannot be written: dropped where a run must go on, said in a sentence elsewhere."""

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

import msgspec

from citynet.errors import CitynetError, InventoryError

JSON = "citynet.json"
"""In a command's `meta`: whether it was asked for JSON."""


def as_problems(error: InventoryError | None) -> str:
    """What is wrong with an inventory, or that nothing is, as JSON."""
    problems = msgspec.to_builtins(error.problems) if error else []
    return json.dumps({"valid": error is None, "problems": problems}, ensure_ascii=False, indent=2)


class Unbroken:
    """A text stream whose reader may leave: what cannot be written is dropped."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._left = False

    @contextlib.contextmanager
    def _dropping(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            self._left = True
        except OSError:
            pass

    def write(self, text: str) -> int:
        """As `TextIO.write`; never raises `OSError`."""
        with self._dropping():
            return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """As `TextIO.flush`; never raises `OSError`."""
        with self._dropping():
            self._stream.flush()

    def settle(self) -> None:
        """Let nothing be left over: Python writes it at its end, and exits 120 where that fails.

        What is written to a stream after its reader has left goes nowhere from here on.
        """
        self.flush()
        if self._left:
            with contextlib.suppress(OSError):
                nothing = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nothing, self._stream.fileno())
                os.close(nothing)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def unbroken(stream: TextIO) -> Iterator[TextIO]:
    """Standard error is this stream, and cannot fail, for as long as the context lasts."""
    made: Any = Unbroken(stream)
    try:
        with contextlib.redirect_stderr(made):
            yield made
    finally:
        made.settle()


class OutputError(CitynetError):
    """What a command says cannot be written; the text says why."""


class ReaderLeftError(Exception):
    """Nobody reads standard output any more, which is nobody's mistake.

    No `OSError`: click would end the process by itself.
    """


@contextlib.contextmanager
def _in_words(encoding: str) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderLeftError from error
    except OSError as error:
        raise OutputError(f"standard output cannot be written: {error.strerror}") from error
    except UnicodeEncodeError as error:
        letter = f"U+{ord(error.object[error.start]):04X}"
        raise OutputError(
            f"standard output is {encoding}, which has no {letter}; "
            "PYTHONIOENCODING=utf-8 makes it UTF-8"
        ) from error


class Told:
    """A stream, and the bytes under it, that say in a sentence what cannot be written."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    @property
    def buffer(self) -> "Told":
        """The bytes under the text."""
        return Told(self._stream.buffer)

    def write(self, data: Any) -> int:
        """As the stream's own; raises `OutputError` instead of `OSError`."""
        with _in_words(getattr(self._stream, "encoding", "")):
            written: int = self._stream.write(data)
        return written

    def writelines(self, lines: Iterable[Any]) -> None:
        """As the stream's own; raises `OutputError` instead of `OSError`."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """As the stream's own; raises `OutputError` instead of `OSError`."""
        with _in_words(""):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def told(stream: TextIO) -> Iterator[None]:
    """Standard output is this stream, and says in a sentence what cannot be written.

    What is still to be written when it fails goes nowhere, so that it does not fail again.
    """
    made: Any = Told(stream)
    try:
        with contextlib.redirect_stdout(made):
            yield
            made.flush()
    except (OutputError, ReaderLeftError):
        _drop(stream)
        raise


def _drop(stream: TextIO) -> None:
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
