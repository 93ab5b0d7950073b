"""`citynet deploy` as a process of its own: started, watched by its journal, killed, read."""

import json
import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from citynet.transaction import journal
from citynet.transaction.settle import History, history
from citynet.transaction.words import JournalError
from tests.campaign.city import NAME
from tests.campaign.process import begin
from tests.speed import seconds

LONGEST = 240.0
"""Seconds after which a run counts as one that does not end."""
POLL = 0.003
Seen = Callable[[str, str], None]
"""Called with the kind of a record that is on disk, and with that of the last one there."""


def journals(state: Path, city: str = NAME) -> list[Path]:
    """The journals of a city, oldest first: those of its lab, and those of an access file."""
    folders = (state / "citynet" / "labs" / city / "runs", state / "citynet" / "runs" / city)
    return sorted(file for each in folders for file in journal.runs(each))


def records(file: Path) -> list[str]:
    """The kinds of the records that are on disk by now."""
    with suppress(OSError, ValueError):
        written = file.read_bytes().partition(b"\0")[0]
        lines = written.split(b"\n")[:-1]
        return [str(json.loads(line.partition(b" ")[2])["kind"]) for line in lines]
    return []


@dataclass(frozen=True)
class Ended:
    """How a process ended. `report` is None where it printed none."""

    code: int
    out: str
    err: str
    report: Mapping[str, Any] | None
    seconds: float

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


@dataclass
class Run:
    """One process. `seen` is told of every kind of record as it is written."""

    argv: Sequence[str]
    state: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    seen: Seen = lambda _, __: None
    prelude: str = ""
    city: str = NAME

    def start(self) -> "Run":
        self._before = set(journals(self.state, self.city))
        self._known: Path | None = None
        self._began = time.monotonic()
        environment = {**os.environ, "XDG_STATE_HOME": str(self.state), **self.environment}
        self.process = begin(self.argv, environment, self.prelude)
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        return self

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def file(self) -> Path | None:
        """The run's journal: the first that was seen, whatever another run begins since."""
        new = [each for each in journals(self.state, self.city) if each not in self._before]
        self._known = self._known or (new[0] if new else None)
        return self._known

    @property
    def alive(self) -> bool:
        return self.process.ended() is None

    def _watch(self) -> None:
        told: list[str] = []
        for each in self._before:  # a run that is taken up again goes on in its own
            if each.stem in self.argv:
                self._known, told = each, records(each)
        while self.alive:
            file = self.file
            now = records(file) if file is not None else []
            for kind in now[len(told) :]:
                self.seen(kind, now[-1])
            told = now or told
            time.sleep(POLL)

    def signal(self, number: int) -> None:
        if self.alive:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def freeze(self, seconds: float) -> None:
        self.signal(signal.SIGSTOP)
        timer = threading.Timer(seconds, self.signal, (signal.SIGCONT,))
        timer.daemon = True
        timer.start()

    def fill(self) -> None:
        """No file of its can become longer any more."""
        with suppress(OSError):
            resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (0, 0))

    def wait(self) -> Ended:
        """Raises `TimeoutError` for a run that does not end."""
        try:
            code, out, err = self.process.read(seconds(LONGEST))
        except TimeoutError as error:
            what = f"it did not end within {LONGEST:.0f} s: {str(error)[-500:]}"
            raise TimeoutError(what) from None
        self._watcher.join(5)
        return Ended(
            code,
            out.decode(errors="replace"),
            err.decode(errors="replace"),
            _report(out),
            time.monotonic() - self._began,
        )

    def past(self) -> History | None:
        """What its journal says; None where nothing was begun."""
        file = self.file
        if file is None or not file.exists():
            return None
        found = journal.read(file)
        return history(found) if found else None


def _report(out: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(out)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "results" in found else None


__all__ = ["Ended", "History", "JournalError", "Run", "journals", "records"]
