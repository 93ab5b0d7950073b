"""Which sessions a change is judged by."""

import pytest

from citynet.pipeline import Prepared, prepare
from citynet.verify.health import session_checks
from tests.cities import ROOT

TWINS = frozenset({"gov-agg1", "gov-agg2", "gov-core1", "gov-core2"})


@pytest.fixture(scope="module")
def vendors() -> Prepared:
    return prepare(ROOT / "inventory" / "vendors")


def test_a_domain_of_twins_has_no_sessions_to_lose(vendors: Prepared) -> None:
    every = session_checks(vendors, vendors.facts)
    measured = session_checks(vendors, vendors.facts, twins=TWINS)
    assert {each.id for each in measured} < {each.id for each in every}
    assert {each.subject[:6] for each in measured} == {"x-acc1", "x-acc2", "x-core"}
    assert not any(each.concerns & TWINS for each in measured)


def test_only_what_lies_among_the_devices_of_the_run(vendors: Prepared) -> None:
    found = session_checks(vendors, {"x-core1", "x-acc1"}, frozenset({"underlay"}))
    assert found
    assert {each.role for each in found} == {"underlay"}
    assert all(each.concerns & frozenset(vendors.facts) <= {"x-core1", "x-acc1"} for each in found)
