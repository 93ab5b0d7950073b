"""The program on the device, as it is put there."""

import subprocess
import sys
from pathlib import Path

import pytest

from plugins.frr import guarded, pending, script

OLD = "guard-of-an-earlier-release"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pending.Store:
    """A device that has an earlier release's program."""
    made = pending.Store(tmp_path)
    monkeypatch.setattr(script, "STATE_DIR", str(made.state))
    monkeypatch.setattr(script, "RUN_DIR", str(made.run))
    (made.state / OLD).mkdir(parents=True)
    return made


def install() -> None:
    command = ["sh", "-s"]
    text = guarded.installing().encode()
    done = subprocess.run(command, input=text, check=False, timeout=30, capture_output=True)
    assert done.returncode == 0, done.stderr


def programs(store: pending.Store) -> set[str]:
    return {each.name for each in store.state.glob("guard-*")}


def test_a_new_program_takes_the_place_of_older_ones(store: pending.Store) -> None:
    install()
    name = f"guard-{guarded.bundle()[0]}"
    assert programs(store) == {name}
    assert (store.state / "guard").resolve() == store.state / name
    assert (store.state / "guard/__main__.py").is_file()


@pytest.mark.parametrize("phase", [pending.COMMIT, pending.REVERTING, pending.CONFIRMED])
def test_a_program_is_kept_for_the_watcher_of_a_commit(phase: str, store: pending.Store) -> None:
    (store.state / phase).mkdir()
    install()
    assert OLD in programs(store)


def test_a_program_is_kept_while_a_commit_is_begun(store: pending.Store) -> None:
    with pending.held(store.deciding, 1):
        install()
    assert OLD in programs(store)


def test_the_program_needs_no_more_than_python_has(tmp_path: Path) -> None:
    """A router has no library of ours: every module, also those imported late, is imported."""
    # Debian 12's own Python has no filters of tarfile.
    subprocess.run(["tar", "-xz", "-C", str(tmp_path)], input=guarded.bundle()[1], check=True)
    modules = [f"frr_guard.{name}" for name in guarded.MODULES] + [*guarded.BORROWED]
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import {', '.join(modules)}"
    done = subprocess.run(
        [sys.executable, "-ISE", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
