"""What the platform makes of names, texts and flows, and what it refuses."""

from importlib import import_module
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from citynet.house import open_house
from citynet.pipeline import Prepared, prepare, render
from citynet.render.stateless import access_lists
from tests.cities import DEMO, with_changes

open_house()
platform = import_module("citynet_house.plugins.huawei_vrp.platform")

SETTINGS = {"platform": "huawei_vrp", "options.gateway.answers": "by-mirrored-rules"}


@pytest.fixture(scope="module")
def demo() -> Prepared:
    return prepare(DEMO, settings=SETTINGS)


@pytest.mark.parametrize("device", ["gov-core1", "gov-acc1", "gov-gw1"])
def test_golden(demo: Prepared, device: str) -> None:
    """A change here changes what devices get: read it, then copy what `citynet render` wrote."""
    golden = Path(__file__).parent / "golden" / f"{device}.xml"
    assert render(demo)[device].files == {"config.xml": golden.read_text()}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("GigabitEthernet0/3/0", "GigabitEthernet"),
        ("100GE0/3/0", "100GE"),
        ("25GE0/1/5.100", "25GE"),
        ("400GE0/1/0", "400GE"),
        ("Eth-Trunk12", "Eth-Trunk"),
        ("Eth-Trunk12.100", "Eth-Trunk"),
        ("FlexE-100G0/1/0", "FlexE-100G"),
        ("gw1-core1", "GigabitEthernet"),
        ("100GEneric", "GigabitEthernet"),
        ("50|100GE0/1/0", "50|100GE"),
    ],
)
def test_port_types(name: str, kind: str) -> None:
    assert platform.port_type(name) == kind


def test_a_pinned_port_is_what_it_says_and_others_are_of_slots_that_are_not_there() -> None:
    for name in ("100GE0/3/0", "GigabitEthernet0/3/0.100", "Eth-Trunk12"):
        assert platform.PORTS.name(name) == name
    for name in ("gw1-core1", "100GE", "ethernet-1/1", "GigabitEthernet0/3/0 "):
        found = platform.PORTS.name(name)
        slot = int(found.removeprefix("GigabitEthernet").partition("/")[0])
        assert 100 <= slot < 200
        assert platform.port_type(found) == "GigabitEthernet"


def test_descriptions_have_no_question_mark_and_fit() -> None:
    assert platform.plain("why? 为什么?") == "why？ 为什么？"
    assert len(platform.plain("长" * 500)) == 242


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("bfd_interval", 60_000, "cannot do underlay.bfd_interval 60000, it can do 3 to 20000"),
        ("bfd_multiplier", 2, "it can do 3 to 50"),
        ("hello_interval", 600, "it can do 1 to 255"),
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


def passes(found: tuple[Any, ...], **packet: object) -> bool:
    """Whether one of the lists' rules matches a packet, read as the router would."""
    rules = [rule for each in found for rule in (*each.rules4, *each.rules6)]
    return any(
        rule.protocol == packet["protocol"]
        and packet["source"] in rule.source
        and packet["target"] in rule.target
        and rule.source_port in (None, packet.get("sport"))
        and rule.target_port in (None, packet.get("dport"))
        and rule.icmp_type == packet.get("icmp")
        and (not rule.established or packet.get("ack"))
        for rule in rules
        if rule.source.version == 4 == getattr(packet["source"], "version", 0)
    )


def test_flows_pass_one_way_and_only_their_answers_come_back(demo: Prepared) -> None:
    gateway: Any = demo.facts["gov-gw1"].roles["gateway"]
    [join] = gateway.joins
    inward, outward = access_lists(join, "in"), access_lists(join, "out")
    publish = next(rule for rule in join.rules if rule.name == "publish")
    near: IPv4Address = next(publish.sources4[0].hosts())
    far: IPv4Address = next(publish.targets4[0].hosts())
    there: dict[str, object] = {"protocol": 6, "source": near, "target": far}
    back: dict[str, object] = {"protocol": 6, "source": far, "target": near}
    assert passes(outward, **there, sport=40000, dport=443)
    assert not passes(outward, **there, sport=40000, dport=444)
    assert passes(inward, **back, sport=443, dport=40000, ack=True)
    assert not passes(inward, **back, sport=443, dport=40000, ack=False)
    assert not passes(inward, **back, sport=40000, dport=443, ack=True)
    assert passes(outward, **(there | {"protocol": 1}), icmp=8)
    assert passes(inward, **(back | {"protocol": 1}), icmp=0)
    assert not passes(inward, **(back | {"protocol": 1}), icmp=8)
    assert not passes(outward, **(there | {"protocol": 17}), sport=40000, dport=5000)


def test_names_of_lists_are_distinct_and_short(demo: Prepared) -> None:
    gateway: Any = demo.facts["gov-gw1"].roles["gateway"]
    [join] = gateway.joins
    long = replace(join.rules[0], counter="g" * 32 + "-" + "f" * 32)
    made = replace(join, rules=(*join.rules, long))
    names = [each.name for way in ("in", "out") for each in access_lists(made, way)]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 60


def test_the_sid_of_a_vpn_is_the_one_that_is_planned(demo: Prepared) -> None:
    """Locator, function and argument lengths put the opcode where the plan's SID has it."""
    vpns: Any = demo.facts["gov-gw1"].roles["vpn"]
    srv6: Any = demo.facts["gov-gw1"].roles["srv6"]
    text = render(demo)["gov-gw1"].files["config.xml"]
    args = 128 - srv6.locator.prefixlen - srv6.function_length
    assert f"<args-length>{args}</args-length>" in text
    for vrf in vpns.vrfs:
        assert f"<value>{platform.opcode(vrf.function)}</value>" in text
        assert int(vrf.sid) == int(srv6.locator.network_address) | vrf.function << args
