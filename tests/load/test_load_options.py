"""Options of roles are as strict as the rest of an inventory, in the same words, at their place."""

from pathlib import Path

import pytest

from citynet.errors import InventoryError
from citynet.house import House, open_house
from citynet.pipeline import prepare
from tests.load.load_cases import FILES, Case, nodes_case, write, write_case

WHOLE = "expected a whole number from 1596 to 9216"


def option(name: str, role: str, text: str, *words: str) -> Case:
    old = "role: aggregation"
    return nodes_case(name, old, f"{old}, options: {{{role}: {{{text}}}}}", *words)


CASES = (
    option("text", "underlay", "mtu: ^abc", '`mtu` is the text "abc"', WHOLE),
    option("quotes", "underlay", "mtu: ^'9000'", '"9000"', WHOLE, "leave out the quotes"),
    option("truth", "underlay", "mtu: ^true", "`mtu` is true", WHOLE),
    option("nothing", "underlay", "^mtu: ", "`mtu` has no value", WHOLE),
    option("a fraction", "underlay", "bfd_interval: ^1000.0", "the number 1000.0", "10 to 60000"),
    option("too much", "underlay", "mtu: ^9999", "the number 9999", WHOLE),
    option("a map", "underlay", "^mtu: {a: 1}", "`mtu` is a map", WHOLE),
    option("unknown", "access", "^foo: 1", "unknown key `foo`", "expected one of mtu"),
    option("near", "vpn", "^keepalife: 1", "one of keepalive, hold", "did you mean `keepalive`?"),
    option("none", "srv6", "^foo: 1", "unknown key `foo`", "expected none here"),
    option("choice", "gateway", "answers: ^by-stat", "by-state, by-mirrored", "did you mean"),
    nodes_case(
        "no role",
        "role: aggregation",
        "role: aggregation, options: {^undrlay: {}}",
        "no role is called 'undrlay'",
        "access",
        "did you mean 'underlay'?",
    ),
    nodes_case("no truth", "role: aggregation", "role: aggregation, reflects: ^1", "true or false"),
)


@pytest.fixture(scope="module")
def house() -> House:
    return open_house()


def said(folder: Path, house: House) -> list[str]:
    with pytest.raises(InventoryError) as caught:
        prepare(folder, house)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_option_is_told_like_any_value(case: Case, tmp_path: Path, house: House) -> None:
    [line] = said(write_case(tmp_path, case), house)
    assert line.startswith(f"{case.place()}: "), line
    for words in case.words:
        assert words in line


@pytest.mark.parametrize("value", ["'yes'", "1", "'true'"])
def test_truth_is_not_read_into_anything_else(value: str, tmp_path: Path, house: House) -> None:
    optical = (
        "optical:\n"
        f"  l1: {{site: town-hall, kind: otn, options: {{optical: {{revertive: {value}}}}}}}\n"
        "  l2: {site: town-hall, kind: otn}\n  l3: {site: town-hall, kind: otn}\n"
    )
    nodes = FILES["nodes.yaml"].replace("g3]", "g3], line_systems: [l1, l2, l3]")
    folder = write(tmp_path, {**FILES, "nodes.yaml": nodes, "optical.yaml": optical})
    [line] = said(folder, house)
    assert line.startswith("optical.yaml:2:")
    assert "expected true or false" in line
