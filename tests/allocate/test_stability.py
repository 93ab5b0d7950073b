"""Nothing that happens to the rest of a city moves a number (hypothesis)."""

import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from citynet.allocate import Plan, allocate
from citynet.allocate import numbers as made
from citynet.allocate.clashes import problems
from citynet.errors import InventoryError
from citynet.load import load_city
from citynet.pipeline import prepare, render
from tests.allocate.stable import Key, held_twice, numbers, reordered
from tests.cities import DEMO, ROOT, VENDORS, WUHAN, Raw, city, edited, planned, raw

pytestmark = pytest.mark.thorough

NAMES = st.sampled_from([f"n{number:02d}" for number in range(40)])
FEW = st.sampled_from(range(4))
CORES = {"government": "g-core", "crossdomain": "x-core"}


def _node(source: Raw, name: str, domain: str, role: str = "access") -> None:
    core = CORES.get(domain, f"{domain}-core")
    source["nodes"][name] = {"site": "hall", "domain": domain, "role": role}
    source["links"][f"up-{name}"] = {"ends": [name, core]}


def _domain(source: Raw, number: int) -> None:
    """A domain of its own with a ring, and a service network in it."""
    name = f"d{number}"
    source["domains"][name] = {}
    source.setdefault("networks", {})[f"net-{name}"] = {"domain": name}
    source["nodes"][f"{name}-core"] = {"site": "hall", "domain": name, "role": "core"}
    for end in "ab":
        _node(source, f"{name}-{end}", name)
    nodes = [f"{name}-{end}" for end in ("core", "a", "b")]
    source["rings"][f"ring-{name}"] = {"nodes": nodes}


def _ring(source: Raw, number: int) -> None:
    """A ring of the government's three first routers and three of its own."""
    own = [f"r{number}-{at}" for at in range(3)]
    for name in own:
        _node(source, name, "government")
    source["rings"][f"r{number}"] = {"nodes": ["g-core", own[0], "g-acc", *own[1:]]}
    source["links"][f"express{number}"] = {"ends": [own[2], own[0]], "ring": f"r{number}"}


def _gateway(source: Raw, number: int, flows: list[tuple[str, str]]) -> None:
    ends = [f"gg{number}", f"xg{number}"]
    for name, domain in zip(ends, CORES, strict=True):
        _node(source, name, domain, "gateway")
    source["gateways"][f"gate{number}"] = {
        "ends": ends,
        "allow": {
            f"{a}-{b}": {"from": a, "to": b, "protocol": "icmp"} for a, b in sorted(set(flows))
        },
    }


@st.composite
def edits(draw: st.DrawFn) -> Raw:
    """The tiny city with anything added to it; what is added is made of its name."""
    source = raw()
    for name in draw(st.lists(NAMES, unique=True, max_size=12)):
        domain = list(CORES)[int(name[1:]) % 2]
        _node(source, name, domain)
        vpn = draw(st.sampled_from([f"v{number}" for number in range(4)])) + domain[0]
        entry = source["vpns"].setdefault(vpn, {"domain": domain, "endpoints": {}})
        entry["endpoints"][f"e-{name}"] = {"node": name}
    for number in draw(st.lists(FEW, unique=True, max_size=2)):
        _domain(source, number)
    for number in draw(st.lists(FEW, unique=True, max_size=2)):
        _ring(source, number)
    near = [name for name, vpn in source["vpns"].items() if vpn["domain"] == "government"]
    far = [name for name, vpn in source["vpns"].items() if vpn["domain"] == "crossdomain"]
    pairs = st.tuples(st.sampled_from(near), st.sampled_from(far))
    for number in draw(st.lists(FEW, unique=True, max_size=2)):
        _gateway(source, number, draw(st.lists(pairs, max_size=4)))
    return source


def removed(source: Raw, name: str) -> Raw:
    """The city without a node and all that hangs on it."""
    left = deepcopy(source)
    del left["nodes"][name]
    left["links"].pop(f"up-{name}")
    for vpn in list(left["vpns"]):
        left["vpns"][vpn]["endpoints"].pop(f"e-{name}", None)
        if not left["vpns"][vpn]["endpoints"]:
            _without(left, vpn)
    return left


def _without(left: Raw, vpn: str) -> None:
    del left["vpns"][vpn]
    for gateway in left["gateways"].values():
        gateway["allow"] = {
            name: flow
            for name, flow in gateway["allow"].items()
            if vpn not in (flow["from"], flow["to"])
        }


def merged(one: Any, other: Any) -> Any:
    """Both, as git merges two branches that add to one file."""
    if isinstance(one, dict) and isinstance(other, dict):
        every = {**other, **one}
        return {
            key: merged(one[key], other[key]) if key in one and key in other else value
            for key, value in every.items()
        }
    return one


def added_nodes(source: Raw) -> Iterator[str]:
    yield from (name for name in source["nodes"] if name.startswith("n"))


def plan_of(source: Raw) -> Plan | None:
    """The plan, in which nothing is held twice; None if it is said what is."""
    try:
        plan = planned(source)
    except InventoryError as error:
        found = error.problems
    else:
        assert held_twice(city(source), plan) == []
        return plan
    for each in found:
        assert any(words in each.what for words in ("both have", "overlapping", "is inside")), each
    return None


def assert_unmoved(before: Plan | None, after: Plan | None, but: tuple[Key, ...] = ()) -> None:
    if before is None or after is None:
        return
    old, new = numbers(before), numbers(after)
    for key in old.keys() & new.keys():
        if not any(key[: len(each)] == each for each in but):
            assert old[key] == new[key], key


@settings(max_examples=100, deadline=None)
@given(edits(), edits())
def test_what_two_cities_share_has_the_same_numbers_in_both(one: Raw, other: Raw) -> None:
    assert_unmoved(plan_of(one), plan_of(other))


@settings(max_examples=100, deadline=None)
@given(edits(), st.integers(0, 2**32))
def test_order_does_not_matter(source: Raw, seed: int) -> None:
    plan, again = plan_of(source), plan_of(reordered(source, seed))
    assert (plan and numbers(plan)) == (again and numbers(again))


@settings(max_examples=50, deadline=None)
@given(edits())
def test_removing_and_adding_back_gives_the_same_numbers(source: Raw) -> None:
    before = plan_of(source)
    for name in added_nodes(source):
        assert_unmoved(before, plan_of(removed(source, name)))
    assert plan_of(deepcopy(source)) == before


@settings(max_examples=100, deadline=None)
@given(edits(), edits())
def test_branches_merge_without_a_number_changing_or_a_clash_unseen(one: Raw, other: Raw) -> None:
    plan = plan_of(merged(one, other))
    assert_unmoved(plan_of(one), plan)
    assert_unmoved(plan_of(other), plan)


NUMBER = ("both have number", "both have loopback", "both have locator")
TOLD = {
    "asn": ("both have AS ",),
    "area": ("both have area ",),
    "loopback": NUMBER,
    "locator": NUMBER,
    "router id": NUMBER,
    "system id": NUMBER,
    "address": ("both have prefix ",),
    "interface": ("both have interface ", "both have VLAN "),
    "srlg": ("both have SRLG ",),
    "route target": ("both have route target ",),
    "rd": ("both have route distinguisher ",),
    "sid": ("both have SID ", *NUMBER),
    "table": ("both have table ",),
    "subnet": ("have overlapping subnets",),
    "vlan": ("both have VLAN ",),
}
"""How it is told that two have one of a kind."""


@settings(max_examples=100, deadline=None)
@given(edits(), edits(), st.integers(0, 12))
def test_no_clash_of_any_kind_is_unseen_where_numbers_are_few(
    one: Raw, other: Raw, bits: int
) -> None:
    """Hashes have few bits here, but for those of pools, so that every kind of clash happens."""
    digest, found, whole = made.digest, list[Plan](), city(merged(one, other))

    def few(*name: str) -> int:
        return digest(*name) % (1 << bits)

    def in_range(first: int, last: int, *name: str) -> int:
        return made.in_range(first, last, *name) if name[0] == "locators" else first + few(*name)

    with pytest.MonkeyPatch.context() as patch:
        for module in (import_module(f"citynet.allocate.{name}") for name in ("allocate", "light")):
            patch.setattr(module, "digest", few)
            patch.setattr(module, "in_range", in_range)
        patch.setattr(
            import_module("citynet.allocate.allocate"), "check", lambda _, plan: found.append(plan)
        )
        allocate(whole)
    (plan,) = found
    said = [each.what for each in problems(whole, plan)]
    for kind, *_ in held_twice(whole, plan):
        assert any(words in each for words in TOLD[str(kind)] for each in said), kind


PINS: dict[str, tuple[Any, tuple[Key, ...]]] = {
    "domains.government.asn": (64600, (("domains", "government", "asn"),)),
    "domains.government.area": ("49.0001", (("domains", "government", "area"),)),
    "domains.government.pools.loopbacks": (
        "fd12:1::/64",
        (("domains", "government", "loopbacks"),),
    ),
    "domains.government.pools.links": ("fd12:2::/64", (("domains", "government", "links"),)),
    "domains.government.pools.locators": ("5f00:1::/32", (("domains", "government", "locators"),)),
    "nodes.g-acc.number": (17, (("nodes", "g-acc"), ("attachments", "g-acc", "health", "sid"))),
    "nodes.g-acc.loopback": ("2001:db8::1", (("nodes", "g-acc", "loopback"),)),
    "nodes.g-acc.router_id": ("10.0.0.1", (("nodes", "g-acc", "router_id"),)),
    "nodes.g-acc.net": ("49.0001.0000.0000.0001.00", (("nodes", "g-acc", "net"),)),
    "links.x-link.prefix": ("2001:db8::/127", (("links", "x-link"),)),
    "links.x-link.interfaces": ({"x-gw": "eth7"}, (("links", "x-link", "x-gw", "interface"),)),
    "links.x-link.srlg": (7, (("srlg", "fibre/x-link"),)),
    "rings.ring.spans": (
        {"g-acc~g-gw": {"prefix": "2001:db8::/127", "srlg": 7}},
        (("links", "ring/g-acc~g-gw"), ("srlg", "ring/g-acc~g-gw")),
    ),
    "vpns.health.route_target": ("1:1", (("vpns", "health", "route_target"),)),
    "vpns.health.table": (5000, (("vpns", "health", "table"),)),
    "vpns.health.endpoints.one.ipv4": ("192.0.2.1/24", (("endpoints", "health", "one"),)),
    "vpns.health.endpoints.one.ipv6": ("2001:db8::1/64", (("endpoints", "health", "one"),)),
    "vpns.health.endpoints.one.interface": ("eth9", (("endpoints", "health", "one"),)),
    "gateways.gate.interfaces": ({"g-gw": "eth8"}, (("gateways", "gate"),)),
}
"""A pin, and what it may change beside what is made of it."""

MADE = {
    "domains.government.asn": (("vpns", "health", "route_target"), "rd"),
    "domains.government.area": ("net",),
    "domains.government.pools.loopbacks": ("loopback",),
    "domains.government.pools.links": ("address",),
    "domains.government.pools.locators": ("locator", "sid"),
}
"""What is made of what a domain has."""


@pytest.mark.parametrize("path", PINS)
@settings(max_examples=10, deadline=None)
@given(source=edits())
def test_a_pin_moves_nothing_else(source: Raw, path: str) -> None:
    value, own = PINS[path]
    before, after = plan_of(source), plan_of(merged(edited({path: value}), source))
    if before is None or after is None:
        return
    old, new = numbers(before), numbers(after)
    moved = {key for key in old if old[key] != new[key]}
    assert moved
    made_of = MADE.get(path, ())
    for key in moved:
        assert any(key[: len(each)] == each for each in own) or key[-1] in made_of or key in made_of


@pytest.mark.parametrize("folder", [DEMO, WUHAN, VENDORS], ids=lambda folder: folder.name)
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_number_of_a_city_depends_on_an_order(folder: Path, seed: int) -> None:
    found = load_city(folder).city
    source = found.model_dump(by_alias=True, exclude_unset=True, mode="json")
    assert numbers(planned(reordered(source, seed))) == numbers(allocate(found))


@pytest.mark.parametrize("folder", [DEMO, WUHAN, VENDORS], ids=lambda folder: folder.name)
def test_no_line_of_a_device_depends_on_an_order(folder: Path, tmp_path: Path) -> None:
    source = load_city(folder).city.model_dump(by_alias=True, exclude_unset=True, mode="json")
    text = yaml.safe_dump(reordered(source, 7), allow_unicode=True, sort_keys=False)
    (tmp_path / "city.yaml").write_text(text, encoding="utf-8")
    before, after = render(prepare(folder)), render(prepare(tmp_path))
    assert {name: each.files for name, each in before.items()} == {
        name: each.files for name, each in after.items()
    }


def test_a_clash_that_a_merge_makes_is_reported_at_both_places() -> None:
    source = raw()
    source["nodes"]["g-acc"]["number"] = 7
    source["nodes"]["g-gw"]["number"] = 7
    with pytest.raises(InventoryError) as caught:
        planned(source)
    places = {problem.path for problem in caught.value.problems}
    assert places == {("nodes", "g-acc", "number"), ("nodes", "g-gw", "number")}
    assert all(problem.hint and "pin" in problem.hint for problem in caught.value.problems)


EVERY_FILE = """
from pathlib import Path
from citynet.pipeline import prepare, render
for name in ("demo", "wuhan", "vendors"):
    for device, artifact in render(prepare(Path("inventory") / name)).items():
        print(device, artifact.digest(), dict(artifact.files))
"""


def test_artifacts_do_not_depend_on_the_hash_seed() -> None:
    printed = set()
    for seed in ("0", "1", "4242", "99"):
        environment = {"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", EVERY_FILE],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        printed.add(done.stdout)
    (only,) = printed
    assert "<config" in only
    assert only.count("linux.state") > 50
