"""The campaign on twins: it runs, and its judge sees there as well."""

from pathlib import Path

import pytest

from tests.campaign.case import Case, Fault, Kind, Phase, Then, Where
from tests.campaign.play import Found, Play
from tests.campaign.twins import twin_stage

pytestmark = [pytest.mark.campaign, pytest.mark.twin]


def played(folder: Path, kind: Kind, phase: Phase, seconds: float, prelude: str = "") -> Found:
    fault = Fault(kind, phase, device=1, after=False, seconds=seconds)
    where = Where.TWINS
    one = Case(0, 1, 3, 0, 1, 5, (fault,), Then.RESUME, redeploy=False, where=where)
    code = f"from tests.campaign import broken; broken.{prelude}()" if prelude else ""
    return Play(one, folder, twin_stage, prelude=code).play()


def test_nothing_is_found_when_citynet_is_killed(tmp_path: Path) -> None:
    found = played(tmp_path, Kind.KILL, Phase.COMMITTED, 0.0)
    assert (found.ways[0], found.bad) == ("killed", False), found


def test_it_sees_a_report_of_hopes(tmp_path: Path) -> None:
    prelude = "report_what_was_hoped_for"
    found = played(tmp_path, Kind.POWER, Phase.DECIDED, 13.0, prelude)
    assert any("the report says r2 runs 'new': it runs old" in each for each in found.wrong), found
