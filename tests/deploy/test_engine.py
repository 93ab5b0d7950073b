"""The run over all devices, with drivers in memory."""

import json
from pathlib import Path

import pytest

from citynet.deploy.driver import Refusal
from citynet.deploy.engine import Options, Stage, deploy, plan
from citynet.deploy.playbook import Play, Playbook
from citynet.deploy.report import Report, Runs, State, as_json, failures, recap
from citynet.deploy.select import SelectionError
from citynet.fleet.processors import Collect, Lines
from citynet.fleet.runner import fleet
from citynet.pipeline import Prepared, prepare, render
from tests.cities import DEMO
from tests.deploy.fakes import World, reach, with_world

SITE = Playbook("site.yaml", (Play(name="all of it", hosts="all"),))


@pytest.fixture(scope="module")
def demo() -> Prepared:
    return prepare(DEMO)


@pytest.fixture
def world() -> World:
    return World()


def run(
    demo: Prepared, world: World, options: Options | None = None, book: Playbook = SITE
) -> Report:
    options = options or Options()
    prepared = with_world(demo, world)
    stages = plan(prepared, book, options)
    return deploy(prepared, fleet(prepared, reach(prepared)), stages, options)


def stages(demo: Prepared, book: Playbook = SITE, **chosen: object) -> tuple[Stage, ...]:
    return plan(demo, book, Options(**chosen))  # type: ignore[arg-type]  # as a person chooses


def test_the_second_run_changes_nothing(demo: Prepared, world: World) -> None:
    first, second = run(demo, world), run(demo, world)
    assert {each.state for each in first.results} == {State.CHANGED}
    assert {each.state for each in second.results} == {State.OK}
    assert {each.runs for each in second.results} == {Runs.SAME}
    assert world.running == {name: dict(each.files) for name, each in render(demo).items()}


def test_check_neither_locks_nor_commits(demo: Prepared, world: World) -> None:
    report = run(demo, world, Options(check=True))
    assert {what for _, what in world.calls} == {"stage", "validate", "close"}
    assert world.running == {}
    assert report.ok
    assert {each.runs for each in report.results} == {Runs.OLD}


def test_one_that_refuses_is_told_apart(demo: Prepared, world: World) -> None:
    text = " net 49.8768.0000.454d.ef19.00"
    line = render(demo)["gov-core1"].files["frr.conf"].splitlines().index(text) + 1
    world.refusing["gov-core1"] = Refusal("frr.conf", line, text.strip(), "no such area")
    report = run(demo, world)
    bad = [each for each in report.results if each.state is State.FAILED]
    assert [(each.device, each.runs) for each in bad] == [("gov-core1", Runs.OLD)]
    assert not report.ok
    said = failures(report.results)
    assert f"frr.conf:{line}: `net 49.8768.0000.454d.ef19.00`: no such area" in said
    assert "templates/frr/underlay.j2:" in said
    assert "nodes.yaml:" in said
    assert ("gov-core1", "unlock") in world.calls


def test_one_that_is_away_is_unreachable(demo: Prepared, world: World) -> None:
    world.away = {"gov-core1"}
    report = run(demo, world)
    assert report.counts()["gov-core1"] == {"ok": 0, "changed": 0, "unreachable": 1, "failed": 0}
    assert "no route to host" in failures(report.results)
    assert report.counts()["gov-core2"]["changed"] == 1


def test_one_that_is_lost_while_it_changes_is_said_to_be_unknown(
    demo: Prepared, world: World
) -> None:
    world.lost_in_commit = {"x-gw1"}
    report = run(demo, world)
    found = next(each for each in report.results if each.device == "x-gw1")
    assert (found.state, found.runs) == (State.UNREACHABLE, Runs.UNKNOWN)


def test_who_fails_a_play_is_left_out_of_the_next(demo: Prepared, world: World) -> None:
    world.away = {"gov-core1"}
    book = Playbook("b", (Play(name="one", hosts="gov-core*"), Play(name="two", hosts="gov-core*")))
    counts = run(demo, world, book=book).counts()
    assert counts["gov-core1"]["unreachable"] == 1
    assert counts["gov-core2"]["ok"] == 2


def test_limit(demo: Prepared) -> None:
    (stage,) = stages(demo, limit="role_gateway,!x-*")
    assert set(stage.artifacts) == {"gov-gw1"}


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
        stages(demo, limit=limit, tags=frozenset(tags))


def test_tags_give_a_part_and_remove_nothing(demo: Prepared, world: World) -> None:
    (stage,) = stages(demo, tags=frozenset({"gateway"}))
    assert stage.additive
    assert set(stage.artifacts) == {"gov-gw1", "x-gw1"}
    files = stage.artifacts["gov-gw1"].files
    assert "router isis" not in files["frr.conf"]
    assert "prefix-list" in files["frr.conf"]
    run(demo, world, Options(tags=frozenset({"gateway"})))
    assert ("gov-gw1", "add") in world.calls


def test_a_play_with_some_roles_is_a_part_too(demo: Prepared) -> None:
    book = Playbook("b", (Play(name="vpns", hosts="all", roles=("vpn",)),))
    (stage,) = stages(demo, book)
    assert stage.additive
    assert "gov-agg1" not in stage.artifacts


def test_recap_is_ansibles(demo: Prepared, world: World) -> None:
    report = run(demo, world, Options(limit="gov-core1,x-gw1"))
    lines = recap(report).splitlines()
    assert lines[0].startswith("PLAY RECAP ***")
    assert lines[1] == "gov-core1 : ok=1   changed=1   unreachable=0   failed=0"
    assert lines[2] == "x-gw1     : ok=1   changed=1   unreachable=0   failed=0"


def test_json_is_json(demo: Prepared, world: World) -> None:
    world.refusing["x-gw1"] = Refusal("frr.conf", 1, "hostname x-gw1", "no")
    found = json.loads(json.dumps(as_json(run(demo, world))))
    assert found["ok"] is False
    assert found["recap"]["gov-core1"]["changed"] == 1
    (bad,) = [each for each in found["results"] if each["state"] == "failed"]
    assert bad["refusals"][0]["line"] == 1


def test_progress_is_a_line_a_device(demo: Prepared, world: World) -> None:
    lines: list[str] = []
    world.away = {"gov-core1"}
    prepared = with_world(demo, world)
    collect = Collect()
    chosen = plan(prepared, SITE, Options(limit="gov-core*"))
    nornir = fleet(prepared, reach(prepared))
    deploy(prepared, nornir, chosen, Options(), [Lines(lines.append), collect])
    assert lines[0] == "all of it: 2 devices"
    assert sum("unreachable" in line or "failed" in line for line in lines) == 1
    assert any("changed gov-core2" in line for line in lines)
    assert {entry["state"] for entry in collect.entries} == {"failed", "changed"}


def test_no_lab_says_what_makes_one(demo: Prepared, tmp_path: Path) -> None:
    nobody = reach(demo)
    empty = type(nobody)({})
    report = deploy(demo, fleet(demo, empty), stages(demo, limit="gov-core1"), Options())
    (result,) = report.results
    assert result.state is State.UNREACHABLE
    assert "citynet lab up -i inventory/demo" in result.message
