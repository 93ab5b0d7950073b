"""`citynet deploy` on devices that an access file names, with drivers in memory."""

import json
import os
import re
import shlex
import shutil
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from citynet.cli import deploy, main
from citynet.cli.deploy_report import show
from citynet.deploy.driver import Change, Confirm, UnreachableError
from citynet.deploy.report import DeviceResult, Report, State
from citynet.lab.from_city import city_topology
from citynet.lab.paths import paths
from citynet.lab.state import LabFolder
from citynet.lab.state import Record as LabRecord
from citynet.pipeline import Prepared, prepare
from citynet.render.artifact import Artifact
from citynet.transaction import journal
from citynet.transaction.words import Outcome, Runs
from tests.deploy.fakes import MemoryDriver, World, with_world

NODES = ("r1", "r2", "r3")
CITY = """
city: {{name: demo}}
domains: {{government: {{}}}}
sites: {{hall: {{}}}}
nodes:
{nodes}
links: {links}
"""
LOGIN = "defaults: {username: netops, key: id, known_hosts: known}\n"


@dataclass
class Command:
    """The command line, a city of three routers in a row, and how they are reached."""

    home: Path
    world: World
    capture: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    out: str = ""
    err: str = ""

    @property
    def city(self) -> Path:
        return self.home / "the city"

    @property
    def access(self) -> Path:
        return self.home / "my access.yaml"

    @property
    def runs(self) -> list[Path]:
        return journal.runs(self.home / "state" / "citynet" / "runs" / "demo")

    def write(self, nodes: Sequence[str] = NODES) -> None:
        said = "\n".join(f"  {n}: {{site: hall, domain: government, role: core}}" for n in nodes)
        pairs = pairwise(nodes)
        links = ", ".join(f"{one}{two}: {{ends: [{one}, {two}]}}" for one, two in pairs)
        self.city.mkdir(exist_ok=True)
        text = CITY.format(nodes=said, links="{" + links + "}")
        (self.city / "city.yaml").write_text(text)
        hosts = "".join(f"  {name}: {{host: 192.0.2.1}}\n" for name in nodes)
        self.access.write_text(f"{LOGIN}nodes:\n{hosts}")

    def lab(self) -> None:
        """A lab of this city, as one that is up is remembered."""
        folder = LabFolder(paths({"XDG_STATE_HOME": str(self.home / "state")}).lab("demo"))
        folder.root.mkdir(parents=True)
        folder.save(LabRecord(city_topology(prepare(self.city)), "local", "d", {}))

    def __call__(self, *words: str) -> int:
        code = main.run(["deploy", *words])
        self.out, self.err = self.capture.readouterr()
        return code

    def deploy(self, *words: str) -> int:
        rest = ("--patience", "0", "--health", "off")
        return self("-i", str(self.city), "--access", str(self.access), *rest, *words)

    def leave(self, *words: str) -> str:
        """A run that is left, since one does not answer any more; its name."""
        self.world.silent_from = {"r3": "extend"}
        assert self.deploy(*words) == 1
        self.world.silent_from, self.world.away = {}, set()
        return self.runs[-1].stem


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    world = World()

    def prepared(folder: Path) -> Prepared:
        return with_world(prepare(folder), world)

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("CITYNET_ACCESS", raising=False)
    monkeypatch.setattr(deploy, "prepare", prepared)
    made = Command(tmp_path, world, capsys, monkeypatch)
    made.write()
    return made


def advised(text: str) -> list[str]:
    """The words of the command that a person is told to run, for `Command`."""
    line = next(each for each in text.splitlines() if "citynet deploy" in each)
    words = shlex.split(line[line.index("citynet deploy") :].partition("`")[0])
    return words[2:]


def test_the_way_out_is_a_whole_command(command: Command) -> None:
    run = command.leave()
    words = advised(command.out)
    assert words == ["-i", str(command.city), "--access", str(command.access), "--resume", run]
    assert command.deploy() == 1
    assert "r3 did not answer" in command.err
    assert f"--abort {run}" in command.err
    assert advised(command.err) == words
    assert command(*words) == 1
    assert "every device has its old configuration" in command.out
    assert command.deploy() == 0


def test_a_run_that_is_ended_at_once_says_its_name_and_what_finishes_it(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two signals while devices are asked to go on waiting: nothing is over by then."""
    ended, extend = threading.Event(), MemoryDriver.extend

    def busy(self: MemoryDriver, confirm: Confirm, runs: str = "") -> None:
        if not ended.is_set():
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGTERM)
            assert ended.wait(30)
        extend(self, confirm, runs)

    monkeypatch.setattr(MemoryDriver, "extend", busy)
    monkeypatch.setattr(os, "_exit", lambda _: ended.set())
    command.deploy()
    said = next(each for each in command.err.splitlines() if "ended by SIG" in each)
    run = command.runs[-1].stem
    assert f"run {run} of " in said
    assert advised(said)[-2:] == ["--resume", run]
    assert f"--abort {run}" in said


def test_a_dead_device_stops_only_what_needs_it(command: Command) -> None:
    command.world.away = {"r3"}
    assert command.deploy() == 1
    assert "r3 did not answer: '!r3' in --limit leaves out what is dead" in command.out
    assert not any(command.world.running.values())
    command.world.calls.clear()
    assert command.deploy("--limit", "!r3") == 0
    assert {name for name, _ in command.world.calls} == {"r1", "r2"}
    assert "did not answer" not in command.out


def test_before_anything_is_changed_there_is_no_run_to_finish(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, stage = threading.Event(), MemoryDriver.stage

    def busy(self: MemoryDriver, artifact: Artifact, *, additive: bool = False) -> Change:
        if not ended.is_set():
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGTERM)
            assert ended.wait(30)
        return stage(self, artifact, additive=additive)

    monkeypatch.setattr(MemoryDriver, "stage", busy)
    monkeypatch.setattr(os, "_exit", lambda _: ended.set())
    command.deploy()
    assert "nothing was changed, and no run is left" in command.err


def test_a_run_is_finished_on_its_own_devices(command: Command) -> None:
    """A lab of the city came up since, and where citynet runs is elsewhere."""
    run = command.leave()
    command.lab()
    command.monkeypatch.chdir("/")
    assert command("-i", str(command.city), "--abort", run, "--json") == 1
    found = json.loads(command.out)
    assert found["outcome"] == "back"
    assert {each["runs"] for each in found["results"]} == {"old"}


def test_a_run_is_not_finished_on_other_devices(command: Command) -> None:
    run = command.leave()
    other = command.home / "other.yaml"
    other.write_text(command.access.read_text())
    asked = len(command.world.calls)
    assert command("-i", str(command.city), "--resume", run, "--access", str(other)) == 1
    assert f"was made with --access {command.access}" in command.err
    assert len(command.world.calls) == asked


def test_a_run_in_a_lab_is_finished_in_the_lab(command: Command) -> None:
    command.lab()
    command.world.silent_from = {"r3": "extend"}
    rest = ("-i", str(command.city), "--patience", "0", "--health", "off")
    assert command(*rest) == 1
    command.world.silent_from, command.world.away = {}, set()
    words = advised(command.out)
    assert "--access" not in words
    assert command(*words, "--access", str(command.access)) == 1
    assert "was made in the lab" in command.err
    assert command(*words) == 1
    assert "every device has its old configuration" in command.out


@pytest.mark.parametrize("words", [(), ("--check",), ("--limit", "r1"), ("--health", "strict")])
def test_without_a_lab_one_sentence_and_no_journal(
    command: Command, words: tuple[str, ...]
) -> None:
    command.monkeypatch.chdir(command.home)
    assert command("-i", "the city", *words) == 1
    said = "lab demo is not up: `citynet lab up -i 'the city'` brings it up"
    assert command.err == f"{said}, or --access says how real devices are reached\n"
    assert command.out == ""
    assert not list(command.home.rglob("*.journal"))
    assert not (command.home / "state").exists()
    assert not command.world.calls


def test_a_run_of_nobody_knows_which_devices_needs_to_be_told(command: Command) -> None:
    command.lab()
    command.world.silent_from = {"r3": "extend"}
    assert command("-i", str(command.city), "--patience", "0", "--health", "off") == 1
    gone = paths({"XDG_STATE_HOME": str(command.home / "state")}).lab("demo")
    apart = command.home / "state" / "citynet" / "runs" / "demo"
    apart.parent.mkdir()
    (gone / "runs").rename(apart)
    shutil.rmtree(gone)
    (file,) = command.runs
    assert command("-i", str(command.city), "--resume", file.stem) == 1
    assert "--access has to say how its devices are reached" in command.err


@pytest.mark.parametrize("word", ["--resume", "--abort"])
def test_a_device_that_has_left_the_inventory_is_reported(command: Command, word: str) -> None:
    run = command.leave("--limit", "r2,r3", "--tags", "underlay")
    command.write(("r1", "r2"))
    assert command("-i", str(command.city), word, run, "--patience", "0", "--json") == 1
    found = json.loads(command.out)
    assert found["outcome"] == "open"
    assert found["ok"] is False
    there, gone = found["results"]
    assert (there["device"], there["runs"]) == ("r2", "old")
    assert (gone["device"], gone["state"], gone["runs"]) == ("r3", "unreachable", "unknown")
    assert gone["message"] == "the inventory has no such device any more"
    command.write()
    assert command("-i", str(command.city), word, run) == 1
    assert "every device has its old configuration" in command.out


@pytest.mark.parametrize("word", ["--resume", "--abort"])
def test_a_device_that_never_comes_back_is_given_up(command: Command, word: str) -> None:
    """What is left of the city can be deployed to again, and nothing is said of the dead one."""
    run = command.leave()
    command.write(("r1", "r2"))
    rest = ("-i", str(command.city), word, run, "--patience", "0")
    assert command(*rest) == 1
    way_out = f"--resume {run} --without r3"
    assert way_out in command.out
    assert command.deploy() == 1
    assert "with --without r3 those that never will are given up" in command.err
    assert command(*rest, "--without", "r33,nobody") == 1
    assert f"run {run} has no device 'r33'; did you mean 'r3'?" in command.err
    assert f"run {run} has no device 'nobody'" in command.err
    assert command(*rest, "--without", "r3", "--json") == 1
    found = json.loads(command.out)
    assert found["outcome"] == "split"
    assert {each["device"]: each["runs"] for each in found["results"]} == {
        "r1": "old",
        "r2": "old",
        "r3": "unknown",
    }
    assert command(*rest) == 1
    assert "is over" in command.err
    assert command.deploy() == 0


def test_a_device_is_given_up_of_a_run_that_is_finished_only(command: Command) -> None:
    assert command.deploy("--without", "r3") == 1
    assert "--limit '!DEVICE' leaves one out of a new run" in command.err
    assert not command.runs


def test_a_decided_run_is_finished_without_its_playbook(command: Command) -> None:
    """The device confirms; nothing has to be given to it again."""
    book = command.home / "plays.yaml"
    book.write_text("- {name: all of it, hosts: all}\n")
    command.world.silent_from = {"r3": "confirm"}
    assert command.deploy("--playbook", str(book), "--confirm-within", "5") == 1
    command.world.silent_from, command.world.away = {}, set()
    run = command.runs[-1].stem
    assert command.deploy() == 1
    assert "--abort" not in command.err, "it can no longer be taken back"
    book.unlink()
    assert command("-i", str(command.city), "--resume", run) == 0
    assert "no device can be given its change once more" in command.err


def test_a_run_that_is_split_says_what_it_is_and_what_is_next(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = "the inventory has changed since; deploy again"
    left: list[Any] = [
        DeviceResult("r1", "all", State.CHANGED, Runs.NEW),
        DeviceResult("r2", "", State.FAILED, Runs.OLD, message=changed),
    ]
    show(Report("demo", tuple(left), 1.0, "x1", Outcome.SPLIT), diff=False)
    said = capsys.readouterr().out
    assert f"r2: failed; runs: old\n  {changed}" in said
    assert "run x1: not every device could be brought along" in said
    assert "it is over, and what is left is for another deployment" in said


def _unreadable(device: str, *_: object) -> None:
    raise UnreachableError(f"{device}: no shell")


def test_sessions_of_real_devices_are_looked_at(command: Command) -> None:
    command.monkeypatch.setattr("citynet.fleet.ssh.open_shell", _unreadable)
    short = ("--health-wait", "0", "--health-hold", "0")
    assert command.deploy("--health", "strict", *short) == 1
    assert "not healthy: underlay/" in command.out
    assert "no shell" in command.out
    assert not any(command.world.running.values())
    assert command.deploy("--health", "no-worse", *short) == 0
    assert re.search(r"\.\.\. 0 of \d+ session checks hold before", command.err)


@pytest.mark.parametrize("words", [("--check",), (), ("--resume", "some-run")])
def test_strict_is_never_accepted_and_checks_nothing(
    command: Command, words: tuple[str, ...]
) -> None:
    if "--resume" not in words:
        command.access.write_text(f"{LOGIN}nodes: {{}}\n")
        words = ("--access", str(command.access), *words)
    rest = ("--health", "strict", *words)
    assert command("-i", str(command.city), *rest) == 1
    assert "--health strict: " in command.err
    assert not command.world.calls


def test_a_device_that_is_no_longer_there_keeps_what_it_has(command: Command) -> None:
    assert command.deploy() == 0
    assert "keeps its configuration" not in command.err
    run = command.runs[-1].stem
    command.write(("r1", "r2"))
    assert command.deploy() == 0
    assert (
        f"r3 is no longer in the inventory and keeps its configuration (run {run})" in command.err
    )
    assert "`citynet deploy --clear r3`" in command.err


def test_a_device_is_cleared(command: Command) -> None:
    assert command.deploy() == 0
    others = {name: command.world.running[name] for name in ("r1", "r2")}
    assert command.deploy("--clear", "r3") == 0
    assert "router isis" not in command.world.running["r3"]["frr.conf"]
    assert {name: command.world.running[name] for name in others} == others
    assert command.deploy("--clear", "r4") == 1
    assert "there is no device 'r4' to clear" in command.err
    assert command.deploy("--clear", "r3", "--limit", "r3") == 1
    assert "--clear names its devices" in command.err


def test_a_run_that_clears_is_finished_as_it_was_begun(command: Command) -> None:
    assert command.deploy() == 0
    run = command.leave("--clear", "r3")
    assert command.deploy("--resume", run) in (0, 1)
    assert "no device can be given its change once more" not in command.err


def test_a_lab_that_is_behind_is_named(command: Command) -> None:
    command.lab()
    command.write((*NODES, "r4"))
    assert command("-i", str(command.city), "--check") == 1
    assert "lab demo does not have node r4: the inventory has changed" in command.err
    assert "`citynet lab up`" in command.err


@pytest.mark.parametrize("value", ["", " "], ids=repr)
@pytest.mark.parametrize(
    "word", ["--abort", "--resume", "--limit", "--tags", "--clear", "--without"]
)
def test_an_empty_value_begins_no_run(command: Command, word: str, value: str) -> None:
    run = command.leave()
    asked = len(command.world.calls)
    assert command.deploy(word, value) == 2
    assert f"Invalid value for '{word}': the value is empty, expected " in command.err
    assert (command.out, len(command.world.calls)) == ("", asked)
    assert [each.stem for each in command.runs] == [run]


@pytest.mark.parametrize("words", [(), ("--check",), ("--abort", "a-run")])
def test_an_access_file_without_a_name_is_not_the_lab(
    command: Command, words: tuple[str, ...]
) -> None:
    command.lab()
    command.monkeypatch.setenv("CITYNET_ACCESS", "")
    assert command("-i", str(command.city), "--health", "off", *words) == 2
    assert "CITYNET_ACCESS is set and empty, expected the file that says how" in command.err
    assert not command.world.calls
    assert not list(command.home.rglob("*.journal"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--limit", "r1,!r1"), "selects no device with --limit r1,!r1"),
        (("--limit", "r1,&r2"), "selects no device with --limit r1,&r2"),
        (("--limit", "r9"), "no device and no group matches 'r9'"),
        (("--tags", "gateway"), "selects no device with --tags gateway"),
        (("--limit", "r1,"), "'r1,' has an empty name in it, expected devices and groups"),
    ],
)
def test_no_device_is_a_failure(command: Command, words: tuple[str, ...], said: str) -> None:
    for check in ((), ("--check",)):
        assert command.deploy(*words, *check) in (1, 2)
        assert said in command.err
    assert not command.world.calls
    assert not command.runs
