"""What the platform makes of ports and flows, where it only forwards, and what it refuses."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from citynet.errors import InventoryError
from citynet.house import open_house
from citynet.pipeline import Prepared, prepare, render
from citynet.render import Renderer
from tests.cities import DEMO, with_changes
from tests.yang.models import EVPN, MIRRORED

open_house()
filters = import_module("citynet_house.plugins.nokia_srlinux.filters")
platform = import_module("citynet_house.plugins.nokia_srlinux.platform")

GOLDEN = Path(__file__).parent / "golden"
SETTINGS: dict[str, object] = {"platform": "nokia_srlinux", **MIRRORED, **EVPN}
AGGREGATION = {"nodes.role_aggregation.platform": "nokia_srlinux"}


@pytest.fixture(scope="module")
def demo() -> Prepared:
    return prepare(DEMO, settings=SETTINGS)


@pytest.mark.parametrize("device", ["gov-core1", "gov-acc1", "gov-gw1"])
def test_golden(demo: Prepared, device: str) -> None:
    """A change here changes what devices get: read it, then copy what `citynet render` wrote."""
    assert render(demo)[device].files == {"config.xml": (GOLDEN / f"{device}.xml").read_text()}


def test_golden_of_a_router_in_the_middle_of_srv6() -> None:
    prepared = prepare(DEMO, settings=AGGREGATION)
    assert list(prepared.facts["gov-agg1"].roles) == ["underlay"]
    assert list(prepared.facts["gov-acc1"].roles) == ["underlay", "srv6", "vpn", "access"]
    text = render(prepared)["gov-agg1"].files["config.xml"]
    assert text == (GOLDEN / "gov-agg1-in-srv6.xml").read_text()
    assert "ipv4" not in text


def test_the_others_do_not_notice_a_router_of_another_vendor() -> None:
    mixed, alone = render(prepare(DEMO, settings=AGGREGATION)), render(prepare(DEMO))
    differing = {name for name in alone if alone[name].files != mixed[name].files}
    assert differing == {"gov-agg1", "gov-agg2"}


@pytest.mark.parametrize(
    ("name", "interface", "unit"),
    [
        ("ethernet-1/1", "ethernet-1/1", 0),
        ("ethernet-1/34", "ethernet-1/34", 0),
        ("ethernet-1/3/4", "ethernet-1/3/4", 0),
        ("ethernet-2/m4/1/128", "ethernet-2/m4/1/128", 0),
        ("ethernet-1/3.100", "ethernet-1/3", 100),
        ("lag12.4094", "lag12", 4094),
    ],
)
def test_a_pinned_port_is_what_it_says(name: str, interface: str, unit: int) -> None:
    assert (filters.interface(name), filters.unit(name)) == (interface, unit)
    assert filters.PORTS.unnamed([name]) == ()


@pytest.mark.parametrize(
    "name", ["gw1-core1", "100GE0/3/0", "ethernet-1/129", "ethernet-0/1", "ethernet-1", "lag0"]
)
def test_what_is_no_port_gets_a_stand_in_of_a_slot_that_is_not_there(name: str) -> None:
    found = filters.interface(name)
    assert filters.PORTS.real.fullmatch(found)
    assert int(found.removeprefix("ethernet-").partition("/")[0]) >= 10
    assert filters.unit(name) == 0
    assert filters.PORTS.unnamed([name, name]) == (name,)


def test_stand_ins_differ_and_stay_in_range() -> None:
    edges = {filters.PORTS.stand_in(n) for n in (0, filters.PORTS.room - 1)}
    assert edges == {"ethernet-10/1/1", "ethernet-99/99/128"}
    names = [filters.interface(f"link-{n}") for n in range(100)]
    assert len(set(names)) == 100


def test_descriptions_fit() -> None:
    assert len(filters.description("长" * 500)) == 255


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("bfd_multiplier", 2, "it can do 3 to 20"),
        ("bfd_multiplier", 21, "cannot do underlay.bfd_multiplier 21"),
        ("mtu", 9399, "it can do 1500 to 9398"),
    ],
)
def test_what_the_models_cannot_hold_is_refused_by_name(
    demo: Prepared, option: str, value: int, words: str
) -> None:
    facts = demo.facts["gov-agg1"]
    changed = with_changes(facts, "underlay", **{option: value})
    assert list(platform.refuses(facts)) == []
    [said] = platform.refuses(changed)
    assert words in said


def test_an_access_list_that_is_too_long_is_refused(demo: Prepared) -> None:
    facts = demo.facts["gov-gw1"]
    gateway: Any = facts.roles["gateway"]
    [join] = gateway.joins
    rule = next(each for each in join.rules if each.protocol == "tcp")
    long = replace(join, rules=(replace(rule, ports=tuple(range(1, 6_600))),))
    [said] = platform.refuses(with_changes(facts, "gateway", joins=(long,)))
    assert f"as long as the flows of {join.interface} need" in said


def problems(settings: dict[str, object]) -> list[str]:
    with pytest.raises(InventoryError) as caught:
        prepare(DEMO, settings=settings)
    return [str(each) for each in caught.value.problems]


def test_a_customer_of_srv6_is_refused_at_its_line() -> None:
    said = problems({"nodes.gov-acc3.platform": "nokia_srlinux"})
    line = 1 + (DEMO / "services.yaml").read_text().splitlines().index(
        "      hospital: {node: gov-acc3, label: 市第一医院}"
    )
    assert len(said) == 2
    for text, role in zip(said, ("srv6", "vpn"), strict=True):
        assert f"services.yaml:{line}:7: nokia_srlinux cannot do role {role}, " in text
        assert "needed by node gov-acc3; SR Linux 25.3 has no SRv6 endpoint" in text


def test_a_core_of_srv6_reflects_or_only_forwards() -> None:
    core: dict[str, object] = {"nodes.gov-core1.platform": "nokia_srlinux"}
    [said] = problems(core)
    assert "inventory/demo/nodes.yaml:4:3: nokia_srlinux cannot do role vpn" in said
    assert "`reflects: false`" in said
    prepared = prepare(DEMO, settings={**core, "nodes.gov-core1.reflects": False})
    assert list(prepared.facts["gov-core1"].roles) == ["underlay"]
    vpn: Any = prepared.facts["gov-acc1"].roles["vpn"]
    assert [each.node for each in vpn.neighbors] == ["gov-core2"]


def test_evpn_needs_every_router_of_the_domain() -> None:
    said = problems({"nodes.domain_government.platform": "nokia_srlinux", **EVPN, **MIRRORED})
    assert len(said) == 5
    assert all("frr cannot do role evpn, needed by node x-" in each for each in said)
    assert all("setting domains.*.transport: " in each for each in said)


def test_two_domains_may_differ_in_transport() -> None:
    prepared = prepare(
        DEMO,
        settings={
            "nodes.domain_government.platform": "nokia_srlinux",
            "domains.government.transport": "evpn-vxlan",
            "nodes.gov-gw1.options": {"gateway": {"answers": "by-mirrored-rules"}},
            "options.gateway.gtsm": False,
        },
    )
    platforms = {each.platform for each in render(prepared).values()}
    assert platforms == {"frr", "nokia_srlinux"}


def test_a_gateway_must_be_told_that_no_state_is_kept() -> None:
    said = problems({"platform": "nokia_srlinux", **EVPN})
    assert len(said) == 2
    assert all("nokia_srlinux keeps no state, so role gateway" in each for each in said)


def test_a_gateway_must_be_told_that_it_takes_bgp_from_anywhere() -> None:
    said = problems({"platform": "nokia_srlinux", **EVPN, **MIRRORED, "options.gateway.gtsm": True})
    assert len(said) == 2
    assert all("set its option `gtsm: false` at both routers" in each for each in said)


def test_two_gateways_agree_on_how_far_bgp_comes() -> None:
    [said] = problems({"nodes.gov-gw1.options": {"gateway": {"gtsm": False}}})
    assert "gtsm is False at gov-gw1 and True at x-gw1, the ends of gateway gate" in said


def test_a_customer_on_a_vlan_of_a_pinned_port(demo: Prepared) -> None:
    facts = demo.facts["gov-acc1"]
    access: Any = facts.roles["access"]
    ports = tuple(
        replace(port, name=f"ethernet-1/7.{number}") for number, port in enumerate(access.ports, 5)
    )
    changed = with_changes(facts, "access", ports=ports)
    artifact = Renderer(demo.house.platforms).render(changed)
    text = artifact.files["config.xml"]
    assert text.count("<name>ethernet-1/7</name>") == 1
    for number in (5, 6):
        assert f"<vlan-id>{number}</vlan-id>" in text
        assert f"<name>ethernet-1/7.{number}</name>" in text
