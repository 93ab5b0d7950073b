"""Another client edits what runs between a commit and its confirmation."""

from collections.abc import Callable

import pytest

from citynet.deploy.driver import Confirm, MovedError
from citynet.netconf.driver import NetconfDriver
from citynet.xml import Element
from tests.netconf.fake import Event, FakeDevice, FakeFleet
from tests.netconf.fake.device import CAPABILITIES, STARTUP
from tests.netconf.fake.lies import adding, leaving_out, writing
from tests.netconf.faults.steps import driving, waiting
from tests.netconf.servers import Reached

Edit = Callable[[Element, Element], Element]
EDITS: dict[str, tuple[Edit, str]] = {
    "a value": (writing("description", "of another client"), r"\+ <description>of another client<"),
    "less": (leaving_out("interface", "LoopBack1"), r"- <name>LoopBack1</name>"),
    "more": (adding("interface", speed="10"), r"\+ <speed>10</speed>"),
    "a secret": (adding("interface", password="theirs"), r"\+ <password>\*{6}</password>"),
}
FOLLOWS = pytest.mark.parametrize("follows", [True, False], ids=["follows", "stays"])
"""Whether the candidate follows what runs when another client edits that."""


def edited(device: FakeDevice, edit: Edit, *, follows: bool) -> None:
    device.running = edit(device.running, device.running)
    if follows:
        device.candidate = device.running


@FOLLOWS
@pytest.mark.parametrize("name", EDITS)
def test_extend(device: FakeDevice, driver: NetconfDriver, name: str, follows: bool) -> None:  # noqa: FBT001
    """The timer is started all the same, and what differs is said."""
    edit, said = EDITS[name]
    waiting(driver)
    runs = driver.fingerprint(last=True)
    driver.extend(Confirm("run-1", 60), runs)
    before = device.pending
    edited(device, edit, follows=follows)
    with pytest.raises(MovedError, match=rf"something else runs than what was committed: .*{said}"):
        driver.extend(Confirm("run-1", 60), runs)
    assert device.pending is not None
    assert device.pending is not before
    driver.extend(Confirm("run-1", 60))


@FOLLOWS
@pytest.mark.parametrize("name", EDITS)
def test_confirm(device: FakeDevice, driver: NetconfDriver, name: str, follows: bool) -> None:  # noqa: FBT001
    """It is confirmed, and kept for the next start, before that is said."""
    edit, said = EDITS[name]
    device.capabilities = (*CAPABILITIES, STARTUP)
    waiting(driver)
    runs = driver.fingerprint(last=True)
    edited(device, edit, follows=follows)
    with pytest.raises(MovedError, match=said) as raised:
        driver.confirm("run-1", runs)
    assert device.pending is None
    assert device.kept is device.running
    assert "theirs" not in str(raised.value)


@FOLLOWS
def test_in_another_session(
    device: FakeDevice,
    driver: NetconfDriver,
    fleet: FakeFleet,
    follows: bool,  # noqa: FBT001
) -> None:
    waiting(driver)
    runs = driver.fingerprint(last=True)
    driver._device.session.drop()
    with driving(Reached("r1", fleet.access("r1"))) as other:
        other.extend(Confirm("run-1", 60), runs)
        edited(device, EDITS["a value"][0], follows=follows)
        with pytest.raises(MovedError, match="something else runs than what was committed"):
            other.extend(Confirm("run-1", 60), runs)
    with driving(Reached("r1", fleet.access("r1"))) as third:
        edited(device, EDITS["more"][0], follows=follows)
        with pytest.raises(MovedError):
            third.confirm("run-1", runs)
    assert device.pending is None


def test_nothing_has_moved(device: FakeDevice, driver: NetconfDriver) -> None:
    """One round trip each: what runs is read with the commit."""
    waiting(driver)
    runs = driver.fingerprint(last=True)
    device.asked.clear()
    driver.extend(Confirm("run-1", 60), runs)
    driver.confirm("run-1", runs)
    asked = [each.operation for each in device.asked if each.when == "before"]
    again, once = ["get-config", "commit again"], ["get-config", "commit confirming", "get-config"]
    assert asked == [*again, *once]


def test_edited_in_the_very_moment(device: FakeDevice, driver: NetconfDriver) -> None:
    """Between what is read and what is confirmed with it."""
    waiting(driver)
    runs = driver.fingerprint(last=True)

    def hook(event: Event) -> None:
        if (event.operation, event.when) == ("commit confirming", "before"):
            edited(device, EDITS["a value"][0], follows=True)

    device.hook = hook
    with pytest.raises(MovedError, match="of another client"):
        driver.confirm("run-1", runs)


def test_a_candidate_that_is_ours_is_not_left_to_the_next(
    device: FakeDevice, driver: NetconfDriver
) -> None:
    """It would be taken for another client's uncommitted changes once something else runs."""
    waiting(driver)
    runs = driver.fingerprint(last=True)

    def hook(event: Event) -> None:
        if (event.operation, event.when) == ("commit confirming", "after"):
            edited(device, EDITS["a value"][0], follows=False)

    device.hook = hook
    with pytest.raises(MovedError):
        driver.confirm("run-1", runs)
    driver.unlock()
    driver.lock("tests")


def test_a_driver_that_is_not_asked_to_compare(device: FakeDevice, driver: NetconfDriver) -> None:
    waiting(driver)
    edited(device, EDITS["a value"][0], follows=True)
    driver.extend(Confirm("run-1", 60))
    driver.confirm("run-1")
