"""Locks of a session of our own that a device has not ended yet, and of one that is another's."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from citynet.deploy.driver import HeldError, Refused
from citynet.netconf.driver import NetconfDriver
from citynet.transaction.held import Patience, awaited, share
from tests.netconf.fake import FakeDevice, Habit, Wait
from tests.netconf.faults.steps import at, without
from tests.netconf.lying.city import City, alone
from tests.netconf.steps import until
from tests.speed import seconds

OLD = 77
"""The number of a session that is there already."""
LIKE_US = r"locked by session 77 \(citynet from 127.0.0.1 since .*user and the host of this run"


def held(device: FakeDevice, user: str = "citynet", *stores: str) -> None:
    device.users[OLD], device.logins[OLD] = user, datetime.now(UTC)
    device.locks |= dict.fromkeys(stores or ("candidate", "running"), OLD)


@pytest.fixture
def city(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[City]:
    with alone(tmp_path, monkeypatch, capsys, seconds(1.0)) as made:
        yield made


# -- whose it is -----------------------------------------------------------------------------


@pytest.mark.parametrize("store", ["candidate", "running"])
def test_a_session_like_ours(device: FakeDevice, driver: NetconfDriver, store: str) -> None:
    held(device, "citynet", store)
    with pytest.raises(HeldError, match=f"its {store} is {LIKE_US}"):
        driver.lock("tests")
    assert device.locks == {store: OLD}
    assert not any(each.operation == "kill-session" for each in device.asked)


@pytest.mark.parametrize(
    ("user", "habits", "capabilities"),
    [
        ("another", (), ()),
        ("citynet", (Habit.ZERO,), ()),
        ("citynet", (Habit.STRANGE_NUMBER,), ()),
        ("citynet", (), without("ietf-netconf-monitoring")),
    ],
    ids=["another user", "session 0", "no such session", "sessions are not told"],
)
def test_what_is_not_known_to_be_like_ours(
    device: FakeDevice,
    driver: NetconfDriver,
    user: str,
    habits: tuple[Habit, ...],
    capabilities: tuple[str, ...],
) -> None:
    device.habits = frozenset(habits)
    device.capabilities = capabilities or device.capabilities
    held(device, user)
    with pytest.raises(Refused, match="locked by") as caught:
        driver.lock("tests")
    assert not isinstance(caught.value, HeldError)


# -- how long it is waited for ---------------------------------------------------------------


def answering(*answers: Exception | str) -> Callable[[], str]:
    left = list(answers)

    def work() -> str:
        answer = left.pop(0)
        if isinstance(answer, str):
            return answer
        raise answer

    return work


HELD, FREE = HeldError("r1", []), Refused("r1", [])


def patient(said: list[str], seconds: float = 60.0, stopped: str = "") -> Patience:
    return Patience(seconds, said.append, lambda: stopped)


def test_a_refusal_is_asked_once_more_after_a_wait() -> None:
    said: list[str] = []
    assert awaited("r1", answering(HELD, FREE, "done"), patient(said)) == "done"
    assert len(said) == 1
    with pytest.raises(Refused) as caught:
        awaited("r1", answering(HELD, FREE, FREE, "done"), patient(said))
    assert caught.value is FREE
    with pytest.raises(Refused):
        awaited("r1", answering(FREE, "done"), patient(said))


def test_a_stop_ends_it() -> None:
    with pytest.raises(Refused, match="stopped by Ctrl-C"):
        awaited("r1", answering(HELD, "done"), patient([], stopped="stopped by Ctrl-C"))


def test_two_runs_do_not_give_up_together() -> None:
    shares = {share(f"20261201T02{minute:02}00Z-abcd") for minute in range(60)}
    assert len(shares) > 30
    assert all(0.5 <= each <= 1.0 for each in shares)


# -- a run after another ---------------------------------------------------------------------


def test_a_slow_device_has_not_ended_the_session_of_the_run_before(city: City) -> None:
    """It works on for a while at what it was asked, though that run has given it up and ended."""
    device = city.devices["r1"]
    device.hook = at("edit-config", Wait(seconds(3.0)))
    code, said = city.deploy()
    assert (code, set(device.locks)) == (1, {"candidate", "running"}), said
    assert "no answer to a request within" in said
    code, said = city.deploy("--patience", "60")
    assert code == 0, said
    assert "3 of 3 changed" in said
    waits = [line for line in said.splitlines() if "waiting for it to end" in line]
    assert waits
    assert "r1: its candidate is locked by session 1 (citynet from 127.0.0.1" in waits[0]


def test_a_check_waits_as_well(city: City) -> None:
    device = city.devices["r1"]
    held(device)
    timer = threading.Timer(1.0, device.left, (OLD,))
    timer.start()
    code, said = city.deploy("--check", "--patience", "60")
    timer.join()
    assert code == 0, said
    assert "waiting for it to end" in said
    assert "3 of 3 would change" in said


def test_one_that_does_not_end_is_refused(city: City) -> None:
    held(city.devices["r1"])
    code, said = city.deploy("--patience", "2")
    assert code == 1
    assert "waiting for it to end (0 s so far, up to " in said
    assert "which has the user and the host of this run; it has not ended within" in said
    city.devices["r1"].left(OLD)
    assert until(city.same)


def test_another_s_lock_is_not_waited_for(city: City) -> None:
    held(city.devices["r1"], "another")
    code, said = city.deploy("--patience", "60")
    assert code == 1
    assert "its candidate is locked by session 77 (another from 127.0.0.1" in said
    assert "waiting" not in said
    city.devices["r1"].left(OLD)
    assert city.same()
