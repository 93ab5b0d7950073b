"""What a run has staged and a server kept, known again by a later process from the journal."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from citynet.netconf.tree import Node, node
from citynet.transaction import journal, marks
from citynet.transaction.words import Marked
from citynet.xml import Element
from tests.netconf.fake import FakeDevice, Habit, Kill
from tests.netconf.faults.steps import at
from tests.netconf.lying.city import City, alone

LEFT = "changes that somebody has not committed"


@pytest.fixture
def city(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[City]:
    with alone(tmp_path, monkeypatch, capsys) as made:
        yield made


def cut_off(city: City, *words: str, operation: str = "validate") -> FakeDevice:
    """A run ends because a server was killed after it had staged; it keeps the candidate."""
    device = city.devices["r1"]
    device.habits = frozenset({Habit.KEPT})
    device.hook = at(operation, Kill())
    report = city.report(*words)
    device.hook = lambda _: None
    assert (report["ok"], report["outcome"]) == (False, "back"), report
    assert {each["runs"] for each in report["results"]} == {"old"}
    assert device.running is city.before["r1"]
    return device


def folder(tmp_path: Path) -> Path:
    (found,) = (tmp_path / "state" / "citynet" / "runs").iterdir()
    return found


@pytest.mark.parametrize("then", [(), ("--tags", "underlay"), ("--tags", "srv6")])
def test_a_part_that_was_staged_hinders_no_later_run(city: City, then: tuple[str, ...]) -> None:
    device = cut_off(city, "--tags", "underlay")
    assert device.candidate is not device.running
    code, said = city.deploy(*then)
    assert code == 0, said
    assert LEFT not in said
    assert device.candidate is device.running


def test_a_check_goes_on_as_well(city: City) -> None:
    device = cut_off(city, "--tags", "underlay")
    code, said = city.deploy("--check")
    assert (code, "3 of 3 would change" in said) == (0, True), said
    assert device.candidate is device.running


def test_what_is_others_is_left_alone(city: City) -> None:
    """Though it is what was staged, and one leaf more."""
    device = cut_off(city, "--tags", "underlay")
    more = Element("urn:others", "else", "x")
    device.candidate = replace(device.candidate, children=(*device.candidate.children, more))
    theirs = device.candidate
    code, said = city.deploy()
    assert (code, LEFT in said) == (1, True), said
    assert device.candidate is theirs


def test_what_was_kept_is_no_more_ours_to_discard(city: City) -> None:
    """A person who puts it into the candidate once more is at work on it."""
    assert city.deploy("--tags", "underlay")[0] == 0
    device = city.devices["r1"]
    staged = device.running
    device.running = device.kept = city.before["r1"]
    device.candidate = staged
    code, said = city.deploy()
    assert (code, LEFT in said) == (1, True), said
    assert device.candidate is staged


def test_a_run_since_on_other_devices_changes_nothing(city: City) -> None:
    device = cut_off(city, "--tags", "underlay")
    assert city.deploy("--limit", "r2")[0] == 0
    assert device.candidate is not device.running
    code, said = city.deploy()
    assert code == 0, said


def test_without_the_key_it_is_refused(city: City, tmp_path: Path) -> None:
    cut_off(city, "--tags", "underlay")
    (folder(tmp_path) / marks.KEY).unlink()
    code, said = city.deploy()
    assert (code, LEFT in said) == (1, True), said


def test_the_journal_has_a_keyed_digest_and_no_more(city: City, tmp_path: Path) -> None:
    device = cut_off(city, "--tags", "underlay")
    where = folder(tmp_path)
    (file,) = journal.runs(where)
    (record,) = (each for each in journal.read(file) if isinstance(each, Marked))
    assert set(record.marks) == {"r1", "r2", "r3"}
    assert all(len(each) == 32 for each in record.marks.values())
    key = where / marks.KEY
    assert (key.stat().st_mode & 0o777, len(key.read_bytes())) == (0o600, marks.LENGTH)
    assert key.read_bytes().hex() not in file.read_text()
    plain = {each.digest for each in _nodes(device)}
    assert not {each.hex() for each in plain} & set(record.marks.values())


def _nodes(device: FakeDevice) -> Iterator[Node]:
    yield node(device.candidate, frozenset())
    yield node(device.running, frozenset())
