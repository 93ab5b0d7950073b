"""What leads to a journal is on disk before the journal is relied on."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from citynet.transaction import folder as folders
from citynet.transaction.journal import Journal
from citynet.transaction.lock import held


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files and folders that were put on disk, in order."""
    found: list[Path] = []
    really = os.fsync

    def fsync(descriptor: int) -> None:
        found.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        really(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return found


def _lock(folder: Path) -> None:
    with held(folder, "demo", "me"):
        pass


def _journal(folder: Path) -> None:
    Journal.create(folder, "r1", 1).close()


@pytest.mark.parametrize("make", [_lock, _journal, folders.make])
def test_every_folder_that_is_made_is_on_disk_in_its_parent(
    make: Callable[[Path], None], synced: list[Path], tmp_path: Path
) -> None:
    make(tmp_path / "state" / "runs" / "demo")
    assert synced[:4] == [
        tmp_path.parent,
        tmp_path,
        tmp_path / "state",
        tmp_path / "state" / "runs",
    ]
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_a_killed_process_made_is_on_disk_too(
    synced: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "runs").mkdir()
    folders.make(tmp_path / "runs")
    assert synced == [tmp_path]


def test_a_file_in_its_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "runs").touch()
    with pytest.raises(OSError, match="File exists"):
        folders.make(tmp_path / "runs")
