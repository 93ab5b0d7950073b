"""What devices refuse, and what then runs that is not what it was."""

import pytest
from msgspec.structs import replace

from citynet.deploy.driver import Confirm, DeviceError, NotPendingError, Refused
from citynet.netconf.driver import NetconfDriver
from citynet.netconf.reply import RpcError
from tests.netconf.fake import Event, FakeDevice, Refuse
from tests.netconf.fake.faults import Fault, disk_full
from tests.netconf.faults.steps import OTHER, all_of_it, at, staged, waiting


@pytest.mark.parametrize("step", ["edit-config", "validate", "commit confirmed"])
def test_refused(device: FakeDevice, driver: NetconfDriver, step: str) -> None:
    """With all the errors of the reply, each at its line; what ran before runs."""
    path = "/nc:rpc/nc:edit-config/nc:config/ifm:ifm/ifm:interfaces/ifm:interface"
    errors = (
        RpcError("invalid-value", "no such mode", f"{path}[ifm:name='LoopBack1']/ifm:class"),
        RpcError("operation-failed", "out of something"),
        RpcError("operation-failed", "only a warning", severity="warning"),
    )
    device.hook = at(step, Refuse(errors))
    before = device.running
    with pytest.raises(Refused) as told:
        all_of_it(driver)
    first, second = told.value.refusals
    assert (first.file, first.text) == ("config.xml", "<class>main-interface</class>")
    assert first.message.startswith("no such mode (/ifm:ifm/")
    assert (second.file, second.line, second.message) == ("", None, "out of something")
    assert device.running is before
    driver.unlock()
    assert device.candidate is device.running
    assert not device.locks


def test_a_full_disk(device: FakeDevice, driver: NetconfDriver) -> None:
    device.hook = at("commit confirmed", disk_full())
    with pytest.raises(Refused, match="No space left on device"):
        all_of_it(driver)
    device.hook = at("commit confirming", disk_full())
    waiting(driver)
    with pytest.raises(DeviceError, match=r"run-1.*No space left") as told:
        driver.confirm("run-1")
    assert not isinstance(told.value, NotPendingError)
    device.hook = lambda _: None
    driver.confirm("run-1")


def test_warnings_are_no_errors(device: FakeDevice, driver: NetconfDriver) -> None:
    device.hook = at("validate", Refuse((RpcError("partial", "old", severity="warning"),)))
    staged(driver)
    driver.validate()


# -- what runs is not what it was --------------------------------------------------------------


def test_changed_between_stage_and_commit(device: FakeDevice, driver: NetconfDriver) -> None:
    """By somebody at the console, whom no lock of NETCONF stops."""
    staged(driver)
    candidate = device.candidate
    device.load(OTHER)
    theirs, device.candidate = device.running, candidate
    with pytest.raises(Refused, match="changed since it was staged"):
        driver.commit(Confirm("run-1", 60))
    assert device.running is theirs
    assert device.pending is None


def test_a_commit_that_is_not_complete(device: FakeDevice, driver: NetconfDriver) -> None:
    """It says `ok`, and runs half of it: taken back."""
    before = device.running

    def half(event: Event) -> None:
        if (event.operation, event.when) == ("commit confirmed", "after"):
            device.running = replace(device.running, children=device.running.children[:1])

    device.hook = half
    with pytest.raises(Refused, match="does not run as staged"):
        all_of_it(driver)
    assert device.running is before
    assert device.pending is None


def test_a_commit_that_does_nothing(device: FakeDevice, driver: NetconfDriver) -> None:
    before = device.running

    def nothing(event: Event) -> None:
        if (event.operation, event.when) == ("commit confirmed", "after"):
            device.running = before

    device.hook = nothing
    with pytest.raises(Refused, match="still runs what it ran before"):
        all_of_it(driver)
    assert device.pending is None


def test_it_cannot_go_back_either(device: FakeDevice, driver: NetconfDriver) -> None:
    def half(event: Event) -> Fault | None:
        if (event.operation, event.when) == ("commit confirmed", "after"):
            device.running = replace(device.running, children=device.running.children[:1])
        if event.operation == "cancel-commit" and event.when == "before":
            return disk_full()
        return None

    device.hook = half
    with pytest.raises(DeviceError, match=r"neither the old nor the new.* by itself within 60 s"):
        all_of_it(driver)
