"""What a report counts as well done."""

from dataclasses import replace

import pytest

from citynet.cli.deploy_report import show
from citynet.deploy.driver import UNSAVED, Change
from citynet.deploy.outcome import results
from citynet.deploy.report import DeviceResult, Report, State, as_json
from citynet.deploy.work import Plan
from citynet.fleet.connections import TARGET
from citynet.fleet.runner import fleet
from citynet.pipeline import prepare
from citynet.transaction.ending import Terms, Verdict
from citynet.transaction.fleet import FleetNetwork, Job
from citynet.transaction.settle import history
from citynet.transaction.words import Answer, Begun, Committing, How, Outcome, Runs, Staged
from tests.cities import DEMO
from tests.deploy.fakes import reach

DONE = Report("demo", (DeviceResult("gov-core1", "all", State.CHANGED, Runs.NEW),), 1.0)


BESIDE = {"foreign": ("rule 5000: from 192.0.2.0/24 lookup 77",), "owned": ("link health",)}


@pytest.mark.parametrize(
    ("diff", "said"),
    [
        (True, ["foreign: 1", BESIDE["foreign"][0], "link health"]),
        (False, ["1 foreign, 1 owned; --diff lists them"]),
    ],
)
def test_what_is_no_part_of_the_change_is_shown_by_a_check_and_does_not_count(
    capsys: pytest.CaptureFixture[str], *, diff: bool, said: list[str]
) -> None:
    same = DeviceResult(
        "gov-core1", "all", State.OK, Runs.SAME, Change("gov-core1", "", 0, 0, beside=BESIDE)
    )
    report = Report("demo", (same,), 1.0)
    found = as_json(report)["results"]
    assert isinstance(found, list)
    assert found[0]["beside"] == {whose: list(lines) for whose, lines in BESIDE.items()}
    assert "change" not in found[0]
    show(report, diff=diff)
    printed = capsys.readouterr().out
    assert "gov-core1, no part of the change" in printed
    assert all(each in printed for each in said)
    assert "0 of 1 would change" in printed


@pytest.mark.parametrize("outcome", [None, Outcome.KEPT, Outcome.SAME])
def test_a_run_that_ended_well_is_ok(outcome: Outcome | None) -> None:
    assert replace(DONE, outcome=outcome).ok


@pytest.mark.parametrize("outcome", [Outcome.SPLIT, Outcome.OPEN, Outcome.BACK])
def test_devices_alone_do_not_make_a_run_ok(outcome: Outcome) -> None:
    found = replace(DONE, outcome=outcome)
    assert not found.ok
    assert as_json(found)["ok"] is False


def test_devices_that_were_left_behind_are_reported() -> None:
    """The inventory no longer says what one was to run, and has not got the other any more."""
    demo, gone = prepare(DEMO), "the inventory has no such device any more"
    changed = "the inventory has changed since; deploy again"
    said = {"gov-core1": Answer(How.GONE, changed), "gone": Answer(How.FAILED, gone)}
    runs = {"gov-core1": Runs.OLD, "gone": Runs.UNKNOWN, "gov-core2": Runs.NEW}
    begun = Begun("r", "demo", "me", "", (tuple(runs),), 600.0, "now")
    told = Committing(tuple(runs), "2026-11-21T18:59:19+00:00")
    past = history([begun, Staged(dict.fromkeys(runs, "1")), told])
    network = FleetNetwork(fleet(demo, reach(demo)), Job("r", "me", {}, Terms()), print)
    verdict = Verdict(Outcome.SPLIT, runs, said=said)
    one, two, three = results(demo, Plan((), {}), verdict, network, past)
    assert (one.device, one.state, one.message) == ("gone", State.UNREACHABLE, gone)
    assert (
        one.until == "2026-11-21T19:14:19+00:00"
    )  # told at 18:59, 300 s to change, 600 s of its timer
    assert (two.device, two.state, two.message) == ("gov-core1", State.FAILED, changed)
    assert (three.device, three.state) == ("gov-core2", State.CHANGED)
    assert not Report("demo", (one, two, three), 1.0, "r", Outcome.SPLIT).ok


def test_a_device_that_would_start_with_another_is_said_to() -> None:
    """By the note of its driver."""
    demo = prepare(DEMO)
    runs = {"gov-core1": Runs.NEW, "gov-core2": Runs.NEW, "gov-acc1": Runs.SAME}
    network = FleetNetwork(fleet(demo, reach(demo)), Job("r", "me", {}, Terms()), print)
    words = "gov-core1: runs as wanted, but is not saved for its next start: no room"
    options = network.fleet.inventory.hosts["gov-core1"].connection_options["citynet"]
    assert options.extras is not None
    options.extras[TARGET].notes[UNSAVED] = words
    told = results(demo, Plan((), {}), Verdict(Outcome.KEPT, runs), network)
    found = {each.device: (each.state, each.runs, each.message) for each in told}
    assert found["gov-core1"] == (State.FAILED, Runs.NEW, words)
    assert found["gov-core2"] == (State.CHANGED, Runs.NEW, "")
    assert not Report("demo", told, 1.0, "r", Outcome.KEPT).ok
