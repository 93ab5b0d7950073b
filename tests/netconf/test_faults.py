"""Devices that misbehave, on the fake: what no real server does on demand."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from citynet.deploy.driver import (
    Capability,
    Change,
    Confirm,
    DeviceError,
    NotPendingError,
    Refused,
    UnreachableError,
)
from citynet.netconf import rpc
from citynet.netconf.driver import NetconfDriver
from citynet.netconf.profile import Owned, Profile
from citynet.netconf.reply import Reply, RpcError
from citynet.netconf.session import NetconfSession, Operation, Timeouts
from citynet.render.artifact import Artifact
from citynet.xml import Element, write
from tests.netconf.fake import (
    Drop,
    Event,
    FakeDevice,
    FakeFleet,
    Garbage,
    Hang,
    Refuse,
    Restart,
    Wait,
)
from tests.netconf.fake.device import CAPABILITIES, CAPABILITY, STARTUP
from tests.netconf.fake.faults import Fault, disk_full
from tests.netconf.fake.server import PASSWORD
from tests.netconf.servers import BASE, Reached, instances, interface, interfaces
from tests.netconf.vendors import HuaweiDriver

OTHER = write(
    replace(BASE, children=(interfaces(interface("LoopBack7", "卫健委" * 3000)), BASE.children[1]))
)


class Impatient(HuaweiDriver):  # type: ignore[misc, valid-type]  # found by folder
    timeouts = Timeouts(connect=10.0, answer=1.0, change=1.0)


@pytest.fixture
def device() -> FakeDevice:
    made = FakeDevice("r1")
    made.load(write(BASE))
    return made


@pytest.fixture
def fleet(device: FakeDevice, tmp_path: Path) -> Iterator[FakeFleet]:
    with FakeFleet([device], tmp_path) as made:
        yield made


@pytest.fixture
def driver(fleet: FakeFleet) -> Iterator[NetconfDriver]:
    with driving(fleet) as made:
        yield made


@contextmanager
def driving(fleet: FakeFleet) -> Iterator[NetconfDriver]:
    made = Impatient(Reached("r1", fleet.access("r1")))
    yield made
    made.close()


def wanted(*names: str) -> Artifact:
    entries = [interface(name, "of citynet") for name in names or ("LoopBack1",)]
    config = Element(rpc.BASE, "config", children=(interfaces(*entries), instances("_public_")))
    return Artifact("r1", "huawei_vrp", {"config.xml": write(config)})


def at(
    operation: str, fault: Fault, when: str = "before", *, once: bool = True
) -> Callable[[Event], Fault | None]:
    """A hook that lets something happen at an operation."""
    left = [1 if once else 1000]

    def hook(event: Event) -> Fault | None:
        if (event.operation, event.when) != (operation, when) or not left[0]:
            return None
        left[0] -= 1
        return fault

    return hook


def staged(driver: NetconfDriver) -> Change:
    driver.lock("tests")
    return driver.stage(wanted())


def waiting(driver: NetconfDriver) -> None:
    staged(driver)
    driver.commit(Confirm("run-1", 60))


# -- sessions that end ------------------------------------------------------------------------


def validated(driver: NetconfDriver) -> None:
    staged(driver)
    driver.validate()


def extended(driver: NetconfDriver) -> None:
    waiting(driver)
    driver.extend(Confirm("run-1", 60))


def confirmed(driver: NetconfDriver) -> None:
    waiting(driver)
    driver.confirm("run-1")


def taken_back(driver: NetconfDriver) -> None:
    waiting(driver)
    driver.roll_back("run-1")


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
    "silent": (Hang(), "before", r"no answer to a request within 1 s; the session was closed"),
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
    assert time.monotonic() - began < 5
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


def until(holds: Callable[[], bool], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


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


def test_somebody_elses_session_is_never_ended(device: FakeDevice, driver: NetconfDriver) -> None:
    waiting(driver)
    driver.close()
    assert until(lambda: not device.locks)
    device.locks["candidate"] = 77
    with driving_again(driver) as other, pytest.raises(Refused, match="locked by session 77"):
        other.confirm("run-1")
    assert "kill-session" not in {each.operation for each in device.asked}


@contextmanager
def driving_again(driver: NetconfDriver) -> Iterator[NetconfDriver]:
    made = Impatient(driver._device._target)
    yield made
    made.close()


def test_slow_is_not_lost(device: FakeDevice, driver: NetconfDriver) -> None:
    device.hook = at("commit confirmed", Wait(0.5))
    waiting(driver)
    driver.confirm("run-1")


# -- what devices refuse ----------------------------------------------------------------------


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


def all_of_it(driver: NetconfDriver) -> None:
    staged(driver)
    driver.validate()
    driver.commit(Confirm("run-1", 60))


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


# -- what devices cannot ------------------------------------------------------------------------


def without(*words: str) -> tuple[str, ...]:
    return tuple(each for each in CAPABILITIES if not any(word in each for word in words))


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


# -- secrets and logging in ---------------------------------------------------------------------


SECRET = "Wuhan@2026 secret"  # noqa: S105


class Secretive(NetconfDriver):
    profile = Profile("secretive", owned=(Owned("/keys"),))


def with_secret(secret: str) -> Artifact:
    leaf = Element("urn:k", "password", secret)
    config = Element(rpc.BASE, "config", children=(Element("urn:k", "keys", children=(leaf,)),))
    return Artifact("r1", "any", {"config.xml": write(config)})


def test_nobody_sees_a_secret(
    device: FakeDevice, fleet: FakeFleet, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    made = Secretive(Reached("r1", fleet.access("r1")))
    made.lock("tests")
    change = made.stage(with_secret(SECRET))
    assert "<password>******</password>" in change.diff
    made.commit()
    change = made.stage(with_secret(f"{SECRET} new"))
    assert (change.added, change.removed) == (1, 1)
    path = "/rpc/edit-config/config/k:keys/k:password"
    said = RpcError("invalid-value", f"'{SECRET}' is too long", path)
    device.hook = at("validate", Refuse((said,)))
    made.stage(with_secret(SECRET + "!"))
    with pytest.raises(Refused) as told:
        made.validate()
    device.hook = at("edit-config", Refuse((said,)))
    with pytest.raises(Refused) as again:
        made.stage(with_secret(SECRET + "!"))
    made.close()
    seen = f"{change} {again.value} {again.value.refusals} {caplog.text}"
    assert SECRET not in seen
    assert told.value.refusals[0].text == "<password>******</password>"


@pytest.mark.parametrize("kind", ["env", "file", "command"])
def test_a_password_by_reference(
    fleet: FakeFleet, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text(f"{PASSWORD}\nanother line\n")
    monkeypatch.setenv("R1_PASSWORD", PASSWORD)
    reference = {
        "env": "env:R1_PASSWORD",
        "file": f"file:{tmp_path}/secret",
        "command": f"command:head -n 1 {tmp_path}/secret",
    }[kind]
    access = replace(fleet.access("r1"), key_file=None, password=reference)
    made = Impatient(Reached("r1", access))
    assert made.fingerprint()
    made.close()


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("env:NO_SUCH", "the environment has no variable NO_SUCH"),
        ("file:/no/such", "the secret in /no/such cannot be read"),
        ("command:false", "`false` exited 1"),
        ("command:no-such-command", "cannot be run"),
        ("command:true", "gives no secret"),
        ("let me in", "a secret is written as env:NAME"),
        ("env:WRONG", "does not accept the password from env:WRONG"),
    ],
)
def test_a_password_that_is_none(
    fleet: FakeFleet, reference: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRONG", "not it")
    access = replace(fleet.access("r1"), key_file=None, password=reference)
    with pytest.raises(UnreachableError, match=words) as told:
        Impatient(Reached("r1", access)).fingerprint()
    assert "not it" not in str(told.value)
    assert "let me in" not in str(told.value)


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


def test_a_call_is_one_round_trip(device: FakeDevice, tmp_path: Path) -> None:
    """However many requests it has."""
    with FakeFleet([device], tmp_path, delay=0.2) as fleet:
        made = HuaweiDriver(Reached("r1", fleet.access("r1")))
        made.fingerprint()
        began = time.monotonic()
        made.lock("tests")  # two locks, two get-configs
        assert 0.4 <= time.monotonic() - began < 0.75
        made._device.session.drop()


def test_it_says_that_it_is_a_fake(fleet: FakeFleet, driver: NetconfDriver) -> None:
    assert "urn:citynet:fake" in driver._device.session.capabilities
