"""No two have one space: pools, pinned loopbacks and links, customers' subnets."""

from ipaddress import IPv6Network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citynet.allocate.spaces import Space, _inside
from tests.cities import edited, planned, problems, raw
from tests.work import calls

GOV, CROSS = "domains.government.pools", "domains.crossdomain.pools"
ONE, DESK = "vpns.health.endpoints.one.ipv6", "vpns.trade.endpoints.desk.ipv6"
OWN = {GOV: {"loopbacks": "fd12:1::/64", "links": "fd12:2::/64", "locators": "5f00:1::/32"}}


@pytest.mark.parametrize(
    ("edits", "places", "words"),
    [
        (
            {**OWN, CROSS: {"locators": "5f00:1::/40"}},
            {f"{GOV}.locators", f"{CROSS}.locators"},
            ", expected space of its own; pin another `pools.locators`, if this is the newer one",
        ),
        (
            {GOV: {"loopbacks": "fd12::/64", "links": "fd12::/64"}},
            {f"{GOV}.loopbacks", f"{GOV}.links"},
            "pool `links` fd12::/64 of domain government is inside pool `loopbacks` fd12::/64",
        ),
        (
            {**OWN, "city.customers_ipv6": "5f00::/16"},
            {"city.customers_ipv6", f"{GOV}.locators"},
            "is inside pool `customers_ipv6` 5f00::/16 of the city",
        ),
        (
            {**OWN, "city.customers_ipv6": "5f00:1:8000::/34"},
            {"city.customers_ipv6", f"{GOV}.locators"},
            "pool `customers_ipv6` 5f00:1:8000::/34 of the city is inside pool `locators`",
        ),
        (
            {**OWN, "city.customers_ipv6": "fd12::/16"},
            {"city.customers_ipv6", f"{GOV}.loopbacks"},
            "pool `loopbacks` fd12:1::/64 of domain government is inside pool `customers_ipv6`",
        ),
        ({**OWN, ONE: "5f00:1:2::1/64"}, {ONE, f"{GOV}.locators"}, "is inside pool `locators`"),
        (
            {**OWN, DESK: "5f00::1/16"},
            {DESK, f"{GOV}.locators"},
            "is inside ipv6 5f00::/16 of endpoint trade/desk",
        ),
        ({**OWN, ONE: "fd12:1::1/64"}, {ONE, f"{GOV}.loopbacks"}, "is inside pool `loopbacks`"),
        ({**OWN, DESK: "fd12:2::1/112"}, {DESK, f"{GOV}.links"}, "is inside pool `links`"),
        (
            {ONE: "2001:db8::1/64", "nodes.x-gw.loopback": "2001:db8::7"},
            {ONE, "nodes.x-gw.loopback"},
            "loopback 2001:db8::7 of node x-gw is inside ipv6 2001:db8::/64 of endpoint health/one",
        ),
        (
            {ONE: "2001:db8::1/64", "links.x-link.prefix": "2001:db8::4/127"},
            {ONE, "links.x-link.prefix"},
            "prefix 2001:db8::4/127 of link x-link is inside ipv6 2001:db8::/64",
        ),
        (
            {**OWN, "nodes.g-acc.loopback": "5f00:1:0:1::1"},
            {"nodes.g-acc.loopback", f"{GOV}.locators"},
            "loopback 5f00:1:0:1::1 of node g-acc is inside pool `locators` 5f00:1::/32",
        ),
        (
            {**OWN, "nodes.x-gw.loopback": "fd12:1::9"},
            {"nodes.x-gw.loopback", f"{GOV}.loopbacks"},
            "loopback fd12:1::9 of node x-gw is inside pool `loopbacks` fd12:1::/64",
        ),
        (
            {**OWN, "links.x-link.prefix": "fd12:2::/127"},
            {"links.x-link.prefix", f"{GOV}.links"},
            "prefix fd12:2::/127 of link x-link is inside pool `links` fd12:2::/64",
        ),
        (
            {**OWN, "rings.ring.spans": {"g-acc~g-gw": {"prefix": "fd12:1::/127"}}},
            {"rings.ring.spans.g-acc~g-gw.prefix", f"{GOV}.loopbacks"},
            "prefix fd12:1::/127 of link ring/g-acc~g-gw is inside pool `loopbacks`",
        ),
        (
            {"nodes.g-acc.loopback": "2001:db8::1", "links.x-link.prefix": "2001:db8::/127"},
            {"nodes.g-acc.loopback", "links.x-link.prefix"},
            "loopback 2001:db8::1 of node g-acc is inside prefix 2001:db8::/127 of link x-link",
        ),
    ],
)
def test_space_that_two_have_is_told_at_their_pins(
    edits: dict[str, Any], places: set[str], words: str
) -> None:
    said = problems(edited(edits))
    assert {line.partition(": ")[0] for line in said} == places
    assert any(words in line for line in said), said
    assert len(said) == len(places)


def test_a_pin_inside_what_is_allocated_is_told_at_the_pin() -> None:
    loopbacks = planned(raw()).domains["crossdomain"].loopbacks
    (line,) = problems(edited({"nodes.g-acc.loopback": str(loopbacks[5])}))
    assert line.startswith("nodes.g-acc.loopback: ")


@pytest.mark.parametrize(
    "edits",
    [
        {**OWN, "nodes.g-acc.loopback": "fd12:1::9"},
        {**OWN, "nodes.g-acc.loopback": "2001:db8::9", "nodes.g-gw.loopback": "2001:db8::10"},
        {**OWN, "rings.ring.spans": {"g-acc~g-gw": {"prefix": "fd12:2::/127"}}},
        {**OWN, "city.customers_ipv6": "fd00::/8", ONE: "fd12:3::1/64"},
        {**OWN, "city.customers_ipv6": "2001:db8::/32", ONE: "fd12:3::1/64"},
        {ONE: "fd12:3::1/64", "vpns.health.endpoints.two.ipv6": "fd12:4::1/64", "gateways": {}},
        {ONE: "fd12:3::1/64", DESK: "fd12:3::1/64", "gateways": {}},
        {ONE: "fd12:3::1/48", DESK: "fd12:3::1/64", "gateways": {}},
    ],
)
def test_space_of_its_own_is_fine(edits: dict[str, Any]) -> None:
    assert planned(edited(edits))


@st.composite
def spaces(draw: st.DrawFn) -> Space:
    """Anything of a few kinds in a space so small that much is inside something else."""
    length = draw(st.integers(122, 128))
    number = draw(st.integers(0, 63)) >> (128 - length) << (128 - length)
    last = number + (1 << (128 - length)) - 1
    kind, domain = draw(st.sampled_from("ab")), draw(st.sampled_from("xy"))
    return Space(number, last, kind, domain, draw(st.booleans()), "", ("a",), "a", pinned=True)


@settings(max_examples=500, deadline=None)
@given(st.lists(spaces(), max_size=12))
def test_something_is_found_just_where_comparing_all_pairs_finds_it(found: list[Space]) -> None:
    every = [
        (one, other)
        for at, one in enumerate(found)
        for other in found[at + 1 :]
        if one.first <= other.last and other.first <= one.last and not one.may_have(other)
    ]
    assert bool(list(_inside(found))) == bool(every)
    for inner, outer in _inside(found):
        assert outer.first <= inner.first <= inner.last <= outer.last
        assert not outer.may_have(inner)


@pytest.mark.parametrize("same", [True, False])
def test_comparing_is_linear(same: bool) -> None:  # noqa: FBT001 - a case
    base = int(IPv6Network("fd12::/64").network_address)

    def work(count: int) -> int:
        many = [
            Space(first, first + 3, "customers", "", False, "", ("a",), "a", pinned=True)  # noqa: FBT003
            for number in range(count)
            for first in (base if same else base + 4 * number,)
        ]
        return calls(lambda: list(_inside(many)))

    assert work(4_000) < 4.2 * work(1_000)
