"""The run over all devices, with drivers in memory."""

import errno
import json
import os
from pathlib import Path

import pytest
from nornir.core import Nornir

from citynet.cli.deploy_report import show
from citynet.deploy import engine
from citynet.deploy.driver import Refusal
from citynet.deploy.engine import UnfinishedError, Way, finish, load
from citynet.deploy.playbook import Play, Playbook
from citynet.deploy.report import Report, State, as_json, failures, recap
from citynet.deploy.select import SelectionError
from citynet.deploy.work import Chosen, Plan, plan
from citynet.fleet.processors import Collect, Steps
from citynet.fleet.runner import fleet
from citynet.pipeline import Prepared, prepare, render
from citynet.transaction.ending import Terms
from citynet.transaction.journal import Journal, read, runs
from citynet.transaction.lock import BusyError
from citynet.transaction.settle import SettledError
from citynet.transaction.words import JournalError, Outcome, Runs
from tests.cities import DEMO
from tests.deploy.fakes import World, reach, with_world
from tests.yang.models import MIRRORED

SITE = Playbook("site.yaml", (Play(name="all of it", hosts="all"),))


@pytest.fixture(scope="module")
def demo() -> Prepared:
    return prepare(DEMO)


@pytest.fixture
def world() -> World:
    return World()


class Deployer:
    """Deploys the demo city to a world, as often as a test wants."""

    def __init__(self, demo: Prepared, world: World, folder: Path) -> None:
        self.prepared = with_world(demo, world)
        self.way = Way(folder, Terms(patience=0.0, again=0.0))

    def __call__(
        self, chosen: Chosen | None = None, book: Playbook = SITE, *, check: bool = False
    ) -> Report:
        act = engine.check if check else engine.deploy
        todo = plan(self.prepared, book, chosen or Chosen())
        return act(self.prepared, self.nornir(), todo, self.way)

    def nornir(self) -> Nornir:
        return fleet(self.prepared, reach(self.prepared))

    def finish(self, run: str, *, abort: bool = False) -> Report:
        todo = plan(self.prepared, SITE, Chosen())
        past = load(self.way.folder, run)
        return finish(self.prepared, self.nornir(), todo, past, self.way, abort=abort)


@pytest.fixture
def run(demo: Prepared, world: World, tmp_path: Path) -> Deployer:
    return Deployer(demo, world, tmp_path)


def planned(demo: Prepared, book: Playbook = SITE, **chosen: object) -> Plan:
    return plan(demo, book, Chosen(**chosen))  # type: ignore[arg-type]  # as a person chooses


def test_the_second_run_changes_nothing(run: Deployer, demo: Prepared, world: World) -> None:
    first, second = run(), run()
    assert {each.state for each in first.results} == {State.CHANGED}
    assert {each.state for each in second.results} == {State.OK}
    assert {each.runs for each in second.results} == {Runs.SAME}
    assert world.running == {name: dict(each.files) for name, each in render(demo).items()}
    assert (first.outcome, second.outcome) == (Outcome.KEPT, Outcome.SAME)
    assert [each.stem for each in runs(run.way.folder)] == [first.run]


def test_steps_are_in_order_and_all_before_any(run: Deployer, world: World) -> None:
    run(Chosen(limit="gov-core*"))
    steps = [what for _, what in world.calls if what not in ("read", "close")]
    each = (
        "lock",
        "stage",
        "validate",
        "commit",
        "probe",
        "compare",
        "extend",
        "confirm",
        "unlock",
    )
    assert steps == [step for step in each for _ in range(2)]


def test_check_neither_locks_nor_commits(run: Deployer, world: World) -> None:
    report = run(check=True)
    assert {what for _, what in world.calls} == {"stage", "validate", "read", "close"}
    assert world.running == {}
    assert report.ok
    assert {each.runs for each in report.results} == {Runs.OLD}
    assert not runs(run.way.folder)


def test_one_that_refuses_leaves_all_as_they_were(
    run: Deployer, demo: Prepared, world: World
) -> None:
    text = " net 49.8768.0000.454d.ef19.00"
    line = render(demo)["gov-core1"].files["frr.conf"].splitlines().index(text) + 1
    world.refusing["gov-core1"] = Refusal("frr.conf", line, text.strip(), "no such area")
    report = run()
    bad = [each for each in report.results if each.state is State.FAILED]
    assert [(each.device, each.runs) for each in bad] == [("gov-core1", Runs.OLD)]
    assert not report.ok
    assert world.running == {}
    said = failures(report.results)
    assert f"frr.conf:{line}: `net 49.8768.0000.454d.ef19.00`: no such area" in said
    assert "templates/frr/underlay.j2:" in said
    assert "nodes.yaml:" in said
    assert ("gov-core1", "unlock") in world.calls


def test_one_that_is_away_stops_the_run_before_anything_changes(
    run: Deployer, world: World
) -> None:
    world.away = {"gov-core1"}
    report = run()
    counts = report.counts()
    assert counts["gov-core1"]["unreachable"] == 1
    assert counts["gov-core2"] == {"ok": 0, "changed": 0, "unreachable": 0, "failed": 0, "back": 1}
    assert "no route to host" in failures(report.results)
    assert world.running == {}


def test_one_that_is_lost_while_it_commits_takes_all_back(run: Deployer, world: World) -> None:
    world.lost_in_commit = {"x-gw1"}
    report = run()
    found = next(each for each in report.results if each.device == "x-gw1")
    assert (found.state, found.runs) == (State.UNREACHABLE, Runs.OLD)
    assert not any(world.running.values())
    assert report.outcome is Outcome.BACK
    assert "x-gw1 lost (commit)" in report.reason


def test_one_that_is_lost_in_the_confirmation_is_asked_again(run: Deployer, world: World) -> None:
    world.lost_in_confirm = {"x-gw1"}
    report = run()
    assert report.ok
    assert report.outcome is Outcome.KEPT
    assert not world.waiting


class Dying:
    """Health checks during which devices vanish."""

    def __init__(self, world: World, away: set[str]) -> None:
        self._world, self._away = world, away

    def before(self) -> None:
        pass

    def after(self) -> tuple[str, ...]:
        self._world.away = self._away
        return ("gov-core1 sees no neighbour",)

    def down(self) -> tuple[str, ...]:
        return ("this is not for a change that went back",)


class Miswired:
    """Health checks of a city where two fibres were exchanged long ago."""

    def before(self) -> None:
        pass

    def after(self) -> tuple[str, ...]:
        return ()

    def down(self) -> tuple[str, ...]:
        return ("underlay/isis-adjacencies gov-agg1: no adjacency on acc1-agg1",)


def test_a_session_that_never_came_up_is_in_the_report_of_a_change_that_is_kept(
    run: Deployer, capsys: pytest.CaptureFixture[str]
) -> None:
    run.way = Way(run.way.folder, run.way.terms, health=Miswired())
    report = run()
    assert report.outcome is Outcome.KEPT
    assert as_json(report)["down"] == list(Miswired().down())
    show(report, diff=False)
    said = capsys.readouterr().out
    assert "underlay/isis-adjacencies gov-agg1: no adjacency on acc1-agg1" in said
    assert "--health strict" in said


def test_an_unhealthy_city_goes_back_and_says_who_does_not_answer(
    run: Deployer, world: World
) -> None:
    run.way = Way(run.way.folder, run.way.terms, health=Dying(world, {"x-gw1"}))
    report = run()
    assert report.outcome is Outcome.OPEN
    assert report.reason == "not healthy: gov-core1 sees no neighbour"
    assert report.down == ()
    found = {each.device: each for each in report.results}
    assert found["x-gw1"].runs is Runs.UNKNOWN
    assert "its own timer puts it back by 20" in str(found["x-gw1"])
    assert found["gov-core1"].runs is Runs.OLD
    with pytest.raises(UnfinishedError, match=rf"{report.run} .* x-gw1 did not answer.*--resume"):
        run()
    world.away = set()
    again = run.finish(report.run)
    assert again.outcome is Outcome.BACK
    assert not any(world.running.values())
    with pytest.raises(SettledError, match="is over"):
        run.finish(report.run, abort=True)
    run.way = Way(run.way.folder, run.way.terms)
    assert run().ok


def test_no_run_of_that_name(run: Deployer) -> None:
    with pytest.raises(SettledError, match="there are none"):
        run.finish("yesterday")


def test_a_device_without_a_timer_needs_leave(run: Deployer, world: World) -> None:
    world.unconfirming = {"gov-acc1"}
    report = run()
    assert report.outcome is Outcome.BACK
    assert "gov-acc1 cannot take a commit back by a timer of its own" in report.reason
    assert "unconfirmed: allow" in report.reason
    book = Playbook("b", (Play(name="all", hosts="all", unconfirmed="allow"),))
    allowed = run(book=book)
    assert allowed.outcome is Outcome.KEPT
    commits = [name for name, what in world.calls if what == "commit"]
    assert commits[-1] == "gov-acc1"


def _full(descriptor: int, offset: int, length: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_no_journal_no_run(run: Deployer, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("citynet.transaction.journal.os.posix_fallocate", _full)
    with pytest.raises(JournalError, match=r"no room for a journal at .*: No space left"):
        run()
    assert not world.calls
    assert not runs(run.way.folder)


def test_no_lock_no_run(run: Deployer, world: World, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    run.way = Way(tmp_path / "file", run.way.terms)
    with pytest.raises(BusyError, match="no lock for demo"):
        run()
    assert not world.calls


def test_a_run_that_was_left_is_not_forgotten(
    run: Deployer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock was set back since: there are runs of later names."""
    monkeypatch.setattr(engine, "KEPT_JOURNALS", 1)
    first = run(Chosen(limit="gov-core1"))
    later = ["20990101T000000Z-0001", "20990101T000000Z-0002"]
    for name in later:
        _copy(run.way.folder, first.run, name)
    run.way = Way(run.way.folder, run.way.terms, health=Dying(world, {"x-gw1"}))
    left = run()
    assert left.outcome is Outcome.OPEN
    assert [each.stem for each in runs(run.way.folder)] == [left.run, later[-1]]


def test_only_what_is_over_is_forgotten(run: Deployer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "KEPT_JOURNALS", 0)
    first = run(Chosen(limit="gov-core1"))
    _copy(run.way.folder, first.run, "20000101T000000Z-left", records=4)
    _copy(run.way.folder, first.run, "20000101T000000Z-over")
    (run.way.folder / "20000101T000000Z-odd.journal").write_bytes(b"no record\nat all\n")
    engine._tidy(run.way.folder, "20990101T000000Z-0001", Outcome.KEPT)
    names = [each.stem for each in runs(run.way.folder)]
    assert names == ["20000101T000000Z-left", "20000101T000000Z-odd"]


def _copy(folder: Path, run: str, name: str, records: int | None = None) -> None:
    """Another run like it, of which only so many records are on disk."""
    journal = Journal.create(folder, name, 1)
    for record in read(folder / f"{run}.journal")[:records]:
        journal.write(record)
    journal.close()


def test_a_device_in_two_plays_has_the_roles_of_both(demo: Prepared) -> None:
    book = Playbook(
        "b",
        (
            Play(name="one", hosts="gov-core*", roles=("underlay",)),
            Play(name="two", hosts="gov-core1,x-core1", roles=("srv6",)),
        ),
    )
    todo = planned(demo, book)
    assert [(wave.play, wave.devices) for wave in todo.waves] == [
        ("one", ("gov-core1", "gov-core2")),
        ("two", ("x-core1",)),
    ]
    assert "is-type" in todo.work["gov-core1"].artifact.files["frr.conf"]
    assert "segment-routing" in todo.work["gov-core1"].artifact.files["frr.conf"]
    assert "is-type" not in todo.work["x-core1"].artifact.files["frr.conf"]
    assert todo.roles == frozenset({"underlay", "srv6"})


def test_limit(demo: Prepared) -> None:
    assert set(planned(demo, limit="role_gateway,!x-*").work) == {"gov-gw1"}


@pytest.mark.parametrize(
    ("limit", "tags", "said"),
    [
        ("gov-cor1", (), "did you mean 'gov-core1'"),
        ("gov-core1,!gov-core1", (), "selects no device with --limit"),
        (None, ("vpm",), "did you mean 'vpn'"),
        ("gov-agg1", ("gateway",), "selects no device with --limit gov-agg1 and --tags gateway"),
    ],
)
def test_nothing_selected_is_an_error(
    demo: Prepared, limit: str | None, tags: tuple[str, ...], said: str
) -> None:
    with pytest.raises(SelectionError, match=said):
        planned(demo, limit=limit, tags=frozenset(tags))


def test_tags_give_a_part_and_remove_nothing(run: Deployer, demo: Prepared, world: World) -> None:
    todo = planned(demo, tags=frozenset({"gateway"}))
    assert set(todo.work) == {"gov-gw1", "x-gw1"}
    assert todo.work["gov-gw1"].additive
    files = todo.work["gov-gw1"].artifact.files
    assert "router isis" not in files["frr.conf"]
    assert "prefix-list" in files["frr.conf"]
    run(Chosen(tags=frozenset({"gateway"})))
    assert ("gov-gw1", "add") in world.calls


def test_tags_give_a_part_of_a_device_of_several_roles_over_netconf() -> None:
    vendors = prepare(DEMO, settings={"platform": "huawei_vrp", **MIRRORED})
    several = {name for name, each in vendors.facts.items() if len(each.roles) > 1}
    for role in ("underlay", "vpn"):
        work = planned(vendors, tags=frozenset({role})).work
        parts = [each.artifact.files["config.xml"] for n, each in work.items() if n in several]
        assert parts
        wholes = [render(vendors)[name].files["config.xml"] for name in work if name in several]
        assert all(len(one) < len(other) for one, other in zip(parts, wholes, strict=True))


def test_a_play_with_some_roles_is_a_part_too(demo: Prepared) -> None:
    todo = planned(demo, Playbook("b", (Play(name="vpns", hosts="all", roles=("vpn",)),)))
    assert todo.work["gov-acc1"].additive
    assert "gov-agg1" not in todo.work


def test_recap_is_ansibles(run: Deployer) -> None:
    lines = recap(run(Chosen(limit="gov-core1,x-gw1"))).splitlines()
    assert lines[0].startswith("PLAY RECAP ***")
    assert lines[1] == "gov-core1 : ok=1   changed=1   unreachable=0   failed=0   back=0"
    assert lines[2] == "x-gw1     : ok=1   changed=1   unreachable=0   failed=0   back=0"


def test_json_is_json(run: Deployer, world: World) -> None:
    world.refusing["x-gw1"] = Refusal("frr.conf", 1, "hostname x-gw1", "no")
    found = json.loads(json.dumps(as_json(run())))
    assert found["ok"] is False
    assert found["outcome"] == "back"
    assert found["recap"]["gov-core1"]["back"] == 1
    (bad,) = [each for each in found["results"] if each["state"] == "failed"]
    assert bad["refusals"][0]["line"] == 1


def test_progress_is_a_line_a_step(run: Deployer, world: World) -> None:
    lines: list[str] = []
    collect = Collect()
    world.lost_in_commit = {"gov-core1"}
    run.way = Way(run.way.folder, run.way.terms, (Steps(lines.append), collect))
    run(Chosen(limit="gov-core*"))
    assert lines[0].startswith("lock: 2/2 devices (")
    assert sum("failed gov-core1: gov-core1: the session was lost" in line for line in lines) == 1
    assert any(line.startswith("commit: 2/2 devices, 1 changed (") for line in lines)
    assert {entry["state"] for entry in collect.entries} == {"failed", "changed", "ok"}


def test_no_lab_says_what_makes_one(
    demo: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    todo = planned(demo, limit="gov-core1")
    report = engine.deploy(demo, fleet(demo), todo, Way(tmp_path))
    (result,) = report.results
    assert result.state is State.UNREACHABLE
    assert "citynet lab up -i inventory/demo" in result.message


def test_a_device_that_the_access_file_leaves_out(demo: Prepared, tmp_path: Path) -> None:
    empty = type(reach(demo))({})
    todo = planned(demo, limit="gov-core1")
    (result,) = engine.deploy(demo, fleet(demo, empty), todo, Way(tmp_path)).results
    assert "nothing says how; give it a host in the access file" in result.message


def test_what_another_changes_meanwhile_takes_all_back(run: Deployer, world: World) -> None:
    run()
    old = {name: dict(files) for name, files in world.running.items()}
    for files in world.running.values():
        files["frr.conf"] = "another"
    before = {name: dict(files) for name, files in world.running.items()}
    world.edited["gov-core1"] = "compare"
    report = run()
    assert report.outcome is Outcome.BACK
    assert report.reason == "gov-core1 runs something else: by hand"
    assert world.running == before != old


@pytest.mark.parametrize(
    ("times", "outcome", "ends"),
    [
        (1, Outcome.KEPT, (Runs.NEW, State.CHANGED)),
        (2, Outcome.SPLIT, (Runs.OTHER, State.FAILED)),
    ],
)
def test_what_another_changes_after_the_decision_is_named_and_put_right_once(
    run: Deployer, world: World, times: int, outcome: Outcome, ends: tuple[Runs, State]
) -> None:
    world.edited["gov-core1"] = "confirm"
    world.edits = times
    report = run()
    found = {each.device: each for each in report.results}
    assert report.outcome is outcome
    assert (found["gov-core1"].runs, found["gov-core1"].state) == ends
    assert found["gov-core1"].message == "gov-core1 runs something else: by hand"
    assert "gov-core1 runs something else: by hand" in failures(report.results)
    assert ("by hand" in world.running["gov-core1"]) == (times == 2)
    assert {each.runs for each in report.results if each.device != "gov-core1"} == {Runs.NEW}


def test_who_kept_what_boots_and_was_not_heard_is_new(run: Deployer, world: World) -> None:
    run()
    world.unsaved.add("gov-core1")
    world.unheard.add("gov-core1")
    world.calls.clear()
    report = run()
    assert report.outcome is Outcome.KEPT
    assert {e.device: e.runs for e in report.results}["gov-core1"] is Runs.NEW
    assert world.calls.count(("gov-core1", "confirm")) == 2
