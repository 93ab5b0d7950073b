"""A short cut of the campaign, and whether its judge can see."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.campaign import table
from tests.campaign.case import (
    FLEET_KINDS,
    Case,
    Fault,
    Kind,
    Phase,
    Then,
    all_like_netopeer2,
    case,
)
from tests.campaign.inject import fleet_stage
from tests.campaign.play import Found, Play, play
from tests.campaign.stage import Rival, Stage
from tests.netconf.fake import FakeDevice
from tests.speed import seconds

pytestmark = pytest.mark.campaign
SEED = 1
LONG = 2.5
"""Seconds: what lasts longer, or goes away for long, is for `make faults`."""


def cut() -> list[int]:
    """The short cut: the first short case of each kind of fault, by number."""
    found: dict[Kind, int] = {}
    for number in range(1, 1000):
        one = case(SEED, number)
        last = one.faults[-1]
        alone = len(one.faults) == (2 if last.kind is Kind.PARTLY else 1)
        if alone and last.seconds < LONG and one.within <= 8 and last.device < 3:
            found.setdefault(last.kind, number)
    found.pop(Kind.GONE, None)
    return sorted(found.values())


def shown(found: Found) -> str:
    return "\n".join((*found.wrong, *found.between, *found.defects, str(found)))


FOUND = [408]
"""Cases in which citynet was not as it should be once."""


@pytest.mark.parametrize("number", [*cut(), *FOUND])
def test_nothing_is_found(number: int) -> None:
    found = play(case(SEED, number))
    assert not found.bad, shown(found)
    assert found.fired


def test_every_kind_is_in_the_cut() -> None:
    kinds = {case(SEED, number).faults[-1].kind for number in cut()}
    assert kinds == set(FLEET_KINDS) - {Kind.GONE}


def made(
    kind: Kind, phase: Phase, then: Then = Then.RESUME, *, seconds: float = 0.3, within: int = 5
) -> Case:
    fault = Fault(kind, phase, device=1, after=False, seconds=seconds)
    return Case(0, 1, 3, 0, 1, within, (fault,), then, redeploy=False)


@pytest.mark.parametrize(
    ("kind", "phase", "end"),
    [
        (Kind.LIES, Phase.STAGE, "old"),
        (Kind.LIES, Phase.COMMIT, "old"),
        (Kind.PARTLY, Phase.BACK, "old"),
        (Kind.FOREIGN, Phase.COMMIT, "old"),
        (Kind.FOREIGN, Phase.REACH, "old"),
    ],
)
@pytest.mark.parametrize("seconds", [0.3, 2.5])
def test_a_device_that_lies_or_is_edited_takes_all_back(
    kind: Kind, phase: Phase, end: str, seconds: float
) -> None:
    one = made(kind, phase, seconds=seconds)
    if kind is Kind.FOREIGN:
        one = replace(one, faults=(replace(one.faults[0], after=True),))
    if kind is Kind.PARTLY:
        refuses = replace(one.faults[0], kind=Kind.REFUSES, phase=Phase.EXTEND, device=0)
        one = replace(one, faults=(refuses, *one.faults))
    found = play(one)
    assert not found.bad, shown(found)
    assert len(found.fired) == len(one.faults)
    assert found.ways[0] == "back"
    assert found.end == f"r1:{end} r2:{end} r3:{end}"


def test_a_rollback_in_part_by_another_session_is_said_to_be_one(tmp_path: Path) -> None:
    """What ran before is not known there: the device is said to run neither."""
    kill = Fault(Kind.KILL, Phase.REACH, device=0, after=True, seconds=0.0)
    partly = replace(kill, kind=Kind.PARTLY, phase=Phase.BACK, device=1, after=False)
    one = Case(0, 1, 3, 0, 1, 8, (kill, partly), Then.ABORT, redeploy=False)
    found = play(one)
    assert not found.bad, shown(found)
    assert found.ways == ("killed", "split", "then", "kept"), shown(found)


@pytest.mark.parametrize("phase", [Phase.STAGE, Phase.COMMIT])
def test_it_sees_a_driver_that_believes_every_ok(tmp_path: Path, phase: Phase) -> None:
    found = broken(made(Kind.LIES, phase), tmp_path, "believe_every_ok")
    assert any("r2 runs 'new': it runs neither" in each for each in found.wrong), shown(found)
    assert any("r2 runs neither" in each for each in found.between), shown(found)


def test_it_sees_a_driver_that_does_not_compare(tmp_path: Path) -> None:
    one = made(Kind.FOREIGN, Phase.REACH, seconds=2.5)
    one = replace(one, faults=(replace(one.faults[0], after=True),))
    found = broken(one, tmp_path, "compare_nothing")
    assert any("r2 runs 'new': it runs neither" in each for each in found.wrong), shown(found)


def test_the_same_case_is_the_same_again() -> None:
    assert case(7, 11) == case(7, 11) != case(7, 12)


def broken(one: Case, folder: Path, prelude: str) -> Found:
    code = f"from tests.campaign import broken; broken.{prelude}()"
    return Play(one, folder, prelude=code).play()


def test_it_sees_a_confirmation_before_the_decision(tmp_path: Path) -> None:
    one = made(Kind.REFUSES, Phase.EXTEND)
    found = broken(one, tmp_path, "confirm_before_deciding")
    assert any("that was never decided" in each for each in found.defects), shown(found)
    assert any("some are old and some new" in each for each in found.defects), shown(found)


def test_it_sees_a_driver_that_believes_everything(tmp_path: Path) -> None:
    one = made(Kind.EARLY, Phase.CONFIRM)
    found = broken(one, tmp_path, "believe_every_confirmation")
    assert any("the report says r2 runs 'new': it runs old" in each for each in found.wrong)


def test_what_a_slow_device_still_holds_for_a_killed_run_is_waited_for() -> None:
    """One device is at work for seconds more when citynet is killed at another."""
    slow = Fault(Kind.SLOW, Phase.STAGE, device=0, after=False, seconds=4.0)
    kill = Fault(Kind.KILL, Phase.STAGE, device=1, after=False, seconds=0.0)
    one = replace(made(Kind.KILL, Phase.STAGE), faults=(slow, kill), redeploy=True)
    found = play(one)
    assert not found.bad, shown(found)
    assert found.ways == ("killed", "then", "kept"), shown(found)


def test_what_a_killed_server_has_kept_of_ours_is_in_no_way() -> None:
    """As netopeer2 does it, between stage and commit: old is reported, and the next run works."""
    one = all_like_netopeer2(made(Kind.SERVER, Phase.COMMIT))
    found = play(replace(one, redeploy=True))
    assert not found.bad, shown(found)
    assert found.ways == ("back", "then", "kept"), shown(found)
    assert found.seconds < seconds(20)


def test_it_sees_that_what_is_left_is_taken_for_others(tmp_path: Path) -> None:
    one = all_like_netopeer2(made(Kind.SERVER, Phase.COMMIT))
    found = broken(replace(one, redeploy=True), tmp_path, "know_nothing_of_what_is_left")
    assert any("a plain deploy afterwards fails" in each for each in found.defects), shown(found)


def test_a_lock_of_startup_is_seen_before_anything_changes() -> None:
    one = all_like_netopeer2(made(Kind.LOCKED, Phase.BEGUN, seconds=2.5))
    found = play(replace(one, faults=(replace(one.faults[0], after=True),), redeploy=True))
    assert not found.bad, shown(found)
    assert found.ways == ("back", "then", "kept"), shown(found)


def dead() -> Case:
    """r2 loses power once the change was decided, citynet is killed, and nobody waits for r2."""
    gone = Fault(Kind.POWER, Phase.CONFIRM, device=1, after=False, seconds=20.0)
    faults = (gone, replace(gone, kind=Kind.KILL, device=0, after=True))
    return Case(0, 1, 3, 0, 1, 5, faults, Then.RESUME, redeploy=False, gives_up=True)


def test_a_dead_device_is_given_up_and_the_city_goes_on() -> None:
    found = play(dead())
    assert not found.bad, shown(found)
    assert found.ways == ("killed", "split", "then", "kept"), shown(found)


def test_it_sees_that_a_device_given_up_is_not_new(tmp_path: Path) -> None:
    found = broken(dead(), tmp_path, "report_what_was_hoped_for")
    assert any("the report says r2 runs 'new': it runs" in each for each in found.wrong)


def test_it_sees_who_does_not_go_back(tmp_path: Path) -> None:
    one = made(Kind.REFUSES, Phase.EXTEND)
    found = broken(one, tmp_path, "forget_to_go_back")
    assert any("the report says r1 runs 'old': it runs new" in each for each in found.wrong)


def forgetful(device: FakeDevice) -> None:
    """Its timer goes off, and it goes on with what it has."""
    device.revert = device._forget  # type: ignore[method-assign]


def half_way(device: FakeDevice) -> None:
    """It goes back to something that is neither."""

    def revert() -> None:
        device._forget()
        device.running = device.candidate = device.kept = FakeDevice().running

    device.revert = revert  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (forgetful, "left alone, r2 did not go back by itself"),
        (half_way, "r2 runs neither its old nor its new configuration"),
    ],
)
def test_it_sees_a_bad_device(
    tmp_path: Path, tamper: Callable[[FakeDevice], None], said: str
) -> None:
    @contextmanager
    def tampered(one: Case, folder: Path, rival: Rival) -> Iterator[Stage]:
        with fleet_stage(one, folder, rival) as stage:
            tamper(stage.fleet.devices["r2"])
            yield stage

    one = made(Kind.KILL, Phase.REACH, Then.ALONE)
    found = Play(one, tmp_path, tampered).play()
    assert any(said in each for each in (*found.between, *found.defects)), shown(found)


def test_the_table_counts() -> None:
    fired = ((str(Kind.KILL), str(Phase.COMMIT)),)
    good = Found(1, 1, "fleet", fired, ("killed", "back"), "r1:old")
    bad = Found(2, 1, "fleet", fired, ("kept",), "r1:old", wrong=("it lied",))
    text = table.whole([good, bad])
    assert f"| {Kind.KILL} | 2 | 1 | 0 | 1 | 0 | 1 | 0 | 0 |" in text
    assert "2 faults in 2 cases: 0 devices in between, 1 wrong reports, 0 other defects" in text
