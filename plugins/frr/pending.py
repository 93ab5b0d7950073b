"""A commit that waits on this device, as files: runs on the device, with Python's own library.

A commit is one directory, and its name is what was decided of it::

    commit/       it waits: `about.json`, `back.json`, `deadline.json`; before any file for the next
                  boot is written `names.json` says which, and once all are, `new.json`
    confirmed/    it stays: the files for the next boot are being renamed into their places
    reverting/    it goes back

A decision is one rename: it is made once, needs no room on a disk that is full, and is there or
not there after a crash. Whoever dies after it, the next one finishes what was decided.
Nothing here imports more than it must: a Python starts in half a second on an emulated router.
"""

import errno
import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

FORMAT = 1
NEW, COMMIT, CONFIRMED, REVERTING = "commit.new", "commit", "confirmed", "reverting"
ABOUT, BACK, DEADLINE, FILES = "about.json", "back.json", "deadline.json", "new.json"
NAMES = "names.json"
LEFT, WHY, ROOM, OUTCOMES = "left.json", "why.json", "room", "outcomes.json"
PREVIOUS = "previous.json"
"""The way back from the last commit that was confirmed."""
RUN = "run"
"""The commit's name alone, for shells."""
KEPT = 32
"""How many outcomes are remembered."""

GONE = "gone"
Json = Mapping[str, Any]


class Failure(Exception):  # noqa: N818 - the answer to a command, not a defect
    """A command that was not done. `kind`: `refused`, `not-pending` or `failed`."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


def now() -> float:
    """Seconds since the machine started, asleep or not: nobody sets this clock."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def start(proc: Path = Path("/proc")) -> str:
    """What is different after each start of this device, be it a machine or a container."""
    boot = (proc / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    first = (proc / "1/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    return f"{boot} {first}"


def write(path: Path, text: str, mode: int = 0o600, owner: tuple[int, int] | None = None) -> None:
    """Write a file that is whole and on the disk, or is not there. Raises `OSError`."""
    fresh = _unfinished(path)
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(handle, mode)
            if owner is not None:
                os.fchown(handle, *owner)
            file.write(text)
            file.flush()
            os.fsync(handle)
        fresh.rename(path)
    except OSError:
        with suppress(OSError):
            fresh.unlink()
        raise
    sync(path.parent)


def _unfinished(path: Path) -> Path:
    """What `write` has of a file before it is whole."""
    return path.with_name(f".{path.name}.tmp")


def sync(folder: Path) -> None:
    """Put a folder's names on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def held(path: Path, seconds: float) -> Iterator[int]:
    """Hold the lock `path`; raises `TimeoutError` if it is not free in time. May be for ever.

    Gives its descriptor: a process that is given it holds the lock as well.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    end = now() + seconds
    try:
        if seconds == float("inf"):
            fcntl.flock(handle, fcntl.LOCK_EX)
        while not _taken(handle):
            if now() > end:
                raise TimeoutError(f"{path} is not free")
            time.sleep(0.1)
        yield handle
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EINTR):
            return False
        raise
    return True


def free(path: Path) -> bool:
    """Whether nobody holds the lock `path`."""
    try:
        with held(path, 0.0):
            return True
    except TimeoutError:
        return False


class Store:
    """The folders of one device; `root` is another one in tests."""

    def __init__(self, root: Path = Path("/")) -> None:
        self.root = root
        self.state = root / "var/lib/citynet"
        self.run = root / "run/citynet"
        self.session = root / "run/citynet.lock"

    @property
    def deciding(self) -> Path:
        """Held while something is decided or carried out."""
        return self.run / "guard.lock"

    @property
    def watching(self) -> Path:
        """Held by the one who watches the time."""
        return self.run / "watch.lock"

    @property
    def changing(self) -> Path:
        """Held by whatever changes the device for a commit."""
        return self.run / "change.lock"

    def phase(self) -> str | None:
        """What was decided of the commit that is there; None where there is none."""
        found = (each for each in (CONFIRMED, REVERTING, COMMIT) if (self.state / each).is_dir())
        return next(found, None)

    def read(self, name: str) -> Any:
        """One of the commit's files; None where it is missing or was cut short."""
        phase = self.phase()
        try:
            return json.loads((self.state / (phase or COMMIT) / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def run_name(self) -> str:
        """The name of the commit that is there."""
        return str((self.read(ABOUT) or {}).get("run", ""))

    def begin(self, about: Json, back: Json, within: float, room: int) -> None:
        """Write the commit down, whole, before anything changes. Raises `OSError`."""
        fresh = self.state / NEW
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            fresh.mkdir(mode=0o700)
            named = {"run": about["run"], "note": about.get("note", ""), **back}
            write(fresh / BACK, json.dumps(named, ensure_ascii=False))
            write(
                fresh / ABOUT,
                json.dumps({"format": FORMAT, "start": start(), "began": now(), **about}),
            )
            write(fresh / RUN, f"{about['run']}\n")
            self._deadline(fresh, within)
            handle = os.open(fresh / ROOM, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.posix_fallocate(handle, 0, max(room, 1))
            finally:
                os.close(handle)
            fresh.rename(self.state / COMMIT)
        except OSError:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        sync(self.state)

    def _deadline(self, folder: Path, within: float) -> None:
        until = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(time.time() + within))
        values = {"at": now() + within, "within": within, "until": until}
        write(folder / DEADLINE, json.dumps(values))

    def extend(self, within: float) -> None:
        """Start the time again. Raises `OSError`."""
        self._deadline(self.state / COMMIT, within)

    def extended(self) -> tuple[int, int] | None:
        """Another value after each `extend`; None once the commit is decided."""
        try:
            found = (self.state / COMMIT / DEADLINE).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def seconds_left(self) -> float:
        """Until the commit goes back; 0 where its time cannot be read or it is from before."""
        if self.restarted():
            return 0.0
        return float((self.read(DEADLINE) or {}).get("at", 0.0)) - now()

    def restarted(self) -> bool:
        """Whether the device started anew since the commit began."""
        return bool((self.read(ABOUT) or {}).get("start") != start())

    def prepare(self, files: Json) -> None:
        """Write every file for the next boot beside its place, so that renaming is enough."""
        (self.state / COMMIT / ROOM).unlink(missing_ok=True)
        write(self.state / COMMIT / NAMES, json.dumps(sorted(files)))
        for path, each in files.items():
            place = self._beside(path)
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write(place, each["text"], each["mode"], _owner(each["owner"]))
        write(self.state / COMMIT / FILES, json.dumps(sorted(files)))

    def _beside(self, path: str) -> Path:
        return self.root / f"{path.lstrip('/')}.citynet-new"

    def _clear(self) -> None:
        """Remove every file for the next boot that was written, or half written."""
        names = self.read(NAMES) or self.read(FILES)  # the latter of an earlier release's commit
        for path in names or ():
            for each in (self._beside(path), _unfinished(self._beside(path))):
                each.unlink(missing_ok=True)

    def decide(self, phase: str, why: str) -> None:
        """`CONFIRMED` or `REVERTING`, once."""
        with suppress(OSError):  # for people; a full disk must not keep it from going back
            write(self.state / COMMIT / WHY, json.dumps(why))
        (self.state / COMMIT).rename(self.state / phase)
        sync(self.state)

    def keep(self) -> None:
        """Carry out a confirmation: rename each file into its place, as often as it takes."""
        for path in self.read(FILES) or ():
            with suppress(FileNotFoundError):
                self._beside(path).rename(self.root / path.lstrip("/"))
                sync((self.root / path.lstrip("/")).parent)

    def end(self, result: str, left: list[str]) -> None:
        """Remember what became of the commit, and forget the commit."""
        phase = self.phase()
        if phase is None:
            return
        at = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
        outcome = {
            "run": self.run_name(),
            "result": result,
            "note": (self.read(ABOUT) or {}).get("note", ""),
            "why": self.read(WHY) or "",
            "at": at,
            "left": left,
        }
        if phase == REVERTING:
            self._clear()
        if phase == CONFIRMED:
            with suppress(FileNotFoundError):
                (self.state / phase / BACK).rename(self.state / PREVIOUS)
        remembered = self._remember(outcome)
        shutil.rmtree(self.state / GONE, ignore_errors=True)
        (self.state / phase).rename(self.state / GONE)
        sync(self.state)
        shutil.rmtree(self.state / GONE, ignore_errors=True)
        if not remembered:  # there is room now
            self._remember(outcome)

    def outcomes(self) -> list[Json]:
        """What became of the last commits, oldest first."""
        try:
            found = json.loads((self.state / OUTCOMES).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return found if isinstance(found, list) else []

    def _remember(self, outcome: Json) -> bool:
        try:
            write(self.state / OUTCOMES, json.dumps([*self.outcomes(), outcome][-KEPT:]))
        except OSError:
            return False
        return True


def _owner(name: str | None) -> tuple[int, int] | None:
    if name is None:
        return None
    import pwd  # noqa: PLC0415 - rarely needed

    try:
        found = pwd.getpwnam(name)
    except KeyError:
        return None
    return found.pw_uid, found.pw_gid
