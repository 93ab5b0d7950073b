"""`labs/test.sh`: two workers share the files, and whatever fails fails the run.

citynet and pytest are stand-ins that write down what they are asked for.
"""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cities import ROOT
from tests.speed import seconds

pytestmark = pytest.mark.thorough

CITYNET = """#!/bin/sh
echo "citynet $* in ${XDG_STATE_HOME}" >>LOG
case "$*" in
    *status*) echo '{"host": "HOST"}' ;;
    *"FAILS"*) exit 1 ;;
esac
"""
PYTEST = """#!/bin/sh
case "$*" in
    *collect-only*"FAILS") echo "ERROR tests/b.py"; exit 2 ;;
    *collect-only*"lab and"*) printf 'tests/%s.py::t\n' a a a b c d e other/e; exit ;;
    *collect-only*) printf 'tests/%s.py::t\n' x y; exit ;;
esac
echo "pytest $* in ${XDG_STATE_HOME}" >>LOG
printf '{"at": 1, "status": 0, "tests": 2, "flaky": [], "not_run": {}, "times": {}}' \
    >"$CITYNET_TALLY/$$.json"
case "$*" in
    *"SLOW"*) sleep 600 ;;
    *"FAILS"*) exit 1 ;;
    *.py*) sleep 1 ;;
esac
"""


@dataclass
class Rounds:
    """`labs/test.sh` in a folder of its own."""

    folder: Path

    @property
    def first(self) -> Path:
        """Where the first demo city's lab is."""
        return self.folder / "first"

    def command(self, fails: str = "nothing", slow: str = "nothing", host: str = "vm") -> list[str]:
        programs = self.folder / "venv" / "bin"
        programs.mkdir(parents=True, exist_ok=True)
        python = f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'
        for name, text in (("citynet", CITYNET), ("pytest", PYTEST), ("python", python)):
            for word, by in (
                ("LOG", str(self.folder / "log")),
                ("FAILS", fails),
                ("SLOW", slow),
                ("HOST", host),
            ):
                text = text.replace(word, by)  # noqa: PLW2901 - one after another
            (programs / name).write_text(text)
            (programs / name).chmod(0o700)
        return ["sh", str(ROOT / "labs" / "test.sh"), str(self.folder / "venv"), "auto", "labs"]

    @property
    def environ(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if "CITYNET" not in name}
        mine = {"XDG_STATE_HOME": self.first, "PYTHONPATH": ROOT, "TMPDIR": self.folder}
        return kept | {name: str(value) for name, value in mine.items()}

    def run(self, labs: int = 1, **how: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(**how),
            cwd=self.folder,
            env=self.environ | {"CITYNET_LABS": str(labs)},
            capture_output=True,
            text=True,
            check=False,
        )

    def log(self) -> list[str]:
        file = self.folder / "log"
        return file.read_text().splitlines() if file.exists() else []

    def took(self) -> list[str]:
        """The files that were tested."""
        words = [line.split() for line in self.log() if line.startswith("pytest")]
        return sorted(each for line in words for each in line if each.endswith(".py"))


@pytest.fixture
def rounds(tmp_path: Path) -> Rounds:
    return Rounds(tmp_path)


FILES = [f"tests/{each}.py" for each in ("a", "b", "c", "d", "e", "other/e", "x", "y")]


def test_each_file_is_tested_once_by_two_workers(rounds: Rounds) -> None:
    done = rounds.run(labs=2)
    assert done.returncode == 0, done.stdout + done.stderr
    assert rounds.took() == FILES
    assert done.stdout.splitlines()[-1].endswith(" tests, 0 flaky, 0 not run")
    assert done.stdout.splitlines()[-1].count("+") == len(FILES) + 1  # twins and the campaign
    states = {line.split(" in ")[1] for line in rounds.log() if "tests/" in line}
    (second,) = states - {str(rounds.first)}
    assert f"citynet lab down -i inventory/demo in {second}" in rounds.log()
    assert list(rounds.folder.glob("tmp.*")) == []


@pytest.mark.parametrize(("labs", "host"), [(1, "vm"), (2, "local")])
def test_one_machine_has_one_demo_city(rounds: Rounds, labs: int, host: str) -> None:
    assert rounds.run(labs=labs, host=host).returncode == 0
    assert rounds.took() == FILES
    assert {line.split(" in ")[1] for line in rounds.log()} == {str(rounds.first)}


@pytest.mark.parametrize("what", ["tests/b.py", "tests/y.py", "campaign or"])
def test_what_fails_fails_the_run_and_the_rest_is_tested(rounds: Rounds, what: str) -> None:
    done = rounds.run(fails=what)
    assert done.returncode == 1
    assert "exit 1" in next(line for line in done.stdout.splitlines() if line.startswith("failed:"))
    assert rounds.took() == FILES


def test_a_file_that_cannot_be_read_is_not_passed_over(rounds: Rounds) -> None:
    done = rounds.run(fails="lab and not long")
    assert done.returncode == 1
    assert "ERROR tests/b.py" in done.stderr
    assert rounds.took() == []


def test_without_a_lab_what_needs_it_fails(rounds: Rounds) -> None:
    done = rounds.run(fails="lab up")
    assert done.returncode == 1
    assert "failed: lab-up: exit 1" in done.stdout
    assert rounds.took() == []


def test_ctrl_c_ends_all_of_it(rounds: Rounds) -> None:
    with subprocess.Popen(
        rounds.command(slow="tests/a.py"), cwd=rounds.folder, env=rounds.environ
    ) as process:
        end = time.monotonic() + seconds(60)
        while "tests/a.py" not in rounds.took():
            assert time.monotonic() < end, rounds.log()
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(seconds(60)) == 143
    assert not _running(rounds.folder)
    assert list(rounds.folder.glob("tmp.*")) == []


def _running(folder: Path) -> list[str]:
    """Processes that were started there."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = each.read_bytes().decode(errors="replace")
        except OSError:
            continue
        found += [text] if str(folder / "venv") in text else []
    return found
