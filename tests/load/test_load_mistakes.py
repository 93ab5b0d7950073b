"""Each mistake is reported at its place, in the words that matter, and alone."""

from pathlib import Path

import pytest

from citynet.errors import InventoryError, Problem
from citynet.load import LoadedCity, load_city
from tests.load.load_address_cases import ADDRESSES, FINE
from tests.load.load_cases import FILES, SHAPE, Case, write, write_case
from tests.load.load_more_cases import REFERENCES, RULES, YAML

CASES = (*SHAPE, *YAML, *REFERENCES, *RULES, *ADDRESSES)


def failures(folder: Path) -> tuple[Problem, ...]:
    """Load a folder that must not load."""
    with pytest.raises(InventoryError) as caught:
        load_city(folder)
    return caught.value.problems


def test_the_small_city_is_right(tmp_path: Path) -> None:
    loaded = load_city(write(tmp_path, FILES))
    assert isinstance(loaded, LoadedCity)
    assert len(loaded.city.nodes) == 7


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_told_where_it_is(case: Case, tmp_path: Path) -> None:
    problems = failures(write_case(tmp_path, case))
    said = [str(problem).removeprefix(f"{tmp_path}/") for problem in problems]
    here = [line for line in said if line.startswith(f"{case.place()}: ")]
    assert len(here) == 1, said
    for words in case.words:
        assert words in here[0]
    assert len(said) == 1 + case.others, said


@pytest.mark.parametrize(("key", "text"), FINE)
def test_an_address_of_two_is_a_hosts(key: str, text: str, tmp_path: Path) -> None:
    services = FILES["services.yaml"].replace("{node: x2}", f"{{node: x2, {key}: {text}}}")
    loaded = load_city(write(tmp_path, {**FILES, "services.yaml": services}))
    assert str(getattr(loaded.city.vpns["trade"].endpoints["market"], key)) == text


def test_names_are_unique() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names))


def test_all_mistakes_at_once_in_the_order_of_the_files(tmp_path: Path) -> None:
    broken = {
        "city.yaml": FILES["city.yaml"].replace("name: small", "name: Small"),
        "nodes.yaml": FILES["nodes.yaml"]
        .replace("role: aggregation", "role: agg, number: x", 1)
        .replace("[gw, g1]", "[gw, g7]"),
        "services.yaml": FILES["services.yaml"].replace("[443]", "[0]").replace("{node: x2}", "{}"),
    }
    problems = failures(write(tmp_path, broken))
    places = [str(problem.position).removeprefix(f"{tmp_path}/") for problem in problems]
    assert places == [
        "city.yaml:2:9",
        "nodes.yaml:3:44",
        "nodes.yaml:3:57",
        "nodes.yaml:12:22",
        "services.yaml:11:7",
        "services.yaml:16:79",
    ]


def test_rules_are_asked_beside_mistakes_of_shape(tmp_path: Path) -> None:
    nodes = FILES["nodes.yaml"].replace("role: aggregation", "role: agg").replace(", g3]", ", x1]")
    said = [problem.what for problem in failures(write(tmp_path, {**FILES, "nodes.yaml": nodes}))]
    assert said == ["`role` is `agg`", "`x1` is of domain `xd`"]


def test_a_file_that_does_not_parse_hides_no_other_mistake(tmp_path: Path) -> None:
    files = {**FILES, "city.yaml": "city: [a", "services.yaml": "vpns: {lan: {}}"}
    said = [problem.what for problem in failures(write(tmp_path, files))]
    assert len(said) == 3
    assert said[0].startswith("this `[` is not closed")
    assert said[1:] == ["`domain` is missing", "`endpoints` is missing"]


def test_duplicates_across_files_say_where_the_first_is(tmp_path: Path) -> None:
    again = "nodes:\n  new1: {site: town-hall, domain: gov, role: access}\n  g2: {}\n"
    problems = failures(write(tmp_path, {**FILES, "zones.yaml": again}))
    assert str(problems[-1]) == (
        f"{tmp_path}/zones.yaml:3:3: `g2` is in `nodes` twice, first at "
        f"{tmp_path}/nodes.yaml:3:3, expected each name once"
    )


def test_domain_with_vpns_needs_a_core(tmp_path: Path) -> None:
    nodes = FILES["nodes.yaml"].replace("domain: xd, role: core", "domain: xd, role: access")
    problems = failures(write(tmp_path, {**FILES, "nodes.yaml": nodes}))
    assert [str(problem.position).removeprefix(f"{tmp_path}/") for problem in problems] == [
        "city.yaml:5:3"
    ]
    assert problems[0].what == "domain `xd` has VPNs but no core"


def test_a_part_that_is_cut_off_is_one_problem(tmp_path: Path) -> None:
    nodes = (
        FILES["nodes.yaml"].replace("  x1-x2: {ends: [x1, x2]}\n", "").replace("xw, x1", "xw, x2")
    )
    problems = failures(write(tmp_path, {**FILES, "nodes.yaml": nodes}))
    assert [problem.what for problem in problems] == [
        "no way from `x2`, `xw` to `x1` by links of domain `xd`"
    ]


def test_two_vpns_meet_at_one_gateway(tmp_path: Path) -> None:
    more = (
        "nodes:\n  gw2: {site: town-hall, domain: gov, role: gateway}\n"
        "links:\n  gw2-g1: {ends: [gw2, g1]}\n"
        "gateways:\n  second:\n    ends: [gw2, xw]\n    allow:\n"
        "      back: {from: trade/market, to: health, protocol: icmp}\n"
    )
    problems = failures(write(tmp_path, {**FILES, "zmore.yaml": more}))
    (line,) = [str(problem).removeprefix(f"{tmp_path}/") for problem in problems]
    assert line == (
        "zmore.yaml:9:7: `health` and `trade` are joined by gateway `gate` already, "
        "expected one gateway between two VPNs; put the flow into `gate`"
    )


def test_flow_ends_in_the_domains_of_its_gateway(tmp_path: Path) -> None:
    more = (
        "domains:\n  third: {}\n"
        "nodes:\n  t1: {site: town-hall, domain: third, role: core}\n"
        "vpns:\n  lab: {domain: third, endpoints: {bench: {node: t1}}}\n"
    )
    services = FILES["services.yaml"].replace(
        "to: trade, protocol: icmp", "to: lab, protocol: icmp"
    )
    problems = failures(write(tmp_path, {**FILES, "services.yaml": services, "third.yml": more}))
    assert [problem.what for problem in problems] == ["the flow ends in domain `third`"]
    assert str(problems[0].position).endswith("services.yaml:17:33")
