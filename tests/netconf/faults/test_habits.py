"""Habits of servers, one by one, and what the driver makes of them (`docs/netconf_habits.md`)."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from citynet.deploy.driver import (
    UNSAVED,
    Confirm,
    DeviceError,
    NotPendingError,
    Refused,
    UnreachableError,
)
from citynet.netconf import rpc
from citynet.netconf.driver import NetconfDriver
from citynet.netconf.goal import foreign
from citynet.netconf.reply import RpcError
from citynet.pipeline import prepare, render
from citynet.xml import Element, parse_document
from tests.cities import DEMO
from tests.netconf.fake import NETOPEER2, Drop, Event, FakeDevice, FakeFleet, Habit, Kill, Refuse
from tests.netconf.fake.device import CAPABILITIES, STARTUP
from tests.netconf.fake.faults import Fault
from tests.netconf.faults.steps import (
    all_of_it,
    at,
    confirmed,
    driving,
    staged,
    taken_back,
    waiting,
    wanted,
)
from tests.netconf.servers import Reached, names
from tests.netconf.steps import deployed, until
from tests.netconf.vendors import HuaweiDriver, SrlinuxDriver
from tests.yang.models import EVPN, MIRRORED


def has(device: FakeDevice, *habits: Habit) -> None:
    device.habits = frozenset(habits)


def asked(device: FakeDevice, operation: str) -> int:
    return sum(each.operation == operation for each in device.asked)


def elsewhere(fleet: FakeFleet) -> Reached:
    """The device as another process of citynet finds it: without notes."""
    return Reached("r1", fleet.access("r1"))


@pytest.fixture
def stranger(fleet: FakeFleet) -> Iterator[NetconfDriver]:
    with driving(elsewhere(fleet)) as made:
        yield made


# -- all of them at once ---------------------------------------------------------------------


def test_a_change_on_a_server_like_netopeer2(device: FakeDevice, driver: NetconfDriver) -> None:
    device.habits, device.capabilities = NETOPEER2, (*CAPABILITIES, STARTUP)
    staged(driver)
    driver.validate()
    driver.commit(Confirm("run-1", 60))
    driver.probe()
    driver.extend(Confirm("run-1", 90))
    driver.confirm("run-1")
    driver.unlock()
    assert device.kept is device.running
    assert "LoopBack1" in names(driver.read()["config.xml"], "name")
    assert not device.locks
    deployed(driver, wanted("LoopBack2"), "run-2")
    waiting(driver)
    driver.roll_back("run-1")
    assert "LoopBack2" in names(driver.read()["config.xml"], "name")


# -- reach -----------------------------------------------------------------------------------


def test_an_error_is_an_answer(device: FakeDevice, driver: NetconfDriver) -> None:
    has(device, Habit.FILTER)
    driver.probe()
    device.hook = at("get-config", Drop())
    with pytest.raises(UnreachableError):
        driver.probe()


# -- timers ----------------------------------------------------------------------------------


def left(fleet: FakeFleet, device: FakeDevice) -> float:
    """Seconds until the timer goes off."""

    async def seconds() -> float:
        assert device.pending is not None
        return device.pending.timer.when() - asyncio.get_running_loop().time()

    found: float = fleet.run(seconds())
    return found


def test_a_timer_is_started_again_by_persist_alone(
    device: FakeDevice, fleet: FakeFleet, driver: NetconfDriver
) -> None:
    has(device, Habit.ALONE)
    before = device.running
    waiting(driver)
    assert left(fleet, device) <= 60
    driver.extend(Confirm("run-1", 500))
    assert left(fleet, device) > 60
    assert asked(device, "commit again") == 1
    driver.extend(Confirm("run-1", 700))
    assert left(fleet, device) > 500
    assert asked(device, "commit again") == 1  # it is known by now
    with driving(driver._device._target) as other:
        other.roll_back("run-1")
    assert device.running is before


def test_a_timer_of_the_standard_is_asked_once(device: FakeDevice, driver: NetconfDriver) -> None:
    waiting(driver)
    sessions = device.next_session
    driver.extend(Confirm("run-1", 500))
    assert (asked(device, "commit again"), device.next_session) == (1, sessions)


@pytest.mark.parametrize("known", [False, True])
def test_what_went_back_is_not_made_to_wait_again(
    device: FakeDevice, driver: NetconfDriver, *, known: bool
) -> None:
    """A commit by `persist` alone would begin a new wait where nothing waits."""
    has(device, Habit.ALONE)
    before = device.running
    waiting(driver)
    if known:
        driver.extend(Confirm("run-1", 60))
    device.revert()
    with pytest.raises(NotPendingError, match="no commit waits as run-1"):
        driver.extend(Confirm("run-1", 60))
    assert (device.pending, device.running is before) == (None, True)


def test_it_goes_back_while_it_is_made_to_wait_longer(
    device: FakeDevice, driver: NetconfDriver
) -> None:
    """Between the question and the commit; what has begun to wait then is cancelled."""
    has(device, Habit.ALONE)
    before = device.running
    waiting(driver)

    def late(event: Event) -> None:
        if (event.operation, event.when) == ("commit confirmed", "before"):
            device.revert()

    device.hook = late
    with pytest.raises(NotPendingError, match="went back before it could be extended"):
        driver.extend(Confirm("run-1", 60))
    assert (device.pending, device.running is before) == (None, True)


@pytest.mark.parametrize("habits", [(), (Habit.ALONE, Habit.OWN_NUMBER)])
def test_another_name_is_told_as_that(
    device: FakeDevice, driver: NetconfDriver, *, habits: tuple[Habit, ...]
) -> None:
    has(device, *habits)
    waiting(driver)
    for attempt in (driver.confirm, driver.roll_back, lambda run: driver.extend(Confirm(run, 9))):
        with pytest.raises(NotPendingError, match="a commit waits, but not as run-2"):
            attempt("run-2")
    assert device.pending is not None


def test_another_commit_waits_in_the_words_of_netconfd(
    device: FakeDevice, driver: NetconfDriver
) -> None:
    waiting(driver)
    path = "/nc:rpc/nc:commit/nc:confirmed"
    device.hook = at("commit confirmed", Refuse((RpcError("operation-failed", "failed", path),)))
    with pytest.raises(NotPendingError, match="a commit waits, but not as run-2"):
        driver.extend(Confirm("run-2", 9))


@pytest.mark.parametrize("operation", ["commit confirming", "cancel-commit", "commit again"])
def test_an_error_alone_does_not_end_a_wait(
    device: FakeDevice, driver: NetconfDriver, operation: str
) -> None:
    """`invalid-value` of something else than the name, while the commit waits."""
    waiting(driver)
    bad = RpcError("invalid-value", "not now", "/rpc/commit/x:timer")
    device.hook = at(operation, Refuse((bad,)), once=False)
    acts: dict[str, Callable[[str], None]] = {
        "commit confirming": driver.confirm,
        "cancel-commit": driver.roll_back,
        "commit again": lambda run: driver.extend(Confirm(run, 60)),
    }
    with pytest.raises(DeviceError) as told:
        acts[operation]("run-1")
    assert not isinstance(told.value, NotPendingError)
    assert device.pending is not None


def test_an_error_that_ended_the_timer(device: FakeDevice, driver: NetconfDriver) -> None:
    """It is confirmed; what runs is read with the lock held, as a transaction does."""
    device.capabilities = (*CAPABILITIES, STARTUP)
    has(device, Habit.FAILS_LATE)
    waiting(driver)
    new = driver.fingerprint()
    with pytest.raises(NotPendingError, match="the candidate cannot be copied"):
        driver.confirm("run-1")
    assert device.pending is None
    driver.lock("tests")
    assert driver.fingerprint() == new
    with pytest.raises(NotPendingError):
        driver.confirm("run-1")
    assert device.kept is device.running


# -- what a run of ours has left -------------------------------------------------------------


def cut_off(device: FakeDevice, driver: NetconfDriver) -> Element:
    """The server is killed between stage and commit, and keeps the candidate. What it runs."""
    has(device, Habit.KEPT)
    before = device.running
    device.hook = at("commit confirmed", Kill())
    with pytest.raises(UnreachableError):
        waiting(driver)
    driver.close()
    device.hook = lambda _: None
    assert device.candidate is not device.running is before
    return before


def test_what_was_staged_last_is_discarded(device: FakeDevice, driver: NetconfDriver) -> None:
    """As a transaction goes back: roll back, lock, read."""
    cut_off(device, driver)
    with driving(driver._device._target) as other:
        with pytest.raises(NotPendingError):
            other.roll_back("run-1")
        other.lock("tests")
        assert device.candidate is device.running
        assert set(device.locks) == {"candidate", "running"}
        other.stage(wanted("LoopBack9"))


def test_it_is_found_old_by_another_process(
    device: FakeDevice, driver: NetconfDriver, stranger: NetconfDriver
) -> None:
    """Reading needs no clean candidate."""
    old = driver.fingerprint()
    cut_off(device, driver)
    with pytest.raises(NotPendingError):
        stranger.roll_back("run-1")
    stranger.lock("tests")
    assert stranger.fingerprint() == old
    stranger.unlock()
    assert (device.locks, device.candidate is device.running) == ({}, False)


def test_the_same_is_deployed_again_by_another_process(
    device: FakeDevice, driver: NetconfDriver, stranger: NetconfDriver
) -> None:
    cut_off(device, driver)
    deployed(stranger, wanted())
    assert "LoopBack1" in names(stranger.read()["config.xml"], "name")


def test_a_check_of_the_same(
    device: FakeDevice, driver: NetconfDriver, stranger: NetconfDriver
) -> None:
    cut_off(device, driver)
    assert stranger.stage(wanted())
    stranger.close()
    assert device.candidate is device.running


@pytest.mark.parametrize("more", ["another artifact", "more on top", "a part"])
def test_what_is_not_what_is_wanted_is_left_alone(
    device: FakeDevice, driver: NetconfDriver, stranger: NetconfDriver, more: str
) -> None:
    cut_off(device, driver)
    if more == "more on top":
        theirs = Element("urn:others", "else", "x")
        device.candidate = replace(device.candidate, children=(*device.candidate.children, theirs))
    candidate = device.candidate
    stranger.lock("tests")
    artifact = wanted("LoopBack7") if more == "another artifact" else wanted()
    with pytest.raises(Refused, match="not committed"):
        stranger.stage(artifact, additive=more == "a part")
    stranger.unlock()
    assert device.candidate is candidate


def test_what_is_others_is_not_kept_locked(device: FakeDevice, driver: NetconfDriver) -> None:
    """Or a confirmation would take it for its own; and they could not go on with it."""
    has(device, Habit.LOCKS_ALL)
    theirs = Element("urn:others", "else")
    device.candidate = replace(device.candidate, children=(*device.candidate.children, theirs))
    driver.lock("tests")
    assert device.locks.keys() == {"running"}
    with pytest.raises(Refused, match="not committed"):
        driver.stage(wanted())


def test_a_candidate_of_others_is_not_committed_with_a_confirmation(
    device: FakeDevice, driver: NetconfDriver
) -> None:
    """Though the lock was asked for while they were at it, as for reading."""
    waiting(driver)
    driver.close()
    device.candidate = replace(
        device.candidate, children=(*device.candidate.children, Element("urn:others", "else"))
    )
    with driving(driver._device._target) as other:
        with pytest.raises(Refused, match="waits"):
            other.lock("tests")
        with pytest.raises(Refused, match="not committed"):
            other.confirm("run-1")
    assert device.pending is not None


@pytest.mark.parametrize(
    ("platform", "driver_of", "settings"),
    [("huawei_vrp", HuaweiDriver, MIRRORED), ("nokia_srlinux", SrlinuxDriver, MIRRORED | EVPN)],
)
def test_all_that_is_rendered_is_owned(
    platform: str, driver_of: type[NetconfDriver], settings: dict[str, str]
) -> None:
    """Or what a run has left could not be known from changes of others."""
    for artifact in render(prepare(DEMO, settings={"platform": platform, **settings})).values():
        config = artifact.files.get("config.xml")
        if config is not None:
            rest = foreign(parse_document(config.encode()), driver_of.profile)
            assert not rest.children, rest.children[0].name


# -- locks -----------------------------------------------------------------------------------


def holding(device: FakeDevice, store: str, number: int = 77) -> None:
    device.users[number], device.logins[number] = "another", datetime.now(UTC)
    device.locks[store] = number


NUMBERS = {
    Habit.ZERO: r"what is no NETCONF session \(it names session 0\)",
    Habit.STRANGE_NUMBER: r"another session \(it names 4000, and knows no such session\)",
}


@pytest.mark.parametrize("habit", NUMBERS)
def test_a_number_that_is_wrong_is_told_as_that(
    device: FakeDevice, driver: NetconfDriver, habit: Habit
) -> None:
    has(device, habit)
    holding(device, "running")
    with pytest.raises(Refused, match=f"its running is locked by {NUMBERS[habit]}"):
        driver.lock("tests")
    assert not asked(device, "kill-session")


def test_a_commit_of_others_waits_and_we_are_named(
    device: FakeDevice, driver: NetconfDriver, stranger: NetconfDriver
) -> None:
    has(device, Habit.OWN_NUMBER)
    waiting(driver)
    driver.close()
    with pytest.raises(Refused, match="a confirmed commit of another session waits"):
        stranger.lock("tests")
    assert not asked(device, "kill-session")


def orphaned(device: FakeDevice, driver: NetconfDriver) -> int:
    """Our session is lost, and the device keeps its lock of the candidate."""
    waiting(driver)
    number = int(driver._device.number)
    driver._device.session.drop()
    driver.close()
    assert until(lambda: not device.sessions)
    device.locks["candidate"], device.users[number] = number, "citynet"
    return number


@pytest.mark.parametrize("habit", [*NUMBERS, Habit.SLOW_KILL])
def test_our_lost_session_is_ended_whatever_number_is_named(
    device: FakeDevice, driver: NetconfDriver, habit: Habit
) -> None:
    driver.fingerprint()
    has(device, habit)
    orphaned(device, driver)
    with driving(driver._device._target) as other:
        other.confirm("run-1")
    assert (asked(device, "kill-session"), device.pending) == (1, None)


def test_no_right_to_end_it(device: FakeDevice, driver: NetconfDriver) -> None:
    driver.fingerprint()
    has(device, Habit.NO_KILL)
    number = orphaned(device, driver)
    words = rf"locked by session {number} \(citynet.*ours, lost on the way.*not permitted"
    with driving(driver._device._target) as other:
        for _ in range(3):
            with pytest.raises(Refused, match=words):
                other.confirm("run-1")
        assert asked(device, "kill-session") == 1
        device.locks.clear()
        other.confirm("run-1")


# -- what is saved ---------------------------------------------------------------------------


@pytest.fixture
def saving(device: FakeDevice) -> FakeDevice:
    device.capabilities = (*CAPABILITIES, STARTUP)
    return device


def test_startup_is_locked_with_the_rest(saving: FakeDevice, driver: NetconfDriver) -> None:
    confirmed(driver)
    assert saving.locks.keys() == {"candidate", "startup"}
    driver.unlock()
    assert not saving.locks


def test_a_lock_of_startup_is_told_before_anything_changes(
    saving: FakeDevice, driver: NetconfDriver
) -> None:
    holding(saving, "startup")
    before = saving.running
    driver.lock("tests")
    assert driver.fingerprint()
    with pytest.raises(Refused, match=r"its startup is locked by session 77 \(another"):
        driver.stage(wanted())
    assert saving.running is saving.candidate is before


def test_a_lock_of_startup_that_comes_late(saving: FakeDevice, driver: NetconfDriver) -> None:
    """New, and not saved: said, and not asked for without end."""
    waiting(driver)
    driver._device.session.drop()
    driver.close()
    assert until(lambda: not saving.locks)
    holding(saving, "startup")
    target = driver._device._target
    words = r"not saved.*startup is locked by session 77"
    with driving(target) as other, pytest.raises(DeviceError, match=words):
        other.confirm("run-1")
    with driving(target) as other:
        with pytest.raises(NotPendingError):
            other.confirm("run-1")
        other.lock("tests")
        with pytest.raises(NotPendingError):
            other.confirm("run-1")
        assert "not saved for its next start" in str(target.notes[UNSAVED])
        saving.locks.pop("startup")
        other.unlock()
        other.lock("tests")
        with pytest.raises(NotPendingError):
            other.confirm("run-1")
        assert not other.stage(wanted())
    assert UNSAVED not in target.notes
    assert saving.kept is saving.running


def test_what_is_saved_is_another_than_runs(saving: FakeDevice, driver: NetconfDriver) -> None:
    """Nothing is to change, and the next start would."""
    old = saving.kept
    deployed(driver, wanted())
    saving.kept = old
    driver.lock("tests")
    change = driver.stage(wanted())
    assert "its next start would be with another configuration" in change.diff
    assert change.added
    driver.validate()
    driver.commit(Confirm("run-2", 60))
    driver.confirm("run-2")
    assert saving.kept is saving.running
    driver.unlock()
    driver.lock("tests")
    assert not driver.stage(wanted())


def test_what_is_saved_of_others_is_their_own(saving: FakeDevice, driver: NetconfDriver) -> None:
    deployed(driver, wanted())
    theirs = Element("urn:others", "else")
    saving.kept = replace(saving.kept, children=(*saving.kept.children, theirs))
    driver.lock("tests")
    assert not driver.stage(wanted())


def test_startup_that_may_not_be_read(saving: FakeDevice, driver: NetconfDriver) -> None:
    deployed(driver, wanted())
    denied = Refuse((RpcError("access-denied", "not for you"),))
    gets = [0]

    def third(event: Event) -> Fault | None:
        if (event.operation, event.when) != ("get-config", "before"):
            return None
        gets[0] += 1
        return denied if gets[0] == 3 else None

    saving.hook = third
    driver.lock("tests")
    assert not driver.stage(wanted())
    assert gets[0] == 3


# -- words -----------------------------------------------------------------------------------


def test_a_path_within_the_message(device: FakeDevice, driver: NetconfDriver) -> None:
    has(device, Habit.WORDS)
    path = "/huawei-ifm:ifm/interfaces/interface[name='LoopBack1']/class"
    said = Refuse((RpcError("operation-failed", "Invalid enumeration value.", path),))
    device.hook = at("validate", said)
    with pytest.raises(Refused) as told:
        all_of_it(driver)
    [refusal] = told.value.refusals
    assert refusal.text == "<class>main-interface</class>"
    assert refusal.line
    assert refusal.message.count(path) == 1


def test_secrets_in_the_candidate_of_others(device: FakeDevice, driver: NetconfDriver) -> None:
    secrets = {
        "cleartext-private-key": "MIIEvQ",
        "cleartext-symmetric-key": "c2VjcmV0",
        "description": "$6$salt$hash",
    }
    leaves = tuple(Element("urn:k", name, text) for name, text in secrets.items())
    keys = Element("urn:k", "keystore", children=(*leaves, Element("urn:k", "key-id", "seen")))
    device.candidate = replace(device.candidate, children=(*device.candidate.children, keys))
    with pytest.raises(Refused) as told:
        driver.stage(wanted())
    assert not [each for each in secrets.values() if each in str(told.value)]
    assert "<key-id>seen</key-id>" in str(told.value)


def test_the_fake_goes_back_as_ever(device: FakeDevice, driver: NetconfDriver) -> None:
    before = device.running
    device.habits = NETOPEER2
    taken_back(driver)
    assert device.running is before
    with driver._device.login() as session:
        assert not session.call(rpc.lock(rpc.RUNNING))[0].errors
