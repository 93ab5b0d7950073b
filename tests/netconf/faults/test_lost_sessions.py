"""Sessions that end, are slow, or are somebody else's; and how much each step asks."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from citynet.deploy.driver import (
    Confirm,
    DeviceError,
    NotPendingError,
    Refused,
    UnreachableError,
)
from citynet.netconf import rpc
from citynet.netconf.driver import NetconfDriver
from citynet.netconf.reply import Reply
from citynet.netconf.session import NetconfSession, Operation
from tests.netconf.fake import Drop, FakeDevice, Garbage, Hang, Restart, Wait
from tests.netconf.fake.device import CAPABILITIES, STARTUP
from tests.netconf.fake.faults import Fault, disk_full, refuse
from tests.netconf.faults.steps import (
    Impatient,
    at,
    confirmed,
    driving,
    extended,
    staged,
    taken_back,
    validated,
    waiting,
    wanted,
    without,
)
from tests.netconf.steps import until
from tests.speed import seconds

pytestmark = pytest.mark.thorough

STEPS: dict[str, Callable[[NetconfDriver], object]] = {
    "lock": lambda driver: driver.lock("tests"),
    "get-config": lambda driver: driver.fingerprint(),
    "edit-config": staged,
    "validate": validated,
    "commit confirmed": waiting,
    "commit again": extended,
    "commit confirming": confirmed,
    "cancel-commit": taken_back,
}
STRANGE = b"<rpc-reply xmlns='%s' message-id='nine'><ok/></rpc-reply>" % rpc.BASE.encode()
ENDS: dict[str, tuple[Fault, str, str]] = {
    "lost": (Drop(), "before", "the session was lost"),
    "answer lost": (Drop(), "after", "the session was lost"),
    "silent": (Hang(), "before", r"no answer to a request within [\d.]+ s; the session was closed"),
    "restarted": (Restart(), "before", "the session was lost"),
    "garbage": (Garbage(b"\n#4\nnope\n##\n"), "before", "it does not speak NETCONF.*no XML.*nope"),
    "bad chunk": (Garbage(b"HTTP/1.1 400 Bad\n"), "before", "does not speak NETCONF.*HTTP"),
    "a document type": (
        Garbage(b"\n#22\n<!DOCTYPE a><rpc-reply\n##\n"),
        "before",
        "does not speak NETCONF.*document type",
    ),
    "another's answer": (
        Garbage(b"\n#%d\n%s\n##\n" % (len(STRANGE), STRANGE)),
        "before",
        "does not speak NETCONF.*message-id",
    ),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("step", STEPS)
def test_a_session_ends(device: FakeDevice, driver: NetconfDriver, step: str, end: str) -> None:
    """Said as what it is, in bounded time; and the next session finds a device to work with."""
    threads = threading.active_count()
    fault, when, words = ENDS[end]
    device.hook = at(step, fault, when)
    began = time.monotonic()
    with pytest.raises(UnreachableError, match=words):
        STEPS[step](driver)
    assert time.monotonic() - began < Impatient.timeouts.answer + seconds(5)
    device.hook = lambda _: None
    driver.close()
    assert until(lambda: not device.sessions and threading.active_count() <= threads)
    assert not device.locks
    with_new = Impatient(driver._device._target)
    put_back(with_new, device)
    with_new.lock("tests")
    with_new.stage(wanted("LoopBack5"))
    with_new.commit()
    with_new.close()


def put_back(driver: NetconfDriver, device: FakeDevice) -> None:
    if device.pending is not None:
        driver.roll_back("run-1")


def test_our_own_lost_session_is_not_in_the_way(device: FakeDevice, driver: NetconfDriver) -> None:
    """The device has not noticed yet that the session is gone, and lets nobody near its locks."""
    device.hook = at("commit confirmed", Hang(), "after")
    with pytest.raises(UnreachableError):
        waiting(driver)
    device.hook = lambda _: None
    assert until(lambda: not device.sessions)
    device.locks["candidate"] = 1
    device.users[1] = "citynet"
    driver.confirm("run-1")
    assert device.pending is None
    assert [each.operation for each in device.asked].count("kill-session") == 1


@pytest.mark.parametrize(
    ("operation", "when"), [("commit confirming", "after"), ("copy-config", "before")]
)
def test_what_was_confirmed_and_not_saved_is_saved_when_asked_again(
    device: FakeDevice, driver: NetconfDriver, operation: str, when: str
) -> None:
    """As a transaction asks: confirm, read with the lock, and once more if that is the new."""
    device.capabilities = (*CAPABILITIES, STARTUP)
    waiting(driver)
    device.hook = at(operation, Drop(), when)
    with pytest.raises(UnreachableError):
        driver.confirm("run-1")
    device.hook = lambda _: None
    new = device.running
    assert (device.pending, device.kept is new) == (None, False)
    with driving(driver._device._target) as other:
        with pytest.raises(NotPendingError):
            other.confirm("run-1")
        assert device.kept is not new  # whose it is has not been read yet
        other.lock("tests")
        device.hook = at("copy-config", disk_full())
        with pytest.raises(DeviceError, match="not saved for its next start: No space left"):
            other.confirm("run-1")
        with pytest.raises(NotPendingError):
            other.confirm("run-1")
        assert device.kept is new
        device.restart()
        assert device.running is new


def test_what_went_back_is_not_saved_by_a_late_confirmation(
    device: FakeDevice, driver: NetconfDriver
) -> None:
    device.capabilities = (*CAPABILITIES, STARTUP)
    waiting(driver)
    device.revert()
    with pytest.raises(NotPendingError):
        driver.confirm("run-1")
    assert "copy-config" not in {each.operation for each in device.asked}


def test_somebody_elses_session_is_never_ended(device: FakeDevice, driver: NetconfDriver) -> None:
    waiting(driver)
    driver.close()
    assert until(lambda: not device.locks)
    device.locks["candidate"] = 77
    device.users[77], device.logins[77] = "somebody", datetime.now(UTC)
    with (
        driving(driver._device._target) as other,
        pytest.raises(Refused, match="locked by session 77"),
    ):
        other.confirm("run-1")
    assert "kill-session" not in {each.operation for each in device.asked}


def orphaned(device: FakeDevice, driver: NetconfDriver) -> None:
    """The device has not noticed that our session is gone, and the driver is thrown away."""
    number = int(driver._device.number)
    device.hook = at("commit confirmed", Hang(), "after")
    with pytest.raises(UnreachableError):
        waiting(driver)
    driver.close()
    device.hook = lambda _: None
    assert until(lambda: not device.sessions)
    device.locks["candidate"] = number
    device.users[number] = "citynet"


def killed(device: FakeDevice) -> bool:
    return "kill-session" in {each.operation for each in device.asked}


@pytest.mark.parametrize("monitored", [True, False])
@pytest.mark.parametrize("step", ["confirm", "roll_back"])
def test_a_session_that_another_driver_has_lost_is_not_in_the_way(
    device: FakeDevice, driver: NetconfDriver, step: str, *, monitored: bool
) -> None:
    """As in a transaction, which throws a driver away with its session."""
    device.capabilities = CAPABILITIES if monitored else without("monitoring")
    driver.fingerprint()
    orphaned(device, driver)
    device.hook = at("cancel-commit", refuse("candidate is locked", "in-use"))
    with driving(driver._device._target) as other:
        if step == "roll_back" and not monitored:  # an error that does not name who is in the way
            with pytest.raises(DeviceError, match="candidate is locked"):
                other.roll_back("run-1")
            assert not killed(device)
        else:
            getattr(other, step)("run-1")
            assert device.pending is None
            assert killed(device)


@pytest.mark.parametrize(
    "change",
    [
        lambda device: device.logins.update({1: datetime.now(UTC) + timedelta(minutes=1)}),
        lambda device: device.users.update({1: "somebody"}),
    ],
    ids=["later", "another user"],
)
def test_whoever_has_the_number_of_a_lost_session_is_not_ended(
    device: FakeDevice, driver: NetconfDriver, change: Callable[[FakeDevice], None]
) -> None:
    """Numbers are given again once a device has restarted."""
    driver.fingerprint()
    orphaned(device, driver)
    change(device)
    with (
        driving(driver._device._target) as other,
        pytest.raises(Refused, match="locked by session 1"),
    ):
        other.confirm("run-1")
    assert not killed(device)


def test_our_own_session_that_lives_is_not_ended(device: FakeDevice, driver: NetconfDriver) -> None:
    driver.lock("tests")
    with (
        driving(driver._device._target) as other,
        pytest.raises(Refused, match="locked by session 1"),
    ):
        other.lock("tests")
    assert not killed(device)


def test_numbers_that_begin_anew_are_of_a_restart(
    device: FakeDevice, driver: NetconfDriver
) -> None:
    device.capabilities = without("monitoring")
    device.next_session = 7
    driver.fingerprint()
    orphaned(device, driver)
    device.next_session = 1
    with (
        driving(driver._device._target) as other,
        pytest.raises(Refused, match="locked by session 8"),
    ):
        other.confirm("run-1")
    assert not killed(device)


def test_slow_is_not_lost(device: FakeDevice, driver: NetconfDriver) -> None:
    device.hook = at("commit confirmed", Wait(0.5))
    waiting(driver)
    driver.confirm("run-1")


def test_a_probe_is_another_session_and_leaves_nothing(
    device: FakeDevice, driver: NetconfDriver
) -> None:
    driver.lock("tests")
    driver.probe()
    assert until(lambda: len(device.sessions) == 1)
    assert device.next_session == 2
    device.hook = at("get-config", Hang(), once=False)
    with pytest.raises(UnreachableError):
        driver.probe()


def test_round_trips(driver: NetconfDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the table in the driver's docstring counts them: a call is a round trip."""
    calls: list[int] = []
    call = NetconfSession.call

    def counted(self: NetconfSession, *operations: Operation, **options: float) -> list[Reply]:
        calls.append(len(operations))
        return call(self, *operations, **options)

    monkeypatch.setattr(NetconfSession, "call", counted)
    driver.fingerprint()
    steps: dict[str, tuple[Callable[[], object], int]] = {
        "lock": (lambda: driver.lock("tests"), 1),
        "stage": (lambda: driver.stage(wanted()), 1),
        "validate": (driver.validate, 1),
        "commit": (lambda: driver.commit(Confirm("run-1", 60)), 2),
        "extend": (lambda: driver.extend(Confirm("run-1", 60)), 1),
        "confirm": (lambda: driver.confirm("run-1"), 1),
        "fingerprint": (driver.fingerprint, 1),
        "unlock": (driver.unlock, 1),
        "lock again": (lambda: driver.lock("tests"), 1),
        "stage the same": (lambda: driver.stage(wanted()), 0),
    }
    found = {}
    for name, (step, _) in steps.items():
        calls.clear()
        step()
        found[name] = len(calls)
    assert found == {name: trips for name, (_, trips) in steps.items()}


def test_a_call_is_one_round_trip(driver: NetconfDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many requests it has: all are sent before any answer is read."""
    driver.fingerprint()
    turns: list[str] = []
    for name in ("send", "read_until"):
        real = getattr(driver._device.session._stream, name)

        def noted(*given: object, turn: str = name, real: Callable[..., object] = real) -> object:
            turns.append(turn)
            return real(*given)

        monkeypatch.setattr(driver._device.session._stream, name, noted)
    driver.lock("tests")
    assert turns == ["send"] * 4 + ["read_until"]  # two locks, two get-configs
