"""A run on disk: one file, one record a line, each chained to the one before by its checksum.

The space is taken before the first device is touched, so that a disk that fills up later does
not matter. A record is on disk when `write` returns. A last line that is not whole is what a
killed process was writing, and counts as not written; anything else that does not add up is an
error, since guessing is not for networks.
"""

import errno
import json
import os
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from citynet.transaction import folder as folders
from citynet.transaction.words import (
    Begun,
    Committed,
    Committing,
    Decided,
    Ended,
    JournalError,
    Marked,
    Record,
    Renewing,
    Staged,
)

SUFFIX = ".journal"
KINDS: Mapping[str, type[Record]] = {
    "begun": Begun,
    "marked": Marked,
    "staged": Staged,
    "committing": Committing,
    "renewing": Renewing,
    "committed": Committed,
    "decided": Decided,
    "ended": Ended,
}
_NAMES = {kind: name for name, kind in KINDS.items()}
RESERVE = 65536
RESERVE_FOR_DEVICE = 2048
"""Bytes kept free: twice what the longest records of a device were measured to take."""


def _sum(before: str, text: str) -> str:
    return sha256(f"{before}\n{text}".encode()).hexdigest()[:16]


class Journal:
    """A journal that is being written; nobody else writes it."""

    def __init__(self, file: Path, descriptor: int, before: str, length: int) -> None:
        self._file = file
        self._descriptor = descriptor
        self._before = before
        self._length = length

    @classmethod
    def create(cls, folder: Path, run: str, devices: int) -> "Journal":
        """Make the file of a run, with room for all of it. Raises `JournalError`."""
        file = folder / f"{run}{SUFFIX}"
        try:
            folders.make(folder)
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise JournalError(f"no journal at {file}: {error.strerror}") from error
        try:
            _reserve(descriptor, RESERVE + RESERVE_FOR_DEVICE * devices)
            os.fsync(descriptor)
            folders.sync(folder)
        except OSError as error:
            os.close(descriptor)
            with suppress(OSError):
                file.unlink()
            raise JournalError(f"no room for a journal at {file}: {error.strerror}") from error
        return cls(file, descriptor, "", 0)

    @classmethod
    def reopen(cls, file: Path) -> "Journal":
        """Go on with a journal, after its last whole record. Raises `JournalError`."""
        last = deque(_lines(file), maxlen=1)
        _, before, length = last[0] if last else ("", "", 0)
        try:
            descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise JournalError(f"the journal {file} cannot be written: {error.strerror}") from error
        return cls(file, descriptor, before, length)

    def write(self, record: Record) -> None:
        """Put a record on disk. Raises `JournalError`; then it counts as not written."""
        text = json.dumps(
            {"kind": _NAMES[type(record)], **asdict(record)}, ensure_ascii=False, sort_keys=True
        )
        total = _sum(self._before, text)
        line = f"{total} {text}\n".encode()
        try:
            _write(self._descriptor, line + b"\0", self._length)
            os.fsync(self._descriptor)
        except OSError as error:
            with suppress(OSError):
                os.pwrite(self._descriptor, b"\0", self._length)
            raise JournalError(
                f"the journal {self._file} cannot be written: {error.strerror}"
            ) from error
        self._before, self._length = total, self._length + len(line)

    def close(self) -> None:
        """Give back the room that was not used."""
        with suppress(OSError):
            os.ftruncate(self._descriptor, self._length)
        os.close(self._descriptor)


def _write(descriptor: int, data: bytes, at: int) -> None:
    while data:
        written = os.pwrite(descriptor, data, at)
        data, at = data[written:], at + written


def _reserve(descriptor: int, size: int) -> None:
    try:
        os.posix_fallocate(descriptor, 0, size)
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):
            raise
        _write(descriptor, b"\0" * size, 0)


def read(file: Path) -> list[Record]:
    """The records of a run, in order. Raises `JournalError`."""
    return [_record(file, number, text) for number, (text, _, _) in enumerate(_lines(file), 1)]


def _lines(file: Path) -> Iterator[tuple[str, str, int]]:
    """Each whole line: its text, its checksum, and where the next one begins."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise JournalError(f"the journal {file} cannot be read: {error.strerror}") from error
    before, at = "", 0
    written = data.partition(b"\0")[0]
    lines = written.split(b"\n")
    for number, raw in enumerate(lines[:-1], 1):
        total, _, text = raw.decode(errors="replace").partition(" ")
        if total != _sum(before, text):
            if number == len(lines) - 1 and not lines[-1]:
                return  # the last line, and a process was killed or a disk failed within it
            raise JournalError(f"{file}:{number}: the journal is damaged here")
        before, at = total, at + len(raw) + 1
        yield text, before, at


def _record(file: Path, number: int, text: str) -> Record:
    found: dict[str, Any] = json.loads(text)
    kind = KINDS.get(str(found.pop("kind", "")))
    if kind is None:
        raise JournalError(f"{file}:{number}: a record of another release of citynet")
    try:
        made: Record = TypeAdapter(kind).validate_python(found)
    except ValidationError as error:
        raise JournalError(f"{file}:{number}: a record of another release of citynet") from error
    return made


def runs(folder: Path) -> list[Path]:
    """The journals of a city, oldest first: names of runs begin with their time."""
    return sorted(folder.glob(f"*{SUFFIX}"))
