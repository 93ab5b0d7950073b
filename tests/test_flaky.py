"""What fails once in a lab is tried again in a healthy one, and every try is shown.

pytest runs beside these tests on tests that fail on purpose, with the lab's health said by them.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cities import ROOT
from tests.tally import main as add_up

CONFTEST = """
import pytest
from pathlib import Path
from tests.flaky import Health

HERE = Path(__file__).parent

def pytest_lab_health(item):
    asked = HERE / "asked"
    asked.write_text((asked.read_text() if asked.exists() else "") + item.name + "\\n")
    return Health(not (HERE / "ill").exists(), "ring-1 was cut: healed")

@pytest.fixture(scope="session")
def lab():
    with (HERE / "fixtures").open("a") as file:
        file.write("session\\n")

@pytest.fixture(scope="module")
def router(lab):
    with (HERE / "fixtures").open("a") as file:
        file.write("up\\n")
    yield
    with (HERE / "fixtures").open("a") as file:
        file.write("down\\n")
"""
ONCE = """
import pytest
from pathlib import Path

pytestmark = pytest.mark.{mark}

def first(name):
    file = Path(__file__).with_name(name)
    found = not file.exists()
    file.touch()
    return found
"""
INI = "[pytest]\nmarkers =\n    lab\n    beside\n    twin\n"


@dataclass
class Ran:
    """A call of pytest that is over."""

    folder: Path
    status: int
    out: str

    def lines(self, name: str) -> list[str]:
        file = self.folder / name
        return file.read_text().splitlines() if file.exists() else []

    @property
    def last(self) -> str:
        return self.out.splitlines()[-1]

    def xml(self) -> ET.Element:
        return ET.parse(self.folder / "junit.xml").getroot()  # noqa: S314 - pytest wrote it


@dataclass
class Nest:
    """A folder of tests that fail on purpose."""

    folder: Path
    tally: Path

    def run(self, tests: str, *options: str, mark: str = "lab", retry: bool = True) -> Ran:
        (self.folder / "test_it.py").write_text(ONCE.format(mark=mark) + tests)
        words = ("-p", "tests.flaky", "-p", "tests.tally", "-p", "no:cacheprovider", "-q", "-ra")
        retries = ("--retry",) if retry else ()
        command = [sys.executable, "-m", "pytest", *words, *retries, "--junitxml=junit.xml"]
        environ = os.environ | {"PYTHONPATH": str(ROOT), "CITYNET_TALLY": str(self.tally)}
        done = subprocess.run(
            [*command, *options],
            cwd=self.folder,
            env={key: value for key, value in environ.items() if "XDIST" not in key},
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(self.folder, done.returncode, done.stdout + done.stderr)


@pytest.fixture
def nest(tmp_path: Path) -> Nest:
    made = Nest(tmp_path / "nest", tmp_path / "tally")
    made.folder.mkdir()
    made.tally.mkdir()
    (made.folder / "conftest.py").write_text(CONFTEST)
    (made.folder / "pytest.ini").write_text(INI)
    return made


FLAKY = """
def test_it(router):
    if first("seen"):
        print("output of the first")
        assert 1 == 2, "words of the first"
    print("output of the second")

def test_after(router):
    pass
"""


@pytest.mark.parametrize("options", [(), ("-n", "1")])
def test_what_fails_once_is_flaky_with_both_outputs(nest: Nest, options: tuple[str, ...]) -> None:
    ran = nest.run(FLAKY, *options)
    assert ran.status == 0, ran.out
    for said in ("words of the first", "output of the first", "healed", "output of the second"):
        assert said in ran.out
    assert "FLAKY test_it.py::test_it" in ran.out
    assert re.match(r"2 passed, 1 flaky in .* ?s", ran.last), ran.out
    assert ran.lines("asked") == ["test_it"]
    cases = {each.attrib["name"]: each for each in ran.xml().iter("testcase")}
    assert len(cases) == len(list(ran.xml().iter("testcase"))) == 2
    (shown,) = cases["test_it"].iter("property")
    assert shown.attrib["name"] == "first try"
    assert "words of the first" in shown.attrib["value"]


def test_fixtures_are_made_again_for_the_second_try(nest: Nest) -> None:
    ran = nest.run(FLAKY)
    assert ran.lines("fixtures") == ["session", "up", "down", "session", "up", "down"]


BREAKS = """
@pytest.fixture(scope="module")
def breaks(router):
    assert not first("made"), "the fixture broke"
    yield
    assert not first("ended"), "its end broke"

def test_it(breaks):
    pass
"""


def test_a_fixture_that_breaks_is_made_again(nest: Nest) -> None:
    ran = nest.run(BREAKS)
    assert ran.status == 1, ran.out  # twice: once at its start, once at its end
    assert "the fixture broke" in ran.out
    assert "its end broke" in ran.out
    (nest.folder / "made").touch()
    (nest.folder / "ended").unlink()
    again = nest.run(BREAKS)
    assert again.status == 0, again.out
    assert "its end broke" in again.out
    assert "1 passed, 1 flaky" in again.last


def test_what_fails_twice_fails_and_shows_both(nest: Nest) -> None:
    tests = """
def test_it(router):
    assert not first("seen"), "words of the first"
    assert False, "words of the second"
"""
    ran = nest.run(tests)
    assert ran.status == 1
    assert "words of the first" in ran.out
    assert "words of the second" in ran.out
    assert "ring-1 was cut: healed" in ran.out
    assert ran.last.startswith("1 failed in"), ran.out
    assert len(list(ran.xml().iter("failure"))) == 1


@pytest.mark.parametrize(("many", "status"), [(3, 0), (4, 1)])
@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_more_than_three_fail_the_run(
    nest: Nest, many: int, status: int, options: tuple[str, ...]
) -> None:
    tests = f"""
@pytest.mark.parametrize("number", range({many}))
def test_it(number):
    assert not first(f"seen-{{number}}")
"""
    ran = nest.run(tests, *options)
    assert ran.status == status, ran.out
    assert f"{many} passed, {many} flaky" in ran.last
    assert (f"{many} flaky tests: more than 3 are a failure" in ran.out) == (status == 1)


def test_a_lab_that_stays_ill_is_a_failure_and_ends_the_run(nest: Nest) -> None:
    (nest.folder / "ill").touch()
    ran = nest.run(FLAKY)
    assert ran.status == 1
    assert "the lab cannot be proved healthy" in ran.out
    assert "ring-1 was cut" in ran.out
    assert "words of the first" in ran.out
    assert ran.last.startswith("1 failed in"), ran.out


def test_only_what_needs_a_lab_is_tried_again_and_only_when_asked(nest: Nest) -> None:
    assert nest.run(FLAKY, mark="usefixtures()").status == 1
    assert nest.run(FLAKY.replace("seen", "other"), retry=False).status == 1
    assert nest.run(FLAKY.replace("seen", "third"), mark="twin").status == 0
    assert nest.run("def test_it(): pass\n").last.startswith("1 passed in")


def added(nest: Nest, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    status = add_up(nest.tally)
    return status, capsys.readouterr().out.splitlines()


def test_the_last_line_counts_all_calls(nest: Nest, capsys: pytest.CaptureFixture[str]) -> None:
    nest.run(FLAKY)
    nest.run("def test_a(): pass\ndef test_b(): pytest.skip('there are no models')\n")
    status, said = added(nest, capsys)
    assert said[-1] == "2 + 1 tests, 1 flaky, 1 not run"
    assert status == 0
    assert "flaky: test_it.py::test_it" in said
    assert "not run, 1, because there are no models" in said
    assert sum("test_it.py::test_it" in each for each in said) == 2


def test_a_call_that_failed_or_four_flaky_in_all_fail(
    nest: Nest, capsys: pytest.CaptureFixture[str]
) -> None:
    for turn in range(4):
        assert added(nest, capsys)[0] == (0 if turn else 1)  # nothing ran at all: nothing is proved
        nest.run(FLAKY.replace("seen", f"seen-{turn}"))
    status, said = added(nest, capsys)
    assert (status, said[-1]) == (1, "2 + 2 + 2 + 2 tests, 4 flaky, 0 not run")
    for file in list(nest.tally.glob("*.json"))[1:]:
        file.unlink()
    assert added(nest, capsys)[0] == 0
    nest.run("def test_it(): assert False\n", retry=False)
    assert added(nest, capsys)[0] == 1
    assert all(json.loads(file.read_text())["times"] for file in nest.tally.glob("*.json"))
