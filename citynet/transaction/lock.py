"""One citynet at a time for each city, on this machine and for this user.

Who works from elsewhere is kept out by the devices' own locks.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from citynet.errors import CitynetError
from citynet.storage import sentence
from citynet.transaction import folder as folders

FILE = "lock"


class BusyError(CitynetError):
    """Another citynet is at work on the city."""


@contextmanager
def held(folder: Path, city: str, holder: str) -> Iterator[None]:
    """Hold the city's lock; `holder` says who and since when, for whoever comes next.

    The kernel lets go when the process ends, however it ends. Raises `BusyError`.
    """
    try:
        folders.make(folder)
        descriptor = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BusyError(_refused(city, folder, error)) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            who = os.read(descriptor, 4096).decode(errors="replace").strip() or "somebody"
            raise BusyError(f"{city} is in use by {who}; wait for it, or stop it") from error
        try:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{holder}\n".encode())
        except OSError as error:
            raise BusyError(_refused(city, folder, error)) from error
        yield
    finally:
        os.close(descriptor)


def _refused(city: str, folder: Path, error: OSError) -> str:
    return f"no lock for {city} in {folder}: {sentence(error, folder) or error.strerror}"
