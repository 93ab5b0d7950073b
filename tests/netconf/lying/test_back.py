"""A rollback that answers ok and goes back only in part."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from citynet.deploy.driver import Confirm, DeviceError, NotPendingError, Refused
from citynet.netconf.driver import NetconfDriver
from citynet.xml import Element, write
from tests.netconf.fake import Event, FakeDevice, FakeFleet
from tests.netconf.fake.faults import Fault, disk_full
from tests.netconf.fake.lies import Lies, keeping, leaving_out, less
from tests.netconf.faults.steps import at, driving, staged, waiting, wanted
from tests.netconf.servers import BASE, Reached

IN_PART = "its rollback answered ok and went back only in part"


@pytest.mark.parametrize(
    "part",
    [
        lambda ran, _: less(_, ran),
        leaving_out("description"),
        lambda ran, _: ran,
        lambda ran, old: replace(old, children=(ran.children[0], *old.children[1:])),
        keeping("interface"),
    ],
    ids=["less", "lost a leaf", "nothing", "one of two", "one more"],
)
def test_the_rest_is_put_back_by_a_commit(
    device: FakeDevice, driver: NetconfDriver, part: object
) -> None:
    """And said, as what happened; that nothing waits is said when it is asked again."""
    before = driver.fingerprint()
    waiting(driver)
    device.lies = Lies(cancels=part)  # type: ignore[arg-type]
    with pytest.raises(DeviceError, match=f"{IN_PART}: .*by a commit of its own"):
        driver.roll_back("run-1")
    driver.close()
    assert device.pending is None
    assert driver.fingerprint() == before
    assert device.kept is device.running
    with pytest.raises(NotPendingError):
        driver.roll_back("run-1")
    driver.lock("tests")
    assert driver.fingerprint() == before


def test_it_cannot_be_put_back(device: FakeDevice, driver: NetconfDriver) -> None:
    waiting(driver)
    device.lies = Lies(cancels=lambda ran, _: ran)
    device.hook = at("commit", disk_full())
    with pytest.raises(DeviceError, match=f"{IN_PART}.*could not be mended: No space left"):
        driver.roll_back("run-1")


def test_whoever_has_not_committed_it_leaves_it_to_the_fingerprint(
    device: FakeDevice, driver: NetconfDriver, fleet: FakeFleet
) -> None:
    """What ran before is not known there: it is said that it went back, and what runs is read."""
    before = driver.fingerprint()
    waiting(driver)
    driver.close()
    device.lies = Lies(cancels=lambda ran, old: less(old, ran))
    with driving(Reached("r1", fleet.access("r1"))) as other:
        other.roll_back("run-1")
        assert other.fingerprint() != before


def test_what_another_client_has_changed_is_not_taken_away(
    device: FakeDevice, driver: NetconfDriver
) -> None:
    """A device that takes back its own edits alone leaves theirs: that is no lie."""
    waiting(driver)
    theirs = replace(device.running, children=device.running.children[:1])
    device.running = theirs
    device.lies = Lies(cancels=lambda ran, _: ran)
    driver.roll_back("run-1")
    assert device.running is theirs


def test_taken_back_in_part_after_a_commit_that_was_not_complete(
    device: FakeDevice, driver: NetconfDriver
) -> None:
    before = driver.fingerprint()
    device.lies = Lies(runs=leaving_out("class"), cancels=lambda ran, _: ran)

    def honest_again(event: Event) -> Fault | None:
        if (event.operation, event.when) == ("cancel-commit", "after"):
            device.lies = Lies()
        return None

    device.hook = honest_again
    staged(driver)
    with pytest.raises(Refused, match=rf"does not run as staged: .*{IN_PART}") as raised:
        driver.commit(Confirm("run-1", 60))
    assert any("/class" in each.message and each.line for each in raised.value.refusals)
    assert driver.fingerprint() == before
    assert device.pending is None


def test_only_what_is_ours_is_edited(tmp_path: Path) -> None:
    """The way back does not touch what it cannot see or does not own."""
    device = FakeDevice("r1")
    device.load(write(BASE))
    sent: list[str] = []
    with FakeFleet([device], tmp_path) as fleet, driving(Reached("r1", fleet.access("r1"))) as one:
        waiting(one)

        def noted(_: Element, asked: Element) -> Element:
            sent.append(write(asked))
            return asked

        device.lies = Lies(cancels=lambda ran, _: ran, takes=noted)
        with pytest.raises(DeviceError, match=IN_PART):
            one.roll_back("run-1")
    [text] = sent
    assert "management, not citynet's" in text
    assert wanted().files["config.xml"].count("LoopBack1")
    assert "LoopBack1" not in text
