"""What a disk refuses, in a sentence that says what to do; and files that are the user's alone."""

import errno
import os
import pwd
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from citynet.errors import CitynetError

ELSEWHERE = "XDG_STATE_HOME and XDG_CACHE_HOME name other folders for what citynet keeps"
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST})
MEBIBYTE = 2**20
LITTLE = 128
"""MiB: with less than that left, a full disk is the likely reason for whatever failed."""


class StorageError(CitynetError):
    """A file or folder of the user's cannot be read or written; the text says what to do."""


def sentence(error: OSError, place: Path | None = None) -> str | None:
    """What a user can do about it; None where it is no matter of the disk.

    `place` is where it happened, for errors that name no file.
    """
    file = error.filename or place
    why = (error.strerror or str(error)).lower()
    if "temporary directory" in why:
        return "no folder for temporary files can be written: free some room, or set TMPDIR"
    where = f"{os.fsdecode(file)} cannot be used" if file else "a file cannot be used"
    if error.errno in FULL:
        return f"{where}: {why}; free some room, or move: {ELSEWHERE}"
    if error.errno in CLOSED:
        return f"{where}: {why}{_owner(file)}; {ELSEWHERE}"
    return None


@contextmanager
def in_words(place: Path) -> Iterator[None]:
    """What the disk refuses meanwhile becomes a `StorageError`; `place` is where that may be."""
    try:
        yield
    except OSError as error:
        said = sentence(error, place)
        if said is None:
            raise
        raise StorageError(said) from error


def room(folder: Path) -> int:
    """MiB that this user may still write where `folder` is, or will be."""
    return shutil.disk_usage(existing(folder)).free // MEBIBYTE


def close(file: Path) -> None:
    """Take from other users what they can do with a file of this one's; fine if it is gone."""
    with suppress(FileNotFoundError):
        state = file.stat()
        if state.st_uid == os.geteuid() and state.st_mode & 0o077:
            file.chmod(state.st_mode & 0o700)


def existing(folder: Path) -> Path:
    """The folder itself, or the first above it that is there."""
    return next(each for each in (folder, *folder.absolute().parents) if each.is_dir())


def tightness(*folders: Path) -> str:
    """The end of a sentence, where one of these has hardly any room left; else empty."""
    full = sorted({str(each): room(each) for each in folders if room(each) < LITTLE}.items())
    return "".join(f"\n{name} has only {free} MiB left: free some room" for name, free in full)


def private(file: Path, content: bytes) -> None:
    """Write a file that was never readable by another user, whatever it was before."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with in_words(file), os.fdopen(descriptor, "wb") as stream:
        os.fchmod(descriptor, 0o600)
        stream.write(content)


def _owner(file: object) -> str:
    """Who has what is in the way, where that is another user."""
    if not isinstance(file, str | bytes | os.PathLike):
        return ""
    path = Path(os.fsdecode(file)).absolute()
    for each in (path, *path.parents):
        try:
            owner = each.stat().st_uid
        except OSError:
            continue
        return "" if owner in (0, os.geteuid()) else f" (it belongs to {_name(owner)})"
    return ""


def _name(owner: int) -> str:
    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:
        return f"user {owner}"
