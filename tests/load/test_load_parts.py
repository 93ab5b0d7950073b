"""The parts of the loader that a case table cannot show: names, scale, cities made in Python."""

from pathlib import Path

import pytest

from citynet.errors import InventoryError
from citynet.load import check, load_city
from citynet.load.nearest import LONGEST, Names, safe_name
from tests.load.load_cases import CITY, FILES, NODES, write

FEW = Names(["core", "gov-core1", "gateway"])
MANY = Names([f"node-{number}" for number in range(5000)])


def said(folder: Path) -> list[str]:
    """Load a folder that must not load; places are relative to it."""
    with pytest.raises(InventoryError) as caught:
        load_city(folder)
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("names", "word", "near"),
    [
        (FEW, "cor", "core"),
        (FEW, "CORE", "core"),
        (FEW, "gov_core1", "gov-core1"),
        (FEW, "Gov Core1", "gov-core1"),
        (FEW, "banana", None),
        (FEW, "", None),
        (FEW, 12, None),
        (FEW, "c" * LONGEST, None),
        (Names(["x" * LONGEST]), "x" * LONGEST, "x" * LONGEST),
        (Names(["x" * LONGEST]), "x" * (LONGEST + 1), None),
        (Names([]), "core", None),
        (MANY, "node_4321", "node-4321"),
        (MANY, "nod-4321", "node-4321"),
        (MANY, "noed-4321", "node-4321"),
        (MANY, "nodde-4321", "node-4321"),
        (MANY, "router-4321", None),
    ],
)
def test_nearest(names: Names, word: object, near: str | None) -> None:
    assert names.nearest(word) == near


@pytest.mark.parametrize(
    ("word", "safe"), [("Gov_Core 1", "gov-core-1"), ("--a--", "a"), ("政务", ""), ("a.b", "a-b")]
)
def test_safe_name(word: str, safe: str) -> None:
    assert safe_name(word) == safe


@pytest.mark.parametrize("name", ["政务", "12th-floor", "'1'"])
def test_no_name_is_suggested_that_would_be_wrong_too(name: str, tmp_path: Path) -> None:
    city = CITY.replace("  town-hall:", f"  {name}: {{}}\n  town-hall:")
    (line,) = said(write(tmp_path, {**FILES, "city.yaml": city}))
    assert "cannot be a name here" in line
    assert "did you mean" not in line


def test_second_part_of_a_section_makes_no_name_unknown(tmp_path: Path) -> None:
    nodes = NODES + "nodes:\n  g9: {site: town-hall, domain: gov, role: access}\n"
    files = {**FILES, "nodes.yaml": nodes, "zlinks.yaml": "links: {l9: {ends: [g1, g9]}}"}
    (line,) = said(write(tmp_path, files))
    assert line.startswith("nodes.yaml:15:1: `nodes` is here twice, first at ")


def test_empty_keys_of_what_does_not_count_are_not_told(tmp_path: Path) -> None:
    nodes = NODES + "things:\n  a:\nlinks:\n  b:\n"
    lines = said(write(tmp_path, {**FILES, "nodes.yaml": nodes}))
    assert [line.partition(",")[0] for line in lines] == [
        "nodes.yaml:15:1: unknown section `things`",
        "nodes.yaml:17:1: `links` is here twice",
    ]


def test_no_quotes_are_asked_for_around_a_map(tmp_path: Path) -> None:
    nodes = NODES.replace("role: aggregation", "role: aggregation, label: {a: b}")
    (line,) = said(write(tmp_path, {**FILES, "nodes.yaml": nodes}))
    assert line.startswith("nodes.yaml:3:57: `label` is a map, expected one line of text")
    assert "quotes" not in line


def test_quotes_are_left_out_around_digits_only(tmp_path: Path) -> None:
    nodes = NODES.replace("role: aggregation", "role: aggregation, number: twelve")
    (line,) = said(write(tmp_path, {**FILES, "nodes.yaml": nodes}))
    assert line.endswith("expected a whole number from 1 to 4294967295")
    for digits, hint in (("12", True), ("012", False), ("9" * 5000, False)):
        nodes = NODES.replace("role: aggregation", f"role: aggregation, number: '{digits}'")
        (line,) = said(write(tmp_path, {**FILES, "nodes.yaml": nodes}))
        assert line.endswith("; leave out the quotes") is hint, line


def test_city_made_in_python_is_checked_as_one_from_files(tmp_path: Path) -> None:
    city = load_city(write(tmp_path, FILES)).city
    assert check(city) == []
    nodes = dict(city.nodes)
    x2 = nodes.pop("x2")
    assert [problem.what for problem in check(city.model_copy(update={"nodes": nodes}))] == [
        "there is no node `x2`",
        "there is no node `x2`",
    ]
    nodes["x2"] = x2.model_copy(update={"domain": "gov"})
    whats = [problem.what for problem in check(city.model_copy(update={"nodes": nodes}))]
    assert whats == [
        "the link joins domain `xd` to domain `gov`",
        "node `x2` is of domain `gov`",
    ]
    links = {name: link for name, link in city.links.items() if name != "x1-x2"}
    whats = [problem.what for problem in check(city.model_copy(update={"links": links}))]
    assert whats == ["no way from `x2` to `x1` by links of domain `xd`"]


def test_order_is_that_of_the_files_and_nothing_else(tmp_path: Path) -> None:
    one = load_city(write(tmp_path / "one", FILES)).city
    turned = {f"{9 - number}.yaml": text for number, text in enumerate(FILES.values())}
    other = load_city(write(tmp_path / "other", turned)).city
    assert one == other
    assert list(one.nodes) == ["g1", "g2", "g3", "gw", "x1", "x2", "xw"]


def test_values_are_frozen(tmp_path: Path) -> None:
    loaded = load_city(write(tmp_path, FILES))
    with pytest.raises(AttributeError):
        loaded.city = loaded.city  # type: ignore[misc]
    with pytest.raises(AttributeError):
        loaded.sources.start = None  # type: ignore[misc]


def test_thousands_of_mistakes_are_all_told(tmp_path: Path) -> None:
    count = 2000
    nodes = ["nodes:"]
    nodes += [
        f"  n{number}: {{site: hall-{number}x, domain: gov, role: acess}}"
        for number in range(count)
    ]
    sites = ["sites:", *(f"  hall-{number}: {{}}" for number in range(count))]
    city = "city: {name: big}\ndomains: {gov: {}}\n" + "\n".join((*sites, *nodes))
    lines = said(write(tmp_path, {"city.yaml": city}))
    assert len(lines) == 2 * count
    assert sum("; did you mean `access`?" in line for line in lines) == count
    assert sum("; did you mean `hall-" in line for line in lines) == count
