"""What a deployment says while it asks a device again."""

from pathlib import Path

import pytest

from citynet.deploy import engine
from citynet.deploy.engine import Way
from citynet.deploy.work import Chosen, plan
from citynet.fleet.processors import Steps
from citynet.fleet.runner import fleet
from citynet.pipeline import prepare
from citynet.transaction.ending import Terms
from citynet.transaction.words import Outcome
from tests.cities import DEMO
from tests.deploy.fakes import World, reach, with_world
from tests.deploy.test_engine import SITE

AWAY = "gov-core1"
FIRST = f"{AWAY}: asked again for 0 s so far, and for up to 3 s more"


@pytest.mark.parametrize(("call", "step"), [("confirm", "confirm"), ("compare", "roll back")])
def test_a_device_that_is_away_is_a_few_lines(tmp_path: Path, call: str, step: str) -> None:
    """Forward, and back: some fifty attempts in three seconds, far fewer on a slow machine."""
    lines: list[str] = []
    steps = Steps(lines.append)
    world = World(silent_from={AWAY: call})
    prepared = with_world(prepare(DEMO), world)
    terms = Terms(within=30.0, doubt=3.0, patience=3.0, again=0.05, margin=0.0)
    way = Way(tmp_path, terms, (steps,), say=steps.say)
    todo = plan(prepared, SITE, Chosen(limit="gov-core*"))
    found = engine.deploy(prepared, fleet(prepared, reach(prepared)), todo, way)
    assert found.outcome is Outcome.OPEN
    assert world.calls.count((AWAY, "confirm" if step == "confirm" else "roll back")) > 8
    after = lines[lines.index(f"... {FIRST}") :]
    again = [line for line in after if "asked again" in line]
    assert 2 <= len(again) <= 4
    assert again[1].startswith(f"... {step}: {AWAY}: no route to host; asked again for ")
    assert sum(line.startswith((f"{step}: ", "read: ")) for line in after) <= 2
    assert f"{step}: failed {AWAY}: {AWAY}: no route to host" in lines[: -len(after)]
