"""MTUs that cannot be true together are refused where they are said."""

from pathlib import Path
from typing import Any

import pytest

from citynet.errors import InventoryError
from citynet.house import House, open_house
from citynet.pipeline import prepare
from tests.load.load_cases import FILES, write

G2 = "role: aggregation"
G3 = "role: access, network: egov"
GW = "gw: {site: town-hall, domain: gov, role: gateway"
XW = "xw: {site: town-hall, domain: xd, role: gateway"


@pytest.fixture(scope="module")
def house() -> House:
    return open_house()


def said(folder: Path, house: House, city: str = "", domain: str = "", **nodes: str) -> list[str]:
    """What is wrong if these options are said; `^` is no part of them and marks a place."""
    files: dict[str, Any] = dict(FILES)
    options = f"name: small\n  options: {{{city}}}"
    files["city.yaml"] = files["city.yaml"].replace("name: small", options)
    gov = f"gov: {{options: {{{domain}}}, label"
    files["city.yaml"] = files["city.yaml"].replace("gov: {label", gov)
    for name, text in nodes.items():
        old = {"g2": G2, "g3": G3, "gw": GW, "xw": XW}[name]
        new = f"{old}, options: {{{text}}}"
        files["nodes.yaml"] = files["nodes.yaml"].replace(old, new, 1)
    try:
        prepare(write(folder, files), house)
    except InventoryError as error:
        return [str(problem).removeprefix(f"{folder}/") for problem in error.problems]
    return []


def test_one_end_with_another_mtu(tmp_path: Path, house: House) -> None:
    [line] = said(tmp_path, house, g2="underlay: {mtu: 2000}")
    assert line.startswith("nodes.yaml:3:83: mtu is 2000 at g2 and 9000 at g1, the ends of link ")
    assert "ring/g1~g2, and so with 1 more, expected one mtu at both ends" in line


def test_both_ends_are_told_where_both_say_it(tmp_path: Path, house: House) -> None:
    lines = said(
        tmp_path, house, city="underlay: {mtu: 3000}", g2="underlay: {mtu: 2000}",
        g3="underlay: {mtu: 4000}",
    )  # fmt: skip
    assert [line.partition(": ")[0].partition(":")[2][:2] for line in lines] == ["3:", "4:"]


@pytest.mark.parametrize("level", ["city", "domain"])
def test_one_mtu_for_all_that_are_linked(level: str, tmp_path: Path, house: House) -> None:
    assert said(tmp_path, house, **{level: "underlay: {mtu: 2000}"}) == []
    assert said(tmp_path, house, g2="underlay: {bfd_interval: 50}") == []


def test_a_gateway_has_one_mtu(tmp_path: Path, house: House) -> None:
    [line] = said(tmp_path, house, gw="gateway: {mtu: 1400}")
    assert "mtu is 1400 at gw and 1500 at xw, the ends of gateway gate" in line
    both = {"gw": "gateway: {mtu: 1400}", "xw": "gateway: {mtu: 1400}"}
    assert said(tmp_path, house, **both) == []


def test_customers_are_promised_more_than_the_core_carries(tmp_path: Path, house: House) -> None:
    [line] = said(tmp_path, house, domain="underlay: {mtu: 1596}", g3="access: {mtu: 1501}")
    assert line.startswith(
        "nodes.yaml:4:91: role access of g3 promises packets of 1501 bytes, expected at most 1500: "
    )
    assert "1596 between the routers of domain gov, less 96 of overhead" in line
    assert said(tmp_path, house, domain="underlay: {mtu: 1597}", g3="access: {mtu: 1501}") == []


def test_a_promise_to_all_is_told_once(tmp_path: Path, house: House) -> None:
    [line] = said(tmp_path, house, city="access: {mtu: 9000}")
    assert line.startswith("city.yaml:3:27: role access of ")
    assert said(tmp_path, house, city="access: {mtu: 8904}") == []


def test_both_on_one_node(tmp_path: Path, house: House) -> None:
    lines = said(tmp_path, house, g3="access: {mtu: 9000}, underlay: {mtu: 1596}")
    assert ["ends of link" in lines[1], "promises packets of 9000" in lines[0]] == [True, True]
    [line] = said(tmp_path, house, g3="access: {mtu: 4000}, underlay: {mtu: 1596}")
    assert "ends of link" in line, "the promise would hold if the ends agreed"


def test_what_comes_through_a_gateway_has_to_fit_too(tmp_path: Path, house: House) -> None:
    lines = said(tmp_path, house, city="gateway: {mtu: 9000}")
    assert len(lines) == 1
    assert "role gateway of gw promises packets of 9000" in lines[0]


def test_vxlan_takes_less(tmp_path: Path, house: House) -> None:
    """As it is a domain's, what its platform cannot do is told as well."""
    files = {**FILES}
    files["city.yaml"] = files["city.yaml"].replace("xd: {}", "xd: {transport: evpn-vxlan}")
    for mtu, wrong in ((8950, False), (8951, True)):
        nodes = files["nodes.yaml"].replace(
            "x2: {site: town-hall, domain: xd, role: access",
            f"x2: {{site: town-hall, domain: xd, role: access, options: {{access: {{mtu: {mtu}}}}}",
        )
        with pytest.raises(InventoryError) as caught:
            prepare(write(tmp_path, {**files, "nodes.yaml": nodes}), house)
        assert ("less 50 of overhead" in str(caught.value)) is wrong
