"""What keeps a commit's promise on the device, killed at every step that it takes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from citynet.render.artifact import Artifact
from plugins.frr import config, guard, pending, snapshot, wayback
from plugins.frr.linux import State, Wanted
from plugins.frr.pending import Store
from plugins.frr.state import Goal
from tests.cities import ROOT
from tests.speed import seconds

FILES = {
    "/etc/frr/frr.conf": {"text": "new\n", "mode": 0o640, "owner": None},
    "/var/lib/citynet/boot": {"text": "#!new\n", "mode": 0o700, "owner": None},
    "/var/lib/citynet/linux.state": {"text": "new 中文\n", "mode": 0o600, "owner": None},
}
BEGIN = {"about": {"run": "r1", "held": False}, "back": {"x": 1}, "within": 60, "room": 1000}


class Crash(BaseException):
    """The process is gone."""


class Device:
    """Runs `old` or `new`; going back is what a test counts and breaks."""

    def __init__(self, root: Path) -> None:
        self.store = Store(root)
        self.runs = "old"
        self.left: list[list[str]] = []
        for path in FILES:
            place = root / path.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("old\n")

    def go_back(self, store: Store) -> list[str]:
        left = self.left.pop(0) if self.left else []
        if not left:
            self.runs = "old"
        return left

    def call(self, *words: str, given: object = None) -> dict[str, Any]:
        return dict(guard.main(list(words), json.dumps(given), self.store))

    def boots(self) -> str:
        """`old`, `new`, or both of them: what the files for the next boot say."""
        texts = {path: (self.store.root / path.lstrip("/")).read_text() for path in FILES}
        kinds = {"old" if text == "old\n" else "new" for text in texts.values()}
        assert all(text in ("old\n", FILES[path]["text"]) for path, text in texts.items())
        return "+".join(sorted(kinds))

    def begin(self) -> dict[str, Any]:
        return self.call("begin", given=BEGIN)

    def ready(self, within: float = 60) -> dict[str, Any]:
        self.runs = "new"
        return self.call("ready", given={"run": "r1", "within": within, "files": FILES})


@pytest.fixture
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Device:
    made = Device(tmp_path)
    monkeypatch.setattr(wayback, "go_back", made.go_back)
    monkeypatch.setattr(wayback, "PAUSES", (0.0,))
    monkeypatch.setattr(guard, "spawn", lambda *_: os.open(os.devnull, os.O_RDONLY))
    return made


def test_a_commit_that_is_confirmed(device: Device) -> None:
    assert device.begin() == {"ok": True}
    assert device.call("confirm", "r1")["kind"] == "failed"  # it is not complete
    assert device.ready() == {"ok": True}
    assert device.boots() == "old"
    assert device.call("confirm", "r1") == {"ok": True}
    assert (device.runs, device.boots()) == ("new", "new")
    mode = (device.store.root / "var/lib/citynet/boot").stat().st_mode
    assert mode & 0o777 == 0o700
    again = device.call("confirm", "r1")
    assert again["kind"] == "not-pending"
    assert "it was confirmed at" in again["message"]


def test_a_commit_that_is_taken_back(device: Device) -> None:
    device.begin()
    device.ready()
    device.left = [["link x is still there"], []]
    assert device.call("back", "r1") == {"ok": True}
    assert (device.runs, device.boots()) == ("old", "old")
    assert not list(device.store.root.rglob("*citynet-new"))
    assert device.call("back", "r1")["kind"] == "not-pending"


def test_what_goes_back_waits_until_it_is_back(device: Device) -> None:
    device.begin()
    device.ready()
    device.store.decide(pending.REVERTING, "its time ran out")
    for words in (("confirm", "r1"), ("extend", "r1", "9")):
        said = device.call(*words)
        assert (said["kind"], said["message"]) == (
            "failed",
            "commit r1 is going back: its time ran out",
        )
    assert device.call("confirm", "r2")["kind"] == "not-pending"
    assert device.call("back", "r1") == {"ok": True}  # whoever asks for it helps
    assert (device.runs, device.call("confirm", "r1")["kind"]) == ("old", "not-pending")


def test_who_asks_for_what_goes_back_has_it_watched(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    device.begin()
    device.ready(within=0.0)
    began: list[int] = []

    def spawn(_: Store, count: int) -> int:
        began.append(count)
        return os.open(os.devnull, os.O_RDONLY)

    monkeypatch.setattr(guard, "spawn", spawn)
    with pending.held(device.store.watching, 1):
        assert device.call("confirm", "r1")["kind"] == "failed"
    assert not began
    assert device.call("confirm", "r1")["kind"] == "failed"
    assert began == [1]


def test_asking_for_the_way_back_when_its_time_is_over_helps(device: Device) -> None:
    device.begin()
    device.ready(within=0.0)
    assert device.call("back", "r1") == {"ok": True}
    assert device.runs == "old"


def test_a_way_back_that_takes_long_is_asked_for_again(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    device.begin()
    device.ready()
    monkeypatch.setattr(guard, "FOREGROUND", -1.0)
    device.left = [["link x is still there"]]
    assert device.call("back", "r1")["kind"] == "failed"
    monkeypatch.setattr(guard, "PATIENCE", 0.0)
    with pending.held(device.store.deciding, 1):  # the watcher is at it
        said = device.call("back", "r1")
    assert (said["kind"], "is not free" in said["message"]) == ("failed", True)
    assert device.call("back", "r1") == {"ok": True}


def test_time_runs_out_and_may_be_extended(device: Device) -> None:
    device.begin()
    device.ready(within=0.0)
    late = {"ok": False, "kind": "failed", "message": "commit r1 is going back: its time ran out"}
    assert device.call("extend", "r1", "60") == late
    assert device.call("confirm", "r1") == late
    assert device.ready() == late
    device.call("watch")
    assert device.call("extend", "r1", "60")["kind"] == "not-pending"
    assert device.runs == "old"
    assert "its time ran out" in device.call("confirm", "r1")["message"]
    device.begin()
    device.ready(within=1.0)
    began = time.monotonic()
    assert device.call("extend", "r1", "2") == {"ok": True}
    device.call("watch")
    assert time.monotonic() - began > 1.9


def test_a_second_commit_is_told_which_one_waits(device: Device) -> None:
    device.begin()
    device.ready()
    said = device.begin()
    assert said["kind"] == "refused"
    assert "commit r1 waits for its confirmation, 60 s left" in said["message"]


def test_a_commit_whose_session_is_gone_goes_back_at_once(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "GRACE", 0.0)
    asked = {**BEGIN, "about": {"run": "r1", "held": True}}
    device.call("begin", given=asked)
    with pending.held(device.store.session, 1):
        guard.expect(device.store, "r1")
    device.call("watch")
    assert "session that carried it out was lost" in device.call("confirm", "r1")["message"]


def test_a_restart_ends_the_wait_and_finishes_a_confirmation(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    device.begin()
    device.ready()
    monkeypatch.setattr(pending, "start", lambda: "another")
    goes_back = "commit r1 is going back: the device restarted before it was confirmed"
    assert device.call("confirm", "r1")["message"] == goes_back
    device.call("start")
    assert device.call("confirm", "r1")["message"] == goes_back
    device.call("watch")
    assert device.runs == "old"
    assert "the device restarted" in device.call("confirm", "r1")["message"]


def test_no_room_is_refused_and_leaves_nothing(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    said = device.begin()
    assert said["kind"] == "refused"
    assert "No space left on device; nothing was changed" in said["message"]
    assert device.store.phase() is None
    assert not list((device.store.root / "var/lib/citynet").glob("commit*"))


@pytest.mark.parametrize("how", ["the disk is full", "it is killed"])
@pytest.mark.parametrize("at", range(1, 6))
def test_files_for_the_next_boot_that_are_not_all_written_do_not_stay(
    at: int, how: str, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync, seen = os.fsync, [0]

    def full(handle: int) -> None:
        """A file is on the disk before its folder is: every second of them is a folder."""
        seen[0] += 1
        if seen[0] == 2 * at - 1:
            raise OSError(28, "No space left on device") if how == "the disk is full" else Crash
        sync(handle)

    device.begin()
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        try:
            assert device.ready()["kind"] == "refused"
        except Crash:
            assert list(device.store.root.rglob(".*.tmp"))
    assert device.call("confirm", "r1")["kind"] == "failed"  # it is not complete
    assert device.call("back", "r1") == {"ok": True}
    assert (device.runs, device.boots()) == ("old", "old")
    assert not list(device.store.root.rglob("*citynet-new*"))


def test_nonsense_is_answered(device: Device) -> None:
    assert device.call("nonsense")["kind"] == "failed"
    assert device.call("extend", "r1")["kind"] == "failed"
    assert device.call("begin", given=[])["kind"] == "failed"
    assert device.call("show") == {"ok": True, "waiting": {}, "outcomes": []}


STEPS = ("rename", "fsync", "unlink", "mkdir")


def crashing(monkeypatch: pytest.MonkeyPatch, at: int) -> Callable[[], bool]:
    """Let the process die before the `at`-th thing it does to the disk; tells whether it did."""
    seen = [0]

    def wrap(name: str) -> None:
        whole = getattr(os, name)

        def step(*arguments: Any, **named: Any) -> Any:
            seen[0] += 1
            if seen[0] == at:
                raise Crash
            return None if name == "fsync" else whole(*arguments, **named)

        monkeypatch.setattr(os, name, step)

    for name in STEPS:
        wrap(name)
    return lambda: seen[0] >= at


def survives(device: Device, steps: Iterator[Callable[[], object]]) -> bool:
    """Run steps until one dies; whether all of them lived."""
    try:
        for step in steps:
            step()
    except Crash:
        return False
    return True


@pytest.mark.parametrize("end", ["confirm", "back"])
@pytest.mark.parametrize("then", ["time runs out", "it restarts"])
@pytest.mark.parametrize("at", range(1, 90))
def test_killed_at_any_step_it_is_old_or_new_and_never_both(
    at: int, then: str, end: str, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        died = crashing(patched, at)
        steps = iter((device.begin, device.ready, lambda: device.call(end, "r1")))
        lived = survives(device, steps)
    assert lived != died()
    monkeypatch.setattr(os, "fsync", lambda _: None)
    if then == "it restarts":
        monkeypatch.setattr(pending, "start", lambda: "another")
        device.call("start")
        device.runs = device.boots()  # as any device does
    elif device.store.phase() == pending.COMMIT:
        device.store.extend(0.0)
    device.call("watch")
    assert device.store.phase() is None
    assert device.boots() in ("old", "new")
    if device.store.outcomes():
        assert device.runs == device.boots()
    if end == "back":
        assert device.boots() == "old"
    assert device.begin() == {"ok": True}  # and the next one may come


ALONE = """
import json, sys
from pathlib import Path
from plugins.frr import guard, wayback
root = Path(sys.argv[1])
def go_back(store):
    (root / "went back").write_text("yes")
    return []
wayback.go_back = go_back
given = {"about": {"run": "r1", "held": False}, "back": {}, "within": 1.5, "room": 10}
print(guard.main(["begin"], json.dumps(given), guard.Store(root)), flush=True)
"""


def processes(root: Path) -> list[int]:
    """The watchers of a commit under `root`."""
    found = []
    for each in Path("/proc").iterdir():
        try:
            if each.name.isdigit() and str(root).encode() in (each / "cmdline").read_bytes():
                found.append(int(each.name))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("killed", [0, 1])
def test_real_watchers_outlive_the_session_and_each_other(tmp_path: Path, killed: int) -> None:
    began = time.monotonic()
    command = [sys.executable, "-c", ALONE, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30, cwd=ROOT)
    assert done.stdout == "{'ok': True}\n"
    store = Store(tmp_path)
    assert len(processes(tmp_path)) == 2
    assert pending.free(store.deciding)
    assert not pending.free(store.watching)
    for each in processes(tmp_path)[:killed]:
        os.kill(each, signal.SIGKILL)
    while store.phase() is not None and time.monotonic() < began + seconds(20):
        time.sleep(0.1)
    assert (tmp_path / "went back").exists()
    assert time.monotonic() - began > 1.4
    assert store.outcomes()[-1]["why"] == "its time ran out"
    while processes(tmp_path) and time.monotonic() < began + seconds(20):
        time.sleep(0.1)
    assert not processes(tmp_path)


GOING = """
import sys
from pathlib import Path
from plugins.frr import pending, script, wayback
root = Path(sys.argv[1])
script.reading = lambda *_: f"echo on >'{root}/going'; sleep 300; echo late >'{root}/harm'"
wayback.go_back(pending.Store(root))
"""


def test_the_scripts_of_who_was_killed_going_back_are_ended_by_the_next_one(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path)
    nothing = Goal(Artifact("x", "frr", {}), config.parse(""), Wanted(State(), {}), "", {})
    back = snapshot.dump(snapshot.WayBack(nothing, frozenset()))
    store.begin({"run": "r1"}, back, 60, 10)
    store.decide(pending.REVERTING, "asked")
    command = [sys.executable, "-c", GOING, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        while not (tmp_path / "going").exists():
            assert process.poll() is None
            time.sleep(0.05)
        process.kill()
    assert not pending.free(store.changing)  # its shell, and what that waits for
    (store.state / pending.REVERTING / pending.BACK).unlink()
    with pytest.raises(pending.Failure, match="the way back cannot be read"):
        wayback.go_back(store)
    assert pending.free(store.changing)
    assert not (tmp_path / "harm").exists()
