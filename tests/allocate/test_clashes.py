"""Two that hold one number are told at the pin of each, once, with advice that helps there."""

from typing import Any

import pytest

from citynet.errors import InventoryError
from tests.cities import Raw, edited, planned, problems, raw

ANOTHER = "pin another `{}`, if this is the newer one"
FREE = "pin `{}`, if this is the newer one"
RENAME = "rename the newer one"

Told = dict[str, str]
"""The places where a clash is told, each with its advice."""


def told(source: Raw, words: str) -> Told:
    """What is said, if each line of it has the words."""
    found = {}
    with pytest.raises(InventoryError) as caught:
        planned(source)
    for each in caught.value.problems:
        assert words in each.what
        found[".".join(map(str, each.path))] = str(each.hint)
    assert len(found) == len(caught.value.problems)
    return found


def both(key: str, *places: str) -> Told:
    return dict.fromkeys(places, ANOTHER.format(key))


@pytest.mark.parametrize(
    ("edits", "words", "where"),
    [
        (
            {"nodes.g-acc.number": 7, "nodes.g-gw.number": 7},
            "both have number 7",
            both("number", "nodes.g-acc.number", "nodes.g-gw.number"),
        ),
        (
            {"nodes.g-acc.loopback": "2001:db8::1", "nodes.x-gw.loopback": "2001:db8::1"},
            "both have loopback 2001:db8::1",
            both("loopback", "nodes.g-acc.loopback", "nodes.x-gw.loopback"),
        ),
        (
            {"nodes.g-acc.router_id": "10.0.0.1", "nodes.g-gw.router_id": "10.0.0.1"},
            "both have router id 10.0.0.1",
            both("router_id", "nodes.g-acc.router_id", "nodes.g-gw.router_id"),
        ),
        (
            {
                "domains.government.pools": {"locators": "5f00:1::/32"},
                "nodes.g-acc.locator": "5f00:1:0:7::/64",
                "nodes.g-gw.locator": "5f00:1:0:7::/64",
            },
            "both have locator 5f00:1:0:7::/64",
            both("locator", "nodes.g-acc.locator", "nodes.g-gw.locator"),
        ),
        (
            {
                "domains.government.pools": {"locators": "5f00:1::/32"},
                "nodes.g-acc.locator": "5f00:1:0:7::/64",
                "nodes.g-gw.number": 7,
            },
            "both have locator 5f00:1:0:7::/64",
            {
                "nodes.g-acc.locator": ANOTHER.format("locator"),
                "nodes.g-gw.number": ANOTHER.format("number"),
            },
        ),
        (
            {
                "nodes.g-acc.net": "49.0001.0000.0000.0001.00",
                "nodes.g-gw.net": "49.0002.0000.0000.0001.00",
            },
            "both have system id 0000.0000.0001",
            both("net", "nodes.g-acc.net", "nodes.g-gw.net"),
        ),
        (
            {"nodes.g-acc.net": "49.0001.0000.0000.0011.00", "nodes.g-gw.number": 0x11},
            "both have system id 0000.0000.0011",
            {
                "nodes.g-acc.net": ANOTHER.format("net"),
                "nodes.g-gw.number": ANOTHER.format("number"),
            },
        ),
        (
            {"domains.government.asn": 64600, "domains.crossdomain.asn": 64600},
            "both have AS 64600",
            both("asn", "domains.government.asn", "domains.crossdomain.asn"),
        ),
        (
            {"domains.government.area": "49.0001", "domains.crossdomain.area": "49.0001"},
            "both have area 49.0001",
            both("area", "domains.government.area", "domains.crossdomain.area"),
        ),
        (
            {"vpns.health.route_target": "1:1", "vpns.trade.route_target": "01:0001"},
            "both have route target 1:1",
            both("route_target", "vpns.health.route_target", "vpns.trade.route_target"),
        ),
        (
            {
                "vpns.other": {"domain": "government", "endpoints": {"one": {"node": "g-core"}}},
                "vpns.other.table": 5000,
                "vpns.health.table": 5000,
            },
            "both have table 5000",
            both("table", "vpns.health.table", "vpns.other.table"),
        ),
        (
            {
                "vpns.other": {
                    "domain": "government",
                    "endpoints": {"one": {"node": "g-core"}, "two": {"node": "g-acc"}},
                    "function": 0x1234,
                },
                "vpns.health.function": 0x1234,
            },
            "both have SID ",
            both("function", "vpns.health.function", "vpns.other.function"),
        ),
        (
            {
                "links.x-link.prefix": "2001:db8::/127",
                "rings.ring.spans": {"g-acc~g-gw": {"prefix": "2001:db8::/127"}},
            },
            "both have prefix 2001:db8::/127",
            {
                "links.x-link.prefix": ANOTHER.format("prefix"),
                "rings.ring.spans.g-acc~g-gw.prefix": ANOTHER.format("spans.g-acc~g-gw.prefix"),
            },
        ),
        (
            {
                "vpns.health.endpoints.one.interface": "eth9",
                "links.again": {"ends": ["g-acc", "g-gw"], "interfaces": {"g-acc": "eth9"}},
            },
            "both have interface eth9 of g-acc",
            {
                "links.again.interfaces.g-acc": ANOTHER.format("interfaces"),
                "vpns.health.endpoints.one.interface": ANOTHER.format("interface"),
            },
        ),
        (
            {
                "links.health": {"ends": ["g-acc", "g-gw"]},
            },
            "both have interface health of g-acc",
            {"links.health": FREE.format("interfaces"), "vpns.health": RENAME},
        ),
        (
            {
                "links.gate": {"ends": ["g-acc", "g-gw"]},
                "gateways.gate.interfaces": {"g-gw": "gate"},
            },
            "both have interface gate of g-gw",
            {
                "links.gate": FREE.format("interfaces"),
                "gateways.gate.interfaces.g-gw": ANOTHER.format("interfaces"),
            },
        ),
        (
            {"links.g-core-ring": {"ends": ["g-acc", "g-core"]}},
            "interface g-core-ring of g-acc",
            {
                "links.g-core-ring": FREE.format("interfaces"),
                "rings.ring": FREE.format("spans.g-acc~g-core.interfaces"),
            },
        ),
        (
            {
                "vpns.health.endpoints.one.ipv4": "10.9.0.1/16",
                "vpns.trade.endpoints.desk.ipv4": "10.9.8.1/24",
            },
            "endpoints health/one (10.9.0.0/16) and trade/desk (10.9.8.0/24) have overlapping",
            both("ipv4", "vpns.health.endpoints.one.ipv4", "vpns.trade.endpoints.desk.ipv4"),
        ),
    ],
)
def test_a_clash_is_told_at_both_places_once(
    edits: dict[str, Any], words: str, where: Told
) -> None:
    assert told(edited(edits), words) == where


def test_one_system_id_in_two_domains_is_no_clash() -> None:
    source = raw()
    source["nodes"]["g-acc"]["net"] = source["nodes"]["x-gw"]["net"] = "49.0001.0000.0000.0001.00"
    assert planned(source)


def test_three_that_hold_one_number_are_told_with_the_first() -> None:
    said = problems(edited({f"nodes.{name}.number": 7 for name in ("g-acc", "g-core", "g-gw")}))
    assert len(said) == 4
    assert {line.partition(": ")[0] for line in said} == {
        f"nodes.{name}.number" for name in ("g-acc", "g-core", "g-gw")
    }
