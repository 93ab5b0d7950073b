"""Channels, their ways and their numbers: from names alone, clashes told and never repaired."""

import random
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citynet.allocate import Plan
from citynet.allocate.plan import LightpathNumbers
from citynet.errors import InventoryError
from citynet.model import Grid
from tests.cities import Raw, made_context, planned
from tests.roles.optical.city import light


def ways(plan: Plan, link: str) -> list[tuple[str, ...]]:
    return [way.lines for way in plan.lightpaths[link].ways]


def test_grids_are_those_of_g694() -> None:
    fine, coarse = Grid.FINE.channels, Grid.COARSE.channels
    assert (len(fine), fine[0], fine[-1]) == (96, 191_350_000, 196_100_000)
    assert (len(coarse), coarse[0], coarse[-1]) == (48, 191_400_000, 196_100_000)
    assert 193_100_000 in fine
    assert 193_100_000 in coarse
    assert 193_150_000 in fine
    assert 193_150_000 not in coarse


def test_every_link_of_the_ring_is_a_channel_and_protected_the_other_way_round() -> None:
    plan = planned(light())
    assert set(plan.lightpaths) == set(plan.links)
    assert ways(plan, "ring/r-east~r-north") == [("o-east", "o-north")]
    plan = planned(light(protection="1+1"))
    assert ways(plan, "ring/r-east~r-north") == [
        ("o-east", "o-north"),
        ("o-east", "o-south", "o-west", "o-north"),
    ]
    for each in plan.lightpaths.values():
        assert each.protection is not None
        assert not {*each.working.spans} & {*each.protection.spans}
        assert len(each.spans) == 4


def test_a_link_over_two_spans_has_the_risk_groups_of_both() -> None:
    source = light()
    source["links"] = {"far": {"ends": ["r-north", "r-south"], "ring": "ring"}}
    plan = planned(source)
    link, channel = plan.links["far"], plan.lightpaths["far"]
    assert link.spans == channel.working.spans == ("ring/r-east~r-north", "ring/r-east~r-south")
    near = {plan.links[name].srlgs for name in link.spans}
    assert {(each,) for each in link.srlgs} == near
    assert channel.working.lines == ("o-north", "o-east", "o-south")
    assert channel.terminals == ("o-north", "t-south")


def test_of_two_ways_of_one_length_the_same_is_taken_however_the_ring_is_written() -> None:
    source = light()
    source["links"] = {"far": {"ends": ["r-north", "r-south"], "ring": "ring"}}
    first = planned(source)
    ring = source["rings"]["ring"]
    for _ in range(4):
        for key in ("nodes", "line_systems"):
            ring[key] = [*ring[key][1:], ring[key][0]]
        assert planned(source).lightpaths == first.lightpaths
        backwards = deepcopy(source)
        for key in ("nodes", "line_systems"):
            backwards["rings"]["ring"][key].reverse()
        assert planned(backwards).lightpaths == first.lightpaths


def test_risk_groups_are_there_without_optical_equipment_too() -> None:
    source = light()
    with_light = planned(source).srlgs
    del source["optical"], source["rings"]["ring"]["line_systems"]
    del source["rings"]["ring"]["protection"]
    plan = planned(source)
    assert plan.srlgs == with_light
    assert plan.lightpaths == {}
    assert all(0 < each <= 0xFFFFFFFF for each in plan.srlgs.values())
    assert len(set(plan.srlgs.values())) == 4


def test_everything_can_be_pinned() -> None:
    source = light(protection="1+1")
    source["links"] = {
        "far": {"ends": ["r-north", "r-south"], "ring": "ring", "frequency": 194_000_000,
                "channel": 7, "protection": "none"},
        "own": {"ends": ["r-north", "r-south"], "srlg": 9},
    }  # fmt: skip
    source["rings"]["ring"]["spans"] = {
        "r-north~r-east": {
            "srlg": 8, "frequency": 193_100_000, "channel": 3, "protection": "none", "loss": 7,
            "prefix": "fd00::10/127", "interfaces": {"r-north": "100GE0/1/0"},
        }
    }  # fmt: skip
    source["optical"]["o-north"]["degrees"] = {"ring/o-east": "1-1"}
    source["optical"]["o-north"]["ports"] = {"ring/r-north~r-east": "2-1", "far": "2-2"}
    source["optical"]["o-south"]["ports"] = {"far": "AD-1"}
    source["optical"]["t-south"]["ports"] = {"far": "T-1"}
    plan = planned(source)
    near, far = plan.lightpaths["ring/r-east~r-north"], plan.lightpaths["far"]
    assert (near.frequency, near.number, near.protection) == (193_100_000, 3, None)
    assert (far.frequency, far.number, far.protection) == (194_000_000, 7, None)
    assert plan.links["own"].srlgs == (9,)
    link = plan.links["ring/r-east~r-north"]
    assert (link.srlgs, str(link.end("r-east").address)) == ((8,), "fd00::10/127")
    assert link.end("r-north").interface == "100GE0/1/0"
    assert (far.ports, far.entries) == (("2-2", "T-1"), ("2-2", "AD-1"))
    assert near.ports[1] == "2-1"
    [degree] = [each for each in plan.degrees if each.port == "1-1"]
    assert (degree.line, degree.peer, degree.loss) == ("o-north", "o-east", 7)
    unpinned = planned(light(protection="1+1"))
    assert plan.lightpaths["ring/r-south~r-west"] == unpinned.lightpaths["ring/r-south~r-west"]


def problems(source: Raw) -> list[str]:
    with pytest.raises(InventoryError) as caught:
        planned(source)
    return [
        f"{'.'.join(map(str, each.path))}: {each.what}; {each.hint}"
        for each in caught.value.problems
    ]


def pinned(source: Raw, link: str, frequency: int) -> None:
    spans = source["rings"]["ring"].setdefault("spans", {})
    spans[link.partition("/")[2]] = {"frequency": frequency}


def test_two_channels_in_one_light_are_told_at_both_places_with_a_way_out() -> None:
    source = light(protection="1+1")
    pinned(source, "ring/r-east~r-north", 193_100_000)
    pinned(source, "ring/r-south~r-west", 193_100_000)
    first, second = problems(source)
    assert first.startswith("rings.ring.spans.r-east~r-north: links ring/r-east~r-north and")
    assert second.startswith("rings.ring.spans.r-south~r-west: links ring/r-south~r-west and")
    hint = second.partition("; ")[2]
    free = int(hint.removeprefix("pin `frequency: ").partition("`")[0])
    for link in ("ring/r-south~r-west", "ring/r-east~r-north"):
        mended = deepcopy(source)
        pinned(mended, link, free)
        assert planned(mended).lightpaths[link].frequency == free


def test_one_light_on_fibres_that_are_not_shared_is_no_clash() -> None:
    source = light()
    pinned(source, "ring/r-east~r-north", 193_100_000)
    pinned(source, "ring/r-south~r-west", 193_100_000)
    assert {each.frequency for each in planned(source).lightpaths.values()} >= {193_100_000}


def test_more_channels_than_a_fibre_has_is_said() -> None:
    source = light()
    source["rings"]["ring"]["grid"] = "100GHz"
    source["links"] = {
        f"l{at:02d}": {"ends": ["r-north", "r-east"], "ring": "ring", "frequency": frequency}
        for at, frequency in enumerate(Grid.COARSE.channels)
    }
    assert all("all 48 channels are taken" in each for each in problems(source))


def test_numbers_that_clash_are_told_at_both_places() -> None:
    source = light()
    source["links"] = {
        "one": {"ends": ["r-north", "r-east"], "ring": "ring", "channel": 5},
        "two": {"ends": ["r-south", "r-west"], "ring": "ring", "channel": 5},
    }
    assert [each.partition(";")[0] for each in problems(source)] == [
        "links.two.channel: link two and link one both have channel number 5",
        "links.one.channel: link one and link two both have channel number 5",
    ]


def test_fibres_in_one_duct_share_a_group_only_where_both_are_pinned() -> None:
    source = light()
    free = planned(source).srlgs["ring/r-south~r-west"]
    spans = {"r-north~r-east": {"srlg": 4}, "r-east~r-south": {"srlg": 4}}
    source["rings"]["ring"]["spans"] = spans
    assert list(planned(source).srlgs.values()).count(4) == 2
    spans["r-east~r-south"]["srlg"] = spans["r-north~r-east"]["srlg"] = free
    said = problems(source)
    assert len(said) == 2
    assert all(f"both have SRLG {free}; pin " in each for each in said)


NAMES = st.sampled_from([f"n{number:02d}" for number in range(24)])


@st.composite
def cities(draw: st.DrawFn) -> Raw:
    """The ring with links of its own upon it, and with more rings over the same equipment."""
    source = light(protection=draw(st.sampled_from(["none", "1+1"])))
    source["links"] = {}
    routers = list(source["nodes"])
    for name in draw(st.lists(NAMES, unique=True, max_size=8)):
        a, b = random.Random(name).sample(routers, 2)  # noqa: S311 - the same for a name
        source["links"][name] = {"ends": [a, b], "ring": "ring"}
    if draw(st.booleans()):
        source["rings"]["other"] = {
            "nodes": routers, "line_systems": source["rings"]["ring"]["line_systems"],
        }  # fmt: skip
    return source


def numbers(each: LightpathNumbers) -> tuple[object, ...]:
    return each.number, each.frequency, each.working, each.terminals, each.ports


def plan_or_clash(source: Raw) -> Plan | None:
    try:
        return planned(source)
    except InventoryError as error:
        found = error.problems
    for each in found:
        assert "MHz on" in each.what
        assert "pin `frequency" in str(each.hint)
    return None


@settings(max_examples=100, deadline=None)
@given(cities(), cities())
def test_what_two_cities_share_has_the_same_numbers_in_both(one: Raw, other: Raw) -> None:
    first, second = plan_or_clash(one), plan_or_clash(other)
    if first is None or second is None:
        return
    for link in first.lightpaths.keys() & second.lightpaths.keys():
        assert numbers(first.lightpaths[link]) == numbers(second.lightpaths[link])
    for span in first.srlgs.keys() & second.srlgs.keys():
        assert first.srlgs[span] == second.srlgs[span]


@settings(max_examples=100, deadline=None)
@given(cities())
def test_no_fibre_has_one_light_twice(source: Raw) -> None:
    plan = plan_or_clash(source)
    if plan is None:
        return
    held = [
        (span, each.frequency) for each in plan.lightpaths.values() for span in each.spans
    ]  # fmt: skip
    assert len(held) == len(set(held))


def test_who_is_at_an_optical_node_is_found_once() -> None:
    source = light(protection="1+1")
    index = made_context(source).index
    assert {each.link for each in index.lights["o-west"]} == {
        "ring/r-east~r-north", "ring/r-east~r-south", "ring/r-north~r-west", "ring/r-south~r-west",
    }  # fmt: skip
    assert {each.link for each in index.lights["t-south"]} == {
        "ring/r-east~r-south", "ring/r-south~r-west",
    }  # fmt: skip
    assert [each.peer for each in index.degrees["o-south"]] == ["o-east", "o-west"]
