"""A commit that takes longer than a timer: the timers of those that have committed are renewed."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from citynet.deploy import engine
from citynet.deploy.engine import Way
from citynet.deploy.outcome import _until
from citynet.deploy.report import Report
from citynet.deploy.work import Chosen, plan
from citynet.fleet.runner import fleet
from citynet.pipeline import Prepared, prepare
from citynet.transaction.ending import Terms
from citynet.transaction.fleet import FleetNetwork, Renewal
from citynet.transaction.journal import Journal, read
from citynet.transaction.settle import history
from citynet.transaction.words import (
    Begun,
    Committing,
    JournalError,
    Outcome,
    Record,
    Renewing,
    Staged,
)
from tests.cities import DEMO
from tests.deploy.fakes import World, reach, with_world
from tests.deploy.test_engine import SITE

WITHIN = 4.0
QUICK, SLOW = "gov-core1", "gov-core2"


class Run:
    """Two routers in one wave, the second of which takes half as long again as a timer runs."""

    def __init__(self, folder: Path) -> None:
        self.world = World(timed=True, slow={SLOW: 1.5 * WITHIN})
        self.prepared = with_world(prepare(DEMO), self.world)
        self.lines: list[str] = []
        terms = Terms(within=WITHIN, doubt=WITHIN, patience=0.0, again=0.0)
        self.way = Way(folder, terms, say=self.lines.append)

    def __call__(self) -> Report:
        todo = plan(self.prepared, SITE, Chosen(limit=f"{QUICK},{SLOW}"))
        nornir = fleet(self.prepared, reach(self.prepared))
        return engine.deploy(self.prepared, nornir, todo, self.way)

    def renewals(self) -> int:
        """How often the quick one was asked, without the last vote."""
        return self.world.calls.count((QUICK, "extend")) - 1


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def test_timers_outlast_a_slow_commit(run: Run) -> None:
    found = run()
    assert found.outcome is Outcome.KEPT, found
    assert run.renewals() >= 2
    assert any(line.startswith("1/1 timers renewed, at 4 s") for line in run.lines)
    (journal,) = run.way.folder.glob("*.journal")
    assert sum(isinstance(each, Renewing) for each in read(journal)) >= 2


def test_without_renewal_all_go_back(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Renewal, "turn", lambda _: None)
    assert run().outcome is Outcome.BACK
    assert run.world.running == {QUICK: {}, SLOW: {}}


def test_a_renewal_that_is_lost_is_tried_again(run: Run) -> None:
    run.world.deaf = {QUICK: 2}
    assert run().outcome is Outcome.KEPT
    assert run.world.deaf == {QUICK: 0}


def test_one_that_cannot_be_renewed_takes_all_back(run: Run) -> None:
    run.world.deaf = {QUICK: 1000}
    found = run()
    assert found.outcome is Outcome.BACK
    assert f"{QUICK} lost (commit)" in found.reason


def test_one_that_is_away_meanwhile_takes_all_back(run: Run) -> None:
    run.world.silent_from = {QUICK: "extend"}
    found = run()
    assert found.outcome is Outcome.OPEN  # it is away: its own timer decides
    assert f"{QUICK} lost (commit)" in found.reason


def test_a_renewal_that_cannot_be_written_down_takes_all_back(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Journal.write

    def full(self: Journal, record: Record) -> None:
        if isinstance(record, Renewing):
            raise JournalError("the disk is full")
        write(self, record)

    monkeypatch.setattr(Journal, "write", full)
    found = run()
    assert found.outcome is Outcome.BACK
    assert found.reason == "the disk is full"
    assert run.renewals() == -1, "what is not written down is not done"


def test_timers_are_longer_where_staging_is_slow(run: Run) -> None:
    run.way = replace(run.way, terms=replace(run.way.terms, pace=1e6))
    assert run().outcome is Outcome.KEPT
    (journal,) = run.way.folder.glob("*.journal")
    (told,) = [each for each in read(journal) if isinstance(each, Committing)]
    assert told.within > WITHIN
    assert run.renewals() == 0


@pytest.fixture(scope="module")
def demo() -> Prepared:
    return prepare(DEMO)


@pytest.mark.parametrize(
    ("renewing", "until"),
    [
        (None, "2026-11-30T10:15:00+00:00"),  # 600 s, and 300 s for a commit on its way
        (Renewing("2026-11-30T10:10:00+00:00", 900.0), "2026-11-30T10:25:30+00:00"),
        (Renewing("2026-11-30T10:00:01+00:00", 60.0), "2026-11-30T10:15:00+00:00"),
    ],
)
def test_when_a_timer_has_decided_follows_from_the_journal(
    demo: Prepared, renewing: Renewing | None, until: str
) -> None:
    begun = Begun(
        "r", "demo", "me", "inventory/demo", ((QUICK,),), 60.0, "2026-11-30T09:59:00+00:00"
    )
    records: list[Record] = [begun, Staged({QUICK: "old"})]
    records.append(Committing((QUICK,), "2026-11-30T10:00:00+00:00", 600.0))
    records += [renewing] if renewing else []
    network = FleetNetwork(fleet(demo, reach(demo)), SimpleNamespace(), print)  # type: ignore[arg-type]
    assert _until(QUICK, network, history(records)) == until
