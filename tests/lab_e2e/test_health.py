"""What a test left behind in the demo city's lab is put right, or the lab is said to be ill."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from tests.lab_e2e.health import Done, citynet, proved

LINK, ROUTER = "acc1-agg1", "x-acc2"
UNFINISHED = (
    "run 20260102T030405Z-dead of li on demo was left unfinished: "
    "`citynet deploy -i inventory/demo --resume 20260102T030405Z-dead` finishes it"
)


@dataclass
class Fake:
    """Answers in place of citynet: command -> what comes each time, the last one for ever."""

    answers: dict[str, list[Done]]
    asked: list[str] = field(default_factory=list)

    def __call__(self, *words: str) -> Done:
        command = re.sub(r" --(wait|host) \S+", "", " ".join(words))
        self.asked.append(command)
        mine = self.answers.get(command, [Done(0, "fine")])
        return mine.pop(0) if len(mine) > 1 else mine[0]


def status(*cut: str) -> Done:
    return Done(0, json.dumps({"cut": cut}))


def test_a_healthy_lab_is_measured_once() -> None:
    lab = Fake({"lab status --json": [status()]})
    assert proved(lab).well
    assert lab.asked == ["lab up", "lab status --json", "deploy", "verify"]


def test_a_run_that_was_left_is_finished() -> None:
    lab = Fake({"lab status --json": [status()], "deploy": [Done(1, "", UNFINISHED), Done(0, "")]})
    assert proved(lab).well
    assert "deploy --resume 20260102T030405Z-dead" in lab.asked


@pytest.mark.parametrize("what", ["lab up", "lab heal ring-1", "deploy", "verify"])
def test_a_lab_that_does_not_heal_is_made_again(what: str) -> None:
    lab = Fake(
        {"lab status --json": [status("ring-1"), status()], what: [Done(1, ""), Done(0, "")]}
    )
    found = proved(lab)
    assert found.well
    assert "lab down" in lab.asked
    assert f"citynet {what}" in found.said


def test_a_lab_that_stays_ill_is_not_healthy_and_says_why() -> None:
    ill = Done(1, "vpn/reachability health: 3 of 12 probes arrived\n1 failed")
    found = proved(Fake({"lab status --json": [status()], "verify": [ill]}))
    assert not found.well
    assert "3 of 12 probes arrived" in found.said


@pytest.fixture
def left() -> Iterator[Callable[[], None]]:
    """Cuts a link of the demo city and changes a router."""

    def breaks() -> None:
        assert citynet("lab", "cut", LINK).status == 0
        route = "ip route 192.0.2.77/32 Null0"
        change = ("vtysh", "-c", "configure terminal", "-c", route)
        assert citynet("lab", "exec", ROUTER, "--", *change).status == 0

    yield breaks
    citynet("lab", "heal", LINK)


@pytest.mark.lab
def test_what_a_test_left_in_the_lab_is_put_right(left: Callable[[], None]) -> None:
    left()
    found = proved()
    assert found.well, found.said
    assert f"citynet lab heal {LINK}: exit 0" in found.said
    assert "1 of 13 changed" in found.said
