"""Which sessions a change is judged by, and when."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from citynet.errors import CitynetError
from citynet.fleet.access import Access
from citynet.lab.host import NodeAccess
from citynet.pipeline import Prepared, prepare
from citynet.verify.health import LATE, Demand, Health, measurable, session_checks
from citynet.verify.lab import told_of
from citynet.verify.network import Network
from citynet.verify.planes import Told
from citynet.verify.run import AnyCheck
from tests.cities import ROOT

TWINS = frozenset({"gov-agg1", "gov-agg2", "gov-core1", "gov-core2"})


def told(prepared: Prepared) -> Told:
    login = NodeAccess("192.0.2.1", 22, "netops", Path("id"), Path("known"))
    return told_of(prepared, Access(dict.fromkeys(prepared.facts, login), None))


@pytest.fixture(scope="module")
def vendors() -> Prepared:
    return prepare(ROOT / "inventory" / "vendors")


def test_a_domain_of_twins_has_the_sessions_that_they_tell_of(vendors: Prepared) -> None:
    every = session_checks(vendors, vendors.facts)
    measured = measurable(vendors, every, twins=TWINS, told=told(vendors))
    left = {each.name for each in every} - {each.name for each in measured if each.concerns & TWINS}
    assert left == {"channels", "local-sids", "routes"}
    assert {each.name for each in measured if "gov-agg1" in each.concerns} == {
        "isis-adjacencies",
        "bfd-sessions",
        "bgp-sessions",
        "ebgp-sessions",
    }


def test_a_twin_and_a_router_of_another_kind_are_no_neighbours(vendors: Prepared) -> None:
    every = session_checks(vendors, vendors.facts)
    measured = measurable(vendors, every, twins=TWINS - {"gov-agg2"}, told=told(vendors))
    names = {name for each in measured for name in each.concerns}
    assert not names & TWINS
    assert names >= {"x-acc1", "x-acc2", "x-core1", "x-core2"}


def test_only_what_lies_among_the_devices_of_the_run(vendors: Prepared) -> None:
    found = session_checks(vendors, {"x-core1", "x-acc1"}, frozenset({"underlay"}))
    assert found
    assert {each.role for each in found} == {"underlay"}
    assert all(each.concerns & frozenset(vendors.facts) <= {"x-core1", "x-acc1"} for each in found)


class Watched(Health):
    """Notes when it is that sessions are looked at."""

    happened: list[str]
    bad: frozenset[str]

    def _failing(self, checks: Sequence[AnyCheck], wait: float) -> dict[str, str]:
        if not checks:
            return {}
        self.happened.append(f"looked at {len(checks)}, for {wait:g} s")
        return {each.id: "no adjacency" for each in checks if each.id in self.bad}


def nowhere() -> Network:
    raise AssertionError("nobody looks")


def watched(vendors: Prepared, checks: tuple[AnyCheck, ...]) -> Watched:
    made = Watched(vendors, nowhere, checks, Demand.NO_WORSE, 60.0, print, 7.0)
    made.happened, made.bad = [], frozenset()
    made.pause = lambda seconds: made.happened.append(f"waited {seconds:g} s")
    return made


def test_a_session_is_looked_at_when_silence_would_have_been_noticed(vendors: Prepared) -> None:
    checks = session_checks(vendors, {"x-core1", "x-acc1"})
    health = watched(vendors, checks)
    health.before()
    assert not health.after()
    count = len(checks)
    assert health.happened == [
        f"looked at {count}, for 0 s",
        "waited 7 s",
        f"looked at {count}, for 60 s",
    ]


def test_where_nothing_is_measured_nothing_is_waited_for(vendors: Prepared) -> None:
    health = watched(vendors, ())
    health.before()
    assert not health.after()
    assert not [each for each in health.happened if each.startswith("waited")]


def test_what_is_wanted_and_still_down_is_named_though_no_worse_keeps_the_change(
    vendors: Prepared,
) -> None:
    checks = session_checks(vendors, {"x-core1", "x-acc1"})
    health = watched(vendors, checks)
    health.bad = frozenset({checks[0].id, checks[1].id})
    health.before()
    health.bad = frozenset({checks[0].id})
    assert not health.after()
    assert health.down() == (f"{checks[0].id}: no adjacency",)
    assert health.happened[-1] == "looked at 2, for 20 s"


def test_a_demand_that_is_not_met_says_all_there_is_to_say(vendors: Prepared) -> None:
    checks = session_checks(vendors, {"x-core1", "x-acc1"})
    health = watched(vendors, checks)
    health.before()
    health.bad = frozenset({checks[0].id})
    assert health.after() == (f"{checks[0].id}: no adjacency",)
    assert health.down() == ()


class Silenced(Watched):
    """Can be measured before the change, and for what is demanded, but no more."""

    def _failing(self, checks: Sequence[AnyCheck], wait: float) -> dict[str, str]:
        if wait == LATE:
            raise CitynetError("no answer")
        return super()._failing(checks, wait)


def test_what_is_not_demanded_and_cannot_be_measured_ends_no_run(vendors: Prepared) -> None:
    checks = session_checks(vendors, {"x-core1", "x-acc1"})
    health = Silenced(vendors, nowhere, checks, Demand.NO_WORSE, 60.0, print, 0.0)
    health.happened, health.bad = [], frozenset({checks[0].id})
    health.before()
    assert not health.after()
    assert health.down() == ("1 session checks that did not hold before: not measured: no answer",)
