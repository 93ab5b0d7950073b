"""A process of citynet, with what it prints; ordinary or from the nursery."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from tests.campaign import nursery
from tests.processes import HEARS

LOST = 70
"""The exit code of a process whose nursery has ended."""
COMMAND = "import sys; from citynet.cli.main import run; sys.exit(run(sys.argv[1:]))"


class Process(Protocol):
    """What the campaign does with one."""

    pid: int

    def ended(self) -> int | None:
        """Its exit code once it has ended; minus the signal that ended it."""
        ...

    def read(self, seconds: float) -> tuple[int, bytes, bytes]:
        """Its exit code and what it printed. Raises `TimeoutError`."""
        ...


class Born:
    """One of the nursery's."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str]) -> None:
        pipes = [os.pipe(), os.pipe()]
        self._said = nursery.start(argv, environment, *(write for _, write in pipes))
        self._texts = [bytearray(), bytearray()]
        self._readers = [
            threading.Thread(target=_drain, args=(read, text), daemon=True)
            for (read, _), text in zip(pipes, self._texts, strict=True)
        ]
        for (_, write), reader in zip(pipes, self._readers, strict=True):
            os.close(write)
            reader.start()
        self._line = b""
        self.pid = int(self._next())
        self._code: int | None = None
        self._over = threading.Event()
        threading.Thread(target=self._wait, daemon=True).start()

    def _next(self) -> bytes:
        while b"\n" not in self._line:
            data = os.read(self._said, 64)
            if not data:
                raise ChildProcessError("the nursery has ended")
            self._line += data
        line, _, self._line = self._line.partition(b"\n")
        return line

    def _wait(self) -> None:
        try:
            self._code = int(self._next())
        except ChildProcessError:
            self._code = LOST
        finally:
            os.close(self._said)
            self._over.set()

    def ended(self) -> int | None:
        return self._code

    def read(self, seconds: float) -> tuple[int, bytes, bytes]:
        if not self._over.wait(seconds) or self._code is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, 9)
            raise TimeoutError(bytes(self._texts[1]).decode(errors="replace"))
        for reader in self._readers:
            reader.join(5)
        out, err = (bytes(text) for text in self._texts)
        return self._code, out, err


def _drain(descriptor: int, text: bytearray) -> None:
    with os.fdopen(descriptor, "rb", buffering=0) as stream:
        while data := stream.read(1 << 16):
            text += data


class Started:
    """An ordinary one."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str], code: str) -> None:
        self._process = subprocess.Popen(
            [*HEARS, sys.executable, "-c", code, *argv],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            env=dict(environment),
        )
        self.pid = self._process.pid

    def ended(self) -> int | None:
        return self._process.poll()

    def read(self, seconds: float) -> tuple[int, bytes, bytes]:
        try:
            out, err = self._process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            _, err = self._process.communicate()
            raise TimeoutError(err.decode(errors="replace")) from None
        return self._process.returncode, out, err


def begin(argv: Sequence[str], environment: Mapping[str, str], prelude: str = "") -> Process:
    """Start citynet; `prelude` is Python that comes before it."""
    if prelude:
        return Started(argv, environment, f"{prelude}\n{COMMAND}")
    return Born(argv, environment)
