"""Built things, kept by content: a folder per digest of the recipe that made it."""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from citynet.lab import qemu
from citynet.lab.errors import BuildError, LabError
from citynet.storage import close, in_words, tightness

LARGE = 4096
"""Bytes from which a file of an entry is looked at each time: a disk that was full, or a machine
that lost its power, leaves it short.
"""
PART = ".part"
"""How the name of an entry ends while it is made."""
DISKS = frozenset({".qcow2", ".raw", ".tar"})


@dataclass(frozen=True, slots=True)
class Cache:
    """`root/<kind>/<digest>/` is complete as soon as it exists: it is renamed into place."""

    root: Path

    def get(self, kind: str, digest: str, build: Callable[[Path], None]) -> Path:
        """The folder for this digest, made by `build(folder)` if it is not there yet.

        Two processes that want it build it once; what a killed build left is cleared, and one
        that has lost files since is built again. Raises `StorageError`.
        """
        final = self.root / kind / digest
        with in_words(self.root):
            if not _whole(final):
                self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
                with locked(self.lock(kind)):
                    if not _whole(final):
                        self._build(final, build)
            _close(final)
        return final

    def find(self, kind: str, digest: str) -> Path | None:
        """The folder for this digest, if it has been built."""
        final = self.root / kind / digest
        return final if _whole(final) else None

    def lock(self, kind: str) -> Path:
        """Held while something of this kind is built."""
        return self.root / f"{kind}.lock"

    def _build(self, final: Path, build: Callable[[Path], None]) -> None:
        scratch = final.with_name(f"{final.name}{PART}")
        qemu.end_under(scratch)
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        try:
            build(scratch)
            _list(final).write_text(json.dumps(_sizes(scratch)), encoding="utf-8")
            if final.exists():
                shutil.rmtree(final)
            scratch.rename(final)
        except BuildError as error:
            if said := tightness(self.root, Path(tempfile.gettempdir())):
                raise BuildError(f"{error}{said}") from error
            raise
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _list(final: Path) -> Path:
    """Beside an entry: its large files and their sizes. Those of earlier releases have none."""
    return final.with_name(f"{final.name}.files")


def _sizes(folder: Path) -> dict[str, int]:
    files = (each for each in folder.rglob("*") if each.is_file() and not each.is_symlink())
    sizes = ((str(each.relative_to(folder)), each.stat().st_size) for each in files)
    return {name: size for name, size in sizes if size >= LARGE}


def _whole(final: Path) -> bool:
    """Whether an entry is there, with all that was built."""
    if not final.is_dir():
        return False
    try:
        wanted = json.loads(_list(final).read_text(encoding="utf-8"))
        return all((final / name).stat().st_size >= size for name, size in wanted.items())
    except FileNotFoundError:
        return not _list(final).exists()
    except (ValueError, AttributeError, TypeError):
        return False


def _close(final: Path) -> None:
    """Nothing of an entry is for other users, whatever their umask was that built it."""
    for each in (final, *(each for each in final.iterdir() if each.suffix in DISKS)):
        close(each)


@contextmanager
def locked(file: Path, busy: str | None = None) -> Iterator[None]:
    """Hold a lock file; with `busy`, fail with that sentence, `{process}` in it, and do not wait.

    The kernel lets go of the lock when its holder dies, however it dies. The file says which
    process that is.
    """
    with in_words(file):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = _acquire(file, busy)
    with suppress(OSError):
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
        os.close(descriptor)


def holder(file: Path) -> str:
    """The process that holds a lock file now; empty where none does."""
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "?"
    finally:
        os.close(descriptor)
    return ""


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
            process = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
            os.close(descriptor)
            raise LabError((busy or "").format(process=process or "?")) from error
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
