"""What a report counts as well done."""

from dataclasses import replace

import pytest

from citynet.deploy.report import DeviceResult, Report, State, as_json
from citynet.transaction.words import Outcome, Runs

DONE = Report("demo", (DeviceResult("gov-core1", "all", State.CHANGED, Runs.NEW),), 1.0)


@pytest.mark.parametrize("outcome", [None, Outcome.KEPT, Outcome.SAME])
def test_a_run_that_ended_well_is_ok(outcome: Outcome | None) -> None:
    assert replace(DONE, outcome=outcome).ok


@pytest.mark.parametrize("outcome", [Outcome.SPLIT, Outcome.OPEN, Outcome.BACK])
def test_devices_alone_do_not_make_a_run_ok(outcome: Outcome) -> None:
    found = replace(DONE, outcome=outcome)
    assert not found.ok
    assert as_json(found)["ok"] is False
