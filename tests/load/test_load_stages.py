"""What is wrong in different ways is told in one run, and nothing that only follows from it."""

from pathlib import Path

import pytest

from citynet.errors import InventoryError
from citynet.house import House, open_house
from citynet.pipeline import prepare
from tests.load.load_cases import FILES, SHAPE, Case, write, write_case
from tests.load.load_more_cases import REFERENCES, RULES, YAML
from tests.load.test_load_optical import CITY as LIT

CASES = (*SHAPE, *YAML, *REFERENCES, *RULES)
NODES, SERVICES = FILES["nodes.yaml"], FILES["services.yaml"]
PINS = NODES.replace("role: aggregation", "role: aggregation, loopback: 'fd00::7'").replace(
    "role: access, network: egov", "role: access, network: egov, loopback: 'fd00::7'"
)
SAME = "both have loopback fd00::7"


@pytest.fixture(scope="module")
def house() -> House:
    return open_house()


def said(folder: Path, house: House, **files: str) -> list[str]:
    """Every problem of the small city with some of its files exchanged, without the folder."""
    written = {**FILES, **{f"{name}.yaml": text for name, text in files.items()}}
    with pytest.raises(InventoryError) as caught:
        prepare(write(folder, written), house)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def told(lines: list[str], *words: str) -> None:
    """Each line has the words that are said of it, in the order of the files."""
    assert len(lines) == len(words), "\n".join(lines)
    for line, word in zip(lines, words, strict=True):
        assert word in line


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_later_stages_add_nothing_to_a_mistake_that_was_told(
    case: Case, tmp_path: Path, house: House
) -> None:
    with pytest.raises(InventoryError) as caught:
        prepare(write_case(tmp_path, case), house)
    assert len(caught.value.problems) == 1 + case.others, str(caught.value)


def test_a_dangling_name_hides_nothing_of_what_does_not_need_it(
    tmp_path: Path, house: House
) -> None:
    nodes = PINS.replace("[gw, g1]", "[gw, g9]").replace(
        "domain: xd, role: access}",
        "domain: xd, role: access, platform: fr, options: {underlay: {mtuu: 2000}}}",
    )
    told(
        said(tmp_path, house, nodes=nodes),
        SAME, SAME, "no platform 'fr'", "mtuu", "no node `g9`",
    )  # fmt: skip


def test_an_option_hides_no_platform(tmp_path: Path, house: House) -> None:
    city = FILES["city.yaml"].replace(
        "name: small", "name: small\n  platform: ffr\n  options: {acces: {}}"
    )
    told(said(tmp_path, house, city=city), "city.yaml:3:13: there is no platform 'ffr'", "'acces'")


def test_a_pool_without_room_hides_what_people_pinned_and_shows_no_other_clash(
    tmp_path: Path, house: House
) -> None:
    pools = 'pools: {loopbacks: "fd00:0:0:1::/128", links: "fd00:0:0:2::/126"}'
    city = FILES["city.yaml"].replace("gov: {label: 政务域}", f"gov: {{{pools}}}")
    nodes = PINS.replace("role: gateway}", "role: gateway, options: {vpn: {holdd: 9}}}", 1)
    told(
        said(tmp_path, house, city=city, nodes=nodes),
        "fd00:0:0:1::/128 is too small", "fd00:0:0:2::/126 is too small", SAME, SAME, "holdd",
    )  # fmt: skip


def test_a_wrong_option_is_not_taken_for_one_that_was_left_out(
    tmp_path: Path, house: House
) -> None:
    """The platform would refuse the default: that is not what the person has said."""
    city = FILES["city.yaml"].replace(
        "name: small",
        "name: small\n  platform: huawei_vrp\n  options: {gateway: {answer: by-mirrored-rules}}",
    )
    told(said(tmp_path, house, city=city), "answer")


def test_what_a_platform_cannot_do_is_told_beside_other_stages(
    tmp_path: Path, house: House
) -> None:
    nodes = PINS.replace(
        "domain: xd, role: access}", "domain: xd, role: access, platform: nokia_srlinux}"
    )
    services = SERVICES.replace("[443]", "[443, 443]")
    lines = said(tmp_path, house, nodes=nodes, services=services)
    told(lines, SAME, SAME, "nokia_srlinux cannot do role", "cannot do role", "443 is listed twice")


def test_numbers_made_of_a_name_that_is_wrong_do_not_clash(tmp_path: Path, house: House) -> None:
    city = FILES["city.yaml"].replace("name: small", "name: Small")
    nodes = PINS.replace("role: gateway}", "role: gateway, platform: frrr}", 1)
    told(said(tmp_path, house, city=city, nodes=nodes), "`name` is `Small`", "no platform 'frrr'")


def test_a_node_without_a_site_takes_what_stands_on_it_along(tmp_path: Path, house: House) -> None:
    """Its ring, links and endpoints are wrong because of it alone; the other domain is not."""
    nodes = NODES.replace("g1: {site: town-hall", "g1: {site: hall").replace(
        "[xw, x1]}", "[xw, x1], interfaces: {x1: lo}}"
    )
    told(said(tmp_path, house, nodes=nodes), "no site `hall`", "`lo` is a name that routers use")


def test_other_endpoints_of_a_vpn_are_looked_at(tmp_path: Path, house: House) -> None:
    services = SERVICES.replace("{node: g3}", "{node: g33}").replace(
        "hall: {node: g1}",
        "hall: {node: g1, ipv4: 10.1.0.1/24, interface: lo}\n"
        "      more: {node: g2, ipv4: 10.1.0.5/24}",
    )
    lines = said(tmp_path, house, services=services)
    overlap = "have overlapping subnets"
    told(lines, "no node `g33`", overlap, "`lo` is a name that", overlap)


def test_light_of_a_ring_that_is_left_out_is_no_mistake(tmp_path: Path, house: House) -> None:
    files = {name: text.replace("[g1, g2, g3]", "[g1, g2, g9]") for name, text in LIT.items()}
    pins = "kind: otn, degrees: {ring/l2: deg-2}, ports: {ring/g2~g1: port-1}, label"
    files["rings.yaml"] = files["rings.yaml"].replace("kind: otn, label", pins)
    folder = write(tmp_path, files)
    with pytest.raises(InventoryError) as caught:
        prepare(folder, house)
    told([str(each) for each in caught.value.problems], "no node `g9`")
