"""The journal and the city's lock, on a real file system, killed and full ones included."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from citynet.transaction.journal import Journal, read, runs
from citynet.transaction.lock import BusyError, held
from citynet.transaction.words import (
    Begun,
    Committed,
    Committing,
    Decided,
    Decision,
    Ended,
    JournalError,
    Outcome,
    Record,
    Runs,
    Staged,
)
from tests.root import SUDO
from tests.speed import seconds

BEGUN = Begun("r1", "demo", "我 on host", "inventory/demo", (("a", "b"), ("c",)), 600.0, "now")
RECORDS: tuple[Record, ...] = (
    BEGUN,
    Staged({"a": "1", "b": "2"}, ("b",)),
    Committing(("a",), "then"),
    Committed({"a": "3"}),
    Decided(Decision.BACK, "不健康\n: a line", "later"),
    Ended(Outcome.OPEN, {"a": Runs.UNKNOWN, "c": Runs.SAME}, "last"),
)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    journal = Journal.create(tmp_path, "r1", 3)
    for record in RECORDS:
        journal.write(record)
    return tmp_path / "r1.journal"  # as a killed process leaves it: not closed


def test_what_is_written_is_read(written: Path) -> None:
    assert read(written) == list(RECORDS)
    assert runs(written.parent) == [written]
    assert written.stat().st_mode & 0o777 == 0o600


def test_it_goes_on_after_its_last_record(written: Path) -> None:
    again = Journal.reopen(written)
    again.write(RECORDS[-1])
    again.close()
    assert read(written) == [*RECORDS, RECORDS[-1]]
    assert b"\0" not in written.read_bytes()


def test_a_line_cut_short_anywhere_was_not_written(written: Path) -> None:
    whole = written.read_bytes().partition(b"\0")[0]
    last = whole.rindex(b"\n", 0, len(whole) - 1) + 1
    for end in range(last, len(whole) - 1):
        written.write_bytes(whole[:end] + b"\0" * 100)
        assert read(written) == list(RECORDS[:-1])
    again = Journal.reopen(written)
    again.write(RECORDS[0])
    assert read(written) == [*RECORDS[:-1], RECORDS[0]]


def test_damage_in_the_middle_is_said(written: Path) -> None:
    data = bytearray(written.read_bytes())
    for at in (3, data.index(b"\n") + 40):
        changed = bytearray(data)
        changed[at] ^= 1
        written.write_bytes(changed)
        with pytest.raises(JournalError, match=r"r1\.journal:[12]: the journal is damaged here"):
            read(written)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 200 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    options = f"size=200k,uid={os.getuid()}"
    mount = [*SUDO, "mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
    subprocess.run(mount, check=True)
    yield folder
    subprocess.run([*SUDO, "umount", str(folder)], check=True)


def test_a_full_disk_stops_before_anything_begins(small_disk: Path) -> None:
    with pytest.raises(JournalError, match="no room for a journal"):
        Journal.create(small_disk, "r1", 500)
    assert not runs(small_disk)


def test_a_disk_that_fills_up_later_does_not_matter(small_disk: Path) -> None:
    journal = Journal.create(small_disk, "r1", 3)
    rest = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    (small_disk / "filler").write_bytes(b"x" * rest)
    for record in RECORDS:
        journal.write(record)
    journal.close()
    assert read(small_disk / "r1.journal") == list(RECORDS)


def test_no_folder_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match=r"no journal at .*File exists"):
        Journal.create(tmp_path / "file", "r1", 1)


HOLD = """
import sys, time
from pathlib import Path
from citynet.transaction.lock import held
with held(Path(sys.argv[1]), "demo", "li on build1, process 7, since 02:00"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_says_who_and_ends_with_its_holder(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(BusyError, match="by li on build1, process 7, since 02:00"),
            held(tmp_path, "demo", "me"),
        ):
            pass
        holder.kill()
    deadline = time.monotonic() + seconds(5)
    while True:
        try:
            with held(tmp_path, "demo", "me"):
                return
        except BusyError:
            assert time.monotonic() < deadline
