"""Built things, kept by content: a folder per digest of the recipe that made it."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from citynet.lab.errors import LabError


@dataclass(frozen=True, slots=True)
class Cache:
    """`root/<kind>/<digest>/` is complete as soon as it exists: it is renamed into place."""

    root: Path

    def get(self, kind: str, digest: str, build: Callable[[Path], None]) -> Path:
        """The folder for this digest, made by `build(folder)` if it is not there yet.

        Two processes that want it build it once; what a killed build left is cleared.
        """
        final = self.root / kind / digest
        if final.is_dir():
            return final
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(self.root / f"{kind}.lock"):
            if final.is_dir():
                return final
            scratch = self.root / kind / f"{digest}.part"
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir(parents=True)
            try:
                build(scratch)
                scratch.rename(final)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
        return final

    def find(self, kind: str, digest: str) -> Path | None:
        """The folder for this digest, if it has been built."""
        final = self.root / kind / digest
        return final if final.is_dir() else None


@contextmanager
def locked(file: Path, busy: str | None = None) -> Iterator[None]:
    """Hold a lock file; with `busy`, fail with that sentence rather than wait.

    The kernel lets go of the lock when its holder dies, however it dies.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = _acquire(file, busy)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
        os.close(descriptor)


def _acquire(file: Path, busy: str | None) -> int:
    """A descriptor that holds the lock of the file that has this name now.

    The last holder removes its file, so what was waited for may no longer be it.
    """
    while True:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
            if file.exists() and os.path.samestat(os.fstat(descriptor), file.stat()):
                return descriptor
        except BlockingIOError as error:
            os.close(descriptor)
            raise LabError(busy or str(error)) from error
        except FileNotFoundError:
            pass
        os.close(descriptor)


def digest_of(parts: Iterable[bytes]) -> str:
    """16 hexadecimal digits that stand for these parts, in this order."""
    state = hashlib.sha256()
    for part in parts:
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.hexdigest()[:16]


def folder_digest(*folders: Path) -> str:
    """A digest of every file's name, mode bit for execution, and content under `folders`."""
    parts: list[bytes] = []
    for folder in folders:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            parts.append(str(file.relative_to(folder)).encode())
            parts.append(b"x" if file.stat().st_mode & 0o100 else b"-")
            parts.append(file.read_bytes())
    return digest_of(parts)
