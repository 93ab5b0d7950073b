"""The driver's side of a commit that waits on the device: the program there, and its answers."""

import base64
import gzip
import importlib.util
import io
import json
import shlex
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from citynet.deploy.driver import SOON, DeviceError, NotPendingError, Refusal, Refused
from citynet.fleet.shell import Output

from . import script
from .pending import COMMIT, CONFIRMED, PREVIOUS, REVERTING

MODULES = (
    "again",
    "alive",
    "change",
    "config",
    "files",
    "guard",
    "linux",
    "nft",
    "pending",
    "reconcile",
    "script",
    "snapshot",
    "state",
    "wayback",
    "words",
)
"""Of this folder, what goes back and all that it needs."""
BORROWED = ("citynet.errors", "citynet.deploy.driver", "citynet.render.artifact")
"""What it needs of the engine: these import nothing but Python's own library, as a router has."""
ENTRY = "from frr_guard.guard import run\n\nraise SystemExit(run())\n"
GUARD = f"{script.STATE_DIR}/guard"
"""A link to the program of the commit that waits, or of the last one."""
TIMEOUT = 240.0
BUSY, OVER, ABSENT = 75, 76, 77
NO_COMMAND = 127

Run = Callable[[str, float], Output]


@cache
def bundle() -> tuple[str, bytes]:
    """The program as a tar.gz, the same bytes for the same sources, and a name for them."""
    sources = {"__main__.py": ENTRY.encode(), "frr_guard/__init__.py": b""}
    here = Path(__file__).parent
    sources |= {f"frr_guard/{name}.py": (here / f"{name}.py").read_bytes() for name in MODULES}
    for name in BORROWED:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise DeviceError(f"the installation is incomplete: there is no {name}")
        parts = name.split(".")
        for depth in range(1, len(parts)):
            sources["/".join([*parts[:depth], "__init__.py"])] = b""
        sources["/".join(parts) + ".py"] = Path(spec.origin).read_bytes()
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as tar,
    ):
        for path, data in sorted(sources.items()):
            info = tarfile.TarInfo(path)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    total = sha256(b"".join(b"%s\0%s\0" % (k.encode(), v) for k, v in sorted(sources.items())))
    return total.hexdigest()[:16], packed.getvalue()


def installing() -> str:
    """A script that puts the program on the device, whole or not at all.

    Older ones go, unless a commit is there or is just being begun, decided or carried out: its
    watcher needs its own.
    """
    name, data = bundle()
    there = " -o ".join(f"-e {phase}" for phase in (COMMIT, REVERTING, CONFIRMED))
    text = base64.encodebytes(data).decode()
    place, fresh = f"guard-{name}", f"guard-{name}.new"
    return (
        f"umask 077; mkdir -p -m 700 {script.STATE_DIR} && cd {script.STATE_DIR} || exit 1\n"
        f"rm -rf {fresh}; mkdir {fresh} || exit 1\n"
        f"{{ base64 -d | tar xz -C {fresh}; }} {script.here(text)}\n"
        f"[ $? = 0 ] && sync -f . && mv -T {fresh} {place} || {{ rm -rf {fresh}; exit 1; }}\n"
        f"mkdir -p -m 700 {script.RUN_DIR}\n"
        f"( flock -n 9 || exit; [ {there} ] && exit\n"
        f"for old in guard-*; do [ $old = {place} ] || rm -rf $old; done\n"
        f") 9>>{script.RUN_DIR}/guard.lock\n"
        f"ln -sfn {place} guard\n"
    )


def calling(place: str, *words: str) -> str:
    """A script that calls the program at `place`, and ends with `ABSENT` where it is not."""
    return f"[ -e {place} ] || exit {ABSENT}\npython3 -IS {place} {shlex.join(words)}"


def entering(run: str) -> str:
    """What a script that changes the device begins with: no other one runs, and `run` waits.

    All that the script starts inherits the lock, by which it is found and ended before the
    device goes back. Going back holds the lock too, and then nothing waits any more.
    """
    return (
        f"umask 077\nexec 8>>{script.RUN_DIR}/change.lock\nbusy=; flock -w 10 8 || busy=1\n"
        f"waits=; read -r waits <{script.STATE_DIR}/commit/run\n"
        f'[ "$waits" = {shlex.quote(run)} ] || exit {OVER}\n'
        f'[ -z "$busy" ] || exit {BUSY}\n'
    )


class Guard:
    """Calls the program on one device; `run` runs a script there, for so many seconds."""

    def __init__(self, device: str, run: Run) -> None:
        self._device = device
        self._run = run

    def begin(
        self, about: Mapping[str, Any], back: Mapping[str, Any], within: float, room: int
    ) -> None:
        """Have the way back kept and its time watched. `Refused`: nothing has changed."""
        asked = {"about": about, "back": back, "within": within, "room": room}
        place = f"{script.STATE_DIR}/guard-{bundle()[0]}"
        document = json.dumps(asked, ensure_ascii=False)
        command = f"{calling(place, 'begin')} {script.here(document)}"
        done = self._run(command, TIMEOUT)
        if done.status == ABSENT:
            installed = self._run(installing(), TIMEOUT)
            if installed.status:
                said = installed.stderr.strip() or f"status {installed.status}"
                what = f"the way back cannot be kept on the device: {said}; nothing was changed"
                raise Refused(self._device, [Refusal("", None, "", what)])
            done = self._run(command, TIMEOUT)
        self._answer(done)

    def ready(self, run: str, within: float, files: Mapping[str, Any]) -> None:
        """The commit is complete; its time starts."""
        asked = {"run": run, "within": within, "files": files}
        self._call("ready", document=json.dumps(asked, ensure_ascii=False))

    def extend(self, run: str, within: float) -> None:
        """Start the time again."""
        self._call("extend", run, str(within), timeout=SOON)

    def confirm(self, run: str) -> None:
        """Keep it."""
        self._call("confirm", run, timeout=SOON)

    def back(self, run: str, why: str = "") -> None:
        """As before, now."""
        self._call("back", run, *([why] if why else []))

    def previous(self) -> Mapping[str, Any] | None:
        """What ran before the last commit that was confirmed, with its `run`; None if none was."""
        place = f"{script.STATE_DIR}/{PREVIOUS}"
        return _values(self._run(f"cat {place} 2>/dev/null", TIMEOUT).stdout) or None

    def _call(self, *words: str, document: str = "", timeout: float = TIMEOUT) -> None:
        done = self._run(f"{calling(GUARD, *words)} {script.here(document)}", timeout)
        if done.status == ABSENT:
            raise NotPendingError(f"{self._device}: no commit ever waited here")
        self._answer(done)

    def _answer(self, done: Output) -> None:
        try:
            answer = json.loads(done.stdout)
        except ValueError as error:
            said = done.stderr.strip().rpartition("\n")[2] or f"status {done.status}"
            if done.status == NO_COMMAND:
                said = "there is no python3 on it, which keeps a commit's way back"
            raise DeviceError(f"{self._device}: {said}") from error
        if answer.get("ok"):
            return
        message = str(answer.get("message", "no reason given"))
        if answer.get("kind") == "refused":
            raise Refused(self._device, [Refusal("", None, "", message)])
        if answer.get("kind") == "not-pending":
            raise NotPendingError(f"{self._device}: {message}")
        raise DeviceError(f"{self._device}: {message}")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A commit that waits: its name, and a sentence. `settled`: what runs stays as it is."""

    run: str
    sentence: str
    settled: bool


def waiting(saved: Mapping[str, str]) -> Waiting | None:
    """The commit that waits, by what was read; None without one."""
    for phase, doing in (
        (COMMIT, "waits for its confirmation"),
        (REVERTING, "is going back"),
        (CONFIRMED, "is being confirmed"),
    ):
        about = saved.get(f"{script.STATE_DIR}/{phase}/about.json")
        if about is None:
            continue
        run = str(_values(about).get("run", "unknown"))
        deadline = _values(saved.get(f"{script.STATE_DIR}/{phase}/deadline.json", ""))
        uptime = saved.get(script.UPTIME, "0").split()[:1] or ["0"]
        left = max(0.0, float(deadline.get("at", 0.0)) - float(uptime[0]))
        more = f", {left:.0f} s left" if phase == COMMIT else ""
        return Waiting(run, f"commit {run} {doing}{more}", settled=phase == CONFIRMED)
    return None


def _values(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
