"""Nothing that happens to the rest of a city moves a number (hypothesis)."""

import random
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citynet.allocate import Plan
from citynet.errors import InventoryError
from tests.cities import ROOT, Raw, planned, raw

NAMES = st.sampled_from([f"n{number:02d}" for number in range(40)])


def numbers(plan: Plan) -> dict[tuple[object, ...], object]:
    """Every number of a plan by whose it is."""
    found: dict[tuple[object, ...], object] = {}
    for kind in ("domains", "nodes", "links", "vpns", "endpoints", "attachments", "gateways"):
        for key, value in getattr(plan, kind).items():
            found[kind, key] = value
    return found


def shuffled(value: Any, seed: int) -> Any:
    """The same intent with every map's keys in another order."""
    if isinstance(value, dict):
        items = list(value.items())
        random.Random(seed).shuffle(items)  # noqa: S311 - an order, no secret
        return {key: shuffled(each, seed + 1) for key, each in items}
    return value


@st.composite
def edits(draw: st.DrawFn) -> Raw:
    """The tiny city with random nodes, links, VPNs and endpoints added to it."""
    source = raw()
    for name in draw(st.lists(NAMES, unique=True, max_size=12)):
        domain = ["government", "crossdomain"][int(name[1:]) % 2]
        core = {"government": "g-core", "crossdomain": "x-core"}[domain]
        source["nodes"][name] = {"site": "hall", "domain": domain, "role": "access"}
        source["links"][f"up-{name}"] = {"ends": [name, core]}
        vpn = draw(st.sampled_from([f"v{number}" for number in range(4)])) + domain[0]
        entry = source["vpns"].setdefault(vpn, {"domain": domain, "endpoints": {}})
        entry["endpoints"][f"e-{name}"] = {"node": name}
    return source


def removed(source: Raw, name: str) -> Raw:
    """The city without a node and all that hangs on it."""
    left = deepcopy(source)
    del left["nodes"][name]
    left["links"].pop(f"up-{name}")
    for vpn in list(left["vpns"]):
        left["vpns"][vpn]["endpoints"].pop(f"e-{name}", None)
        if not left["vpns"][vpn]["endpoints"]:
            del left["vpns"][vpn]
    return left


def added_nodes(source: Raw) -> Iterator[str]:
    yield from (name for name in source["nodes"] if name.startswith("n"))


def assert_unmoved(before: Plan, after: Plan) -> None:
    old, new = numbers(before), numbers(after)
    for key in old.keys() & new.keys():
        assert old[key] == new[key], key


@settings(max_examples=150, deadline=None)
@given(edits(), edits())
def test_what_two_cities_share_has_the_same_numbers_in_both(one: Raw, other: Raw) -> None:
    assert_unmoved(planned(one), planned(other))


@settings(max_examples=100, deadline=None)
@given(edits(), st.integers(0, 2**32))
def test_order_does_not_matter(source: Raw, seed: int) -> None:
    assert numbers(planned(source)) == numbers(planned(shuffled(source, seed)))


@settings(max_examples=100, deadline=None)
@given(edits())
def test_removing_and_adding_back_gives_the_same_numbers(source: Raw) -> None:
    before = planned(source)
    for name in added_nodes(source):
        assert_unmoved(before, planned(removed(source, name)))
    assert numbers(planned(deepcopy(source))) == numbers(before)


@settings(max_examples=100, deadline=None)
@given(edits(), edits())
def test_branches_merge_without_a_number_changing_or_a_clash_unseen(one: Raw, other: Raw) -> None:
    merged = deepcopy(one)
    for section in ("nodes", "links"):
        merged[section] |= {
            key: value for key, value in other[section].items() if key not in merged[section]
        }
    plan = planned(merged)
    assert_unmoved(planned(one), plan)
    loopbacks = [each.loopback for each in plan.nodes.values()]
    assert len(set(loopbacks)) == len(loopbacks)


def test_a_clash_that_a_merge_makes_is_reported_at_both_places() -> None:
    source = raw()
    source["nodes"]["g-acc"]["number"] = 7
    source["nodes"]["g-gw"]["number"] = 7
    with pytest.raises(InventoryError) as caught:
        planned(source)
    places = {problem.path for problem in caught.value.problems}
    assert places == {("nodes", "g-acc", "number"), ("nodes", "g-gw", "number")}
    assert all(problem.hint and "pin" in problem.hint for problem in caught.value.problems)


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_artifacts_do_not_depend_on_the_hash_seed(seed: str) -> None:
    command = [sys.executable, "-m", "citynet", "render", "-i", "inventory/demo", "--json"]
    environment = {"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    printed = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    plain = environment | {"PYTHONHASHSEED": "99"}
    other = subprocess.run(command, cwd=ROOT, env=plain, capture_output=True, text=True, check=True)
    assert printed.stdout == other.stdout
    assert len(printed.stdout) > 1000
