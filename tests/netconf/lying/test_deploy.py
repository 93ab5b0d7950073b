"""`citynet deploy` on devices that lie: the command line, sessions and journal as ever."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from citynet.xml import Element, write
from tests.netconf.fake import Event
from tests.netconf.fake.faults import Fault, refuse
from tests.netconf.fake.lies import Lies, leaving_out, less, writing
from tests.netconf.faults.steps import at
from tests.netconf.lying.city import City, alone
from tests.netconf.servers import BASE


@pytest.fixture
def city(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[City]:
    with alone(tmp_path, monkeypatch, capsys) as made:
        yield made


def line_of(words: str, text: str) -> bool:
    """Whether a line of a report has a file, a line, and these words."""
    return any("config.xml:" in line and words in line for line in text.splitlines())


def test_all_is_well_where_none_lies(city: City) -> None:
    code, said = city.deploy()
    assert code == 0, said
    assert "3 of 3 changed" in said
    code, said = city.deploy("--check")
    assert (code, "0 of 3 would change, in" in said) == (0, True), said


@pytest.mark.parametrize(
    "name", ["network-instance", "isis", "system", "ipv6", "mtu6", "sys-name", "cost-level2"]
)
def test_one_of_three_leaves_something_out_of_its_candidate(city: City, name: str) -> None:
    """The first deployment and every later one say what is missing, and where; so does a check."""
    city.devices["r2"].lies = Lies(takes=leaving_out(name))
    for words in ((), ("--check",), ()):
        code, said = city.deploy(*words)
        assert code == 1
        assert line_of(f"<{name}", said), said
        assert "left this out" in said
        assert "templates/huawei_vrp/underlay.j2:" in said
        assert city.same()


@pytest.mark.parametrize("words", [("--check",), ("--check", "--diff")])
def test_a_check_does_not_say_that_nothing_would_change(city: City, words: tuple[str, ...]) -> None:
    """All that is missing is what the device does not take: there is no difference to be shown."""
    lie = leaving_out("network-instance")
    for device in city.devices.values():
        device.lies = Lies(takes=lie, runs=lie)
        device.load(write(lie(BASE, BASE)))
    code, said = city.deploy(*words)
    assert code == 1
    assert "0 of 3 would change, 3 not known" in said
    assert said.count("left this out (/network-instance)") >= 3


@pytest.mark.parametrize("name", ["network-instance", "isis", "interface", "sys-name"])
def test_one_of_three_runs_less_than_it_committed(city: City, name: str) -> None:
    city.devices["r3"].lies = Lies(runs=leaving_out(name))
    report = city.report()
    assert (report["ok"], report["outcome"]) == (False, "back")
    assert city.same()
    [bad] = [each for each in report["results"] if each["state"] == "failed"]
    assert (bad["device"], bad["runs"]) == ("r3", "old")
    lines = [each for each in bad["refusals"] if each["file"] == "config.xml" and each["line"]]
    assert any("left this out" in each["message"] for each in lines), bad


def test_one_of_three_runs_the_old(city: City) -> None:
    city.devices["r1"].lies = Lies(runs=lambda was, _: was)
    code, said = city.deploy()
    assert code == 1
    assert "still runs what it ran before" in said
    assert city.same()


def test_a_rollback_in_part_is_said_and_put_right(city: City) -> None:
    """r1 refuses, all go back; r2 goes back in part."""
    city.devices["r1"].hook = at("commit again", refuse("no"), once=False)
    city.devices["r2"].lies = Lies(cancels=lambda ran, old: less(old, ran))
    report = city.report()
    [bad] = [each for each in report["results"] if each["device"] == "r2"]
    assert (report["ok"], report["outcome"]) == (False, "back"), bad["message"]
    assert bad["runs"] == "old"
    assert "went back only in part" in bad["message"]
    assert "by a commit of its own" in bad["message"]
    assert city.same()


def foreign(city: City, operation: str, when: str, leaf: str, *, follows: bool) -> None:
    """Another client edits what r2 runs, at the last request of that kind."""
    device, left = city.devices["r2"], [1, 1] if operation == "commit again" else [1]

    def hook(event: Event) -> Fault | None:
        if (event.operation, event.when) == (operation, when) and left:
            left.pop()
            if not left:
                device.running = writing(leaf, "99")(BASE, device.running)
                device.candidate = device.running if follows else device.candidate
        return None

    device.hook = hook


@pytest.mark.parametrize("follows", [True, False])
@pytest.mark.parametrize("leaf", ["cost-level2", "description"])
def test_another_client_edits_what_runs_before_it_is_decided(
    city: City,
    leaf: str,
    follows: bool,  # noqa: FBT001
) -> None:
    """All go back, and what was edited is named."""
    foreign(city, "commit confirmed", "after", leaf, follows=follows)
    code, said = city.deploy()
    assert code == 1
    assert f"<{leaf}>99</{leaf}>" in said
    assert "every device has its old configuration" in said
    assert city.same()


@pytest.mark.parametrize("follows", [True, False])
def test_another_client_edits_what_is_ours_once_it_is_decided(city: City, follows: bool) -> None:  # noqa: FBT001
    """The change is given once more, and who did what is named."""
    foreign(city, "commit again", "after", "cost-level2", follows=follows)
    report = city.report()
    [moved] = [each for each in report["results"] if each["device"] == "r2"]
    assert "something else runs than what was committed: " in moved["message"]
    assert "+ <cost-level2>99</cost-level2>" in moved["message"]
    assert (report["ok"], moved["runs"]) == (True, "new"), report
    device = city.devices["r2"]
    assert not [each for each in device.running.walk() if each.text == "99"]
    assert device.kept is device.running
    assert city.deploy("--check")[0] == 0


def test_another_client_edits_what_is_not_ours_once_it_is_decided(city: City) -> None:
    """It stays, and the device is said to run neither."""
    foreign(city, "commit again", "after", "description", follows=True)
    report = city.report()
    [moved] = [each for each in report["results"] if each["device"] == "r2"]
    assert "something else runs than what was committed" in moved["message"]
    assert (report["ok"], moved["runs"]) == (False, "other"), report


def test_what_was_there_is_not_taken_for_what_is_wanted(city: City) -> None:
    """A device that ran all of it once, and then ignores a change of one value."""
    assert city.deploy()[0] == 0
    device = city.devices["r1"]

    def changed(each: Element) -> Element:
        children = tuple(changed(child) for child in each.children)
        text = "other" if each.name == "sys-name" else each.text
        return replace(each, children=children, text=text)

    device.load(write(changed(device.running)))
    device.lies = Lies(takes=writing("sys-name", "other"))
    code, said = city.deploy()
    assert code == 1
    assert line_of("holds another value: other", said), said
