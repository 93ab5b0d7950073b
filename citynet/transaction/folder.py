"""Folders that are on disk: a file is only as safe as the names that lead to it."""

import os
from contextlib import suppress
from pathlib import Path


def make(folder: Path) -> None:
    """Make a folder, and those it is in; their names are on disk when this returns.

    What is there may have been made a moment ago by a process that was killed, so its name is
    put on disk too; one whose parent cannot be read is not ours. Raises `OSError`.
    """
    if folder.is_dir():
        with suppress(PermissionError):
            sync(folder.parent)
        return
    make(folder.parent)
    folder.mkdir(exist_ok=True, mode=0o700)
    sync(folder.parent)


def sync(folder: Path) -> None:
    """Put the names in a folder on disk. Raises `OSError`."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
