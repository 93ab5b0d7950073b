"""An ok is believed only where no error stands beside it, and an answer has to say something."""

from collections.abc import Callable

import pytest
from lxml import etree

from citynet.deploy.driver import Confirm, DeviceError, NotPendingError, Refused
from citynet.netconf.driver import NetconfDriver
from citynet.netconf.reply import read_errors
from tests.netconf.fake import Event, FakeDevice, Say
from tests.netconf.faults.steps import (
    all_of_it,
    at,
    extended,
    staged,
    taken_back,
    validated,
    waiting,
)

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
INSIDE = "<error-tag>operation-failed</error-tag><error-message>no room</error-message>"
ERROR = f"<error-type>application</error-type><error-severity>error</error-severity>{INSIDE}"
WARNING = ERROR.replace("severity>error", "severity>warning")
NO = [
    f"<rpc-error>{ERROR}</rpc-error>",
    f"<ok/><rpc-error>{ERROR}</rpc-error>",
    f"<rpc-error>{ERROR}</rpc-error><ok/>",
    f'<ok/><e:rpc-error xmlns:e="urn:vendor">{ERROR}</e:rpc-error>',
    f'<ok/><rpc-error xmlns="">{ERROR}</rpc-error>',
    f'<rpc-error xmlns="urn:vendor">{ERROR}</rpc-error>',
    f'<r:results xmlns:r="urn:vendor"><rpc-error>{ERROR}</rpc-error></r:results><ok/>',
    f"<ok/><rpc-error>{INSIDE}</rpc-error>",
    "<ok/><rpc-error/>",
    f"<ok/><rpc-error>{WARNING}</rpc-error><rpc-error>{ERROR}</rpc-error>",
    f"<ok/><rpc-error>{ERROR.replace('severity>error', 'severity>Error')}</rpc-error>",
    f"<ok/><rpc-error>{ERROR.replace('severity>error', 'severity>critical')}</rpc-error>",
    "",
    '<results xmlns="urn:vendor">done</results>',
]
YES = [
    "<ok/>",
    '<n:ok xmlns:n="urn:ietf:params:xml:ns:netconf:base:1.0"/>',
    '<ok xmlns=""/>',
    f"<ok/><rpc-error>{WARNING}</rpc-error>",
    f"<rpc-error>{WARNING}</rpc-error>",
    f"<rpc-error>{WARNING.replace('severity>warning', 'severity>Warning')}</rpc-error>",
    "<data/>",
    '<data xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"/>',
]


def errors(content: str) -> list[str]:
    text = f'<rpc-reply xmlns="{BASE}" message-id="1">{content}</rpc-reply>'
    return [str(each) for each in read_errors(etree.fromstring(text))]


@pytest.mark.parametrize("content", NO)
def test_an_error(content: str) -> None:
    assert errors(content)


@pytest.mark.parametrize("content", YES)
def test_no_error(content: str) -> None:
    assert not errors(content)


ASKED: dict[str, tuple[Callable[[NetconfDriver], object], type[DeviceError] | type[Refused]]] = {
    "lock": (staged, Refused),
    "edit-config": (staged, Refused),
    "validate": (validated, Refused),
    "commit confirmed": (all_of_it, Refused),
    "commit again": (extended, DeviceError),
    "cancel-commit": (taken_back, DeviceError),
}


@pytest.mark.parametrize("content", [NO[1], NO[3], NO[7], ""])
@pytest.mark.parametrize("step", ASKED)
def test_it_wins_at_every_step(
    device: FakeDevice, driver: NetconfDriver, step: str, content: str
) -> None:
    """Nothing is done, and something is said: nothing runs but what ran before."""
    before = device.running
    device.hook = at(step, Say(content), once=False)
    act, kind = ASKED[step]
    with pytest.raises(kind, match=r"no room|neither ok, data nor an error") as said:
        act(driver)
    assert not isinstance(said.value, NotPendingError)
    if step not in ("commit again", "cancel-commit"):
        assert device.running is before
        assert device.pending is None


@pytest.mark.parametrize("content", [NO[1], ""])
def test_it_wins_over_a_confirmation(
    device: FakeDevice, driver: NetconfDriver, content: str
) -> None:
    waiting(driver)
    device.hook = at("commit confirming", Say(content))
    with pytest.raises(DeviceError, match=r"no room|neither ok"):
        driver.confirm("run-1")
    assert device.pending is not None
    driver.confirm("run-1")
    assert device.pending is None


@pytest.mark.parametrize("content", [NO[1], ""])
def test_what_was_done_all_the_same_is_taken_back(
    device: FakeDevice, driver: NetconfDriver, content: str
) -> None:
    """It commits, and complains: what runs is compared, and is made to be what ran."""
    before = device.running
    device.hook = at("commit confirmed", Say(content), "after")
    staged(driver)
    with pytest.raises(Refused, match=r"no room|neither ok"):
        driver.commit(Confirm("run-1", 60))
    assert device.pending is None
    assert device.running.children == before.children


def test_what_was_done_for_good_is_put_back(device: FakeDevice, driver: NetconfDriver) -> None:
    """It complains, and has committed without a timer: there is nothing to cancel."""
    before = driver.fingerprint()

    def for_good(event: Event) -> Say | None:
        if (event.operation, event.when) != ("commit confirmed", "after"):
            return None
        device._forget()
        return Say(NO[1])

    device.hook = for_good
    staged(driver)
    with pytest.raises(Refused, match="no room"):
        driver.commit(Confirm("run-1", 60))
    driver.unlock()
    assert driver.fingerprint() == before
