"""What devices cannot do, and how the driver does without."""

import pytest
from msgspec.structs import replace

from citynet.deploy.driver import Capability, Confirm, DeviceError, Refused, UnreachableError
from citynet.netconf.driver import NetconfDriver
from citynet.xml import write
from tests.netconf.fake import Event, FakeDevice, FakeFleet
from tests.netconf.fake.device import CAPABILITIES, CAPABILITY, STARTUP
from tests.netconf.faults.steps import OTHER, all_of_it, staged, waiting, wanted, without


def test_no_confirmed_commit(device: FakeDevice, driver: NetconfDriver) -> None:
    device.capabilities = without("confirmed-commit")
    assert driver.capabilities == {Capability.LOCK, Capability.VALIDATE}
    before = device.running
    staged(driver)
    with pytest.raises(DeviceError, match=r"no confirmed commit.*:confirmed-commit:1\.1"):
        driver.commit(Confirm("run-1", 60))
    assert device.running is before
    driver.commit()
    assert device.running is not before


def test_no_confirmed_commit_and_not_complete(device: FakeDevice, driver: NetconfDriver) -> None:
    """Put back by the old configuration: all of it."""
    device.capabilities = without("confirmed-commit")
    before = driver.fingerprint()

    def half(event: Event) -> None:
        if (event.operation, event.when) == ("commit", "after") and len(broken) < 1:
            broken.append(event)
            device.running = replace(device.running, children=device.running.children[:1])

    broken: list[Event] = []
    device.hook = half
    staged(driver)
    with pytest.raises(Refused, match="does not run as staged"):
        driver.commit()
    assert driver.fingerprint() == before


def test_the_first_confirmed_commit_is_not_enough(
    device: FakeDevice, driver: NetconfDriver
) -> None:
    """That of version 1.0 ends with its session."""
    old = f"{CAPABILITY}confirmed-commit:1.0"
    device.capabilities = (*without("confirmed-commit"), old)
    assert Capability.CONFIRMED_COMMIT not in driver.capabilities


def test_no_candidate(device: FakeDevice, driver: NetconfDriver) -> None:
    device.capabilities = without("candidate", "confirmed-commit", "validate")
    assert driver.capabilities == frozenset()
    for attempt in (lambda: driver.lock("tests"), lambda: driver.stage(wanted())):
        with pytest.raises(DeviceError, match="no candidate datastore"):
            attempt()


def test_no_validate(device: FakeDevice, driver: NetconfDriver) -> None:
    device.capabilities = without("validate")
    assert Capability.VALIDATE not in driver.capabilities
    all_of_it(driver)
    assert "validate" not in {each.operation for each in device.asked}


def test_old_framing(device: FakeDevice, driver: NetconfDriver) -> None:
    """NETCONF 1.0: `]]>]]>`, and `delete` for `remove`; Chinese in both directions."""
    device.capabilities = without("base:1.1")
    device.load(OTHER)
    staged(driver)
    driver.stage(wanted("LoopBack3"))
    driver.commit(Confirm("run-1", 60))
    driver.confirm("run-1")
    assert "LoopBack7" not in write(device.running)


@pytest.mark.parametrize(
    ("capabilities", "words"), [((), "has no capabilities"), (("urn:nothing",), "has no")]
)
def test_a_hello_of_no_netconf(
    device: FakeDevice, driver: NetconfDriver, capabilities: tuple[str, ...], words: str
) -> None:
    device.capabilities = capabilities
    with pytest.raises(UnreachableError, match=words):
        driver.fingerprint()


def test_kept_for_the_next_start(device: FakeDevice, driver: NetconfDriver) -> None:
    """A startup datastore changes with the confirmation, not before (RFC 6241, section 8.7)."""
    device.capabilities = (*CAPABILITIES, STARTUP)
    kept = device.kept
    waiting(driver)
    assert device.kept is kept
    driver.confirm("run-1")
    assert device.kept is device.running


def test_it_says_that_it_is_a_fake(fleet: FakeFleet, driver: NetconfDriver) -> None:
    assert "urn:citynet:fake" in driver._device.session.capabilities
