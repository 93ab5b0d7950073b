"""Pools hold what is made of them, and say what the least is; pins are where they can be used."""

from contextlib import suppress
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citynet.errors import InventoryError
from tests.cities import edited, planned, problems

POOLS = {
    "domains.government.pools.loopbacks": ("fd12::", 128, 3),
    "domains.government.pools.links": ("fd12::", 127, 3),
    "domains.government.pools.locators": ("5f00::", 64, 3),
    "city.customers_ipv4": ("10.0.0.0", 28, 2),
    "city.customers_ipv6": ("fd12::", 64, 2),
}
"""Where a pool is pinned: a base, the length of what is made of it, and how many the city has."""


@st.composite
def pools(draw: st.DrawFn) -> tuple[str, str]:
    """A pool, and any prefix of any length in it."""
    path = draw(st.sampled_from(sorted(POOLS)))
    bits = ip_network(POOLS[path][0]).prefixlen
    length = draw(st.integers(0, bits))
    number = draw(st.integers(0, 2**bits - 1))
    network = ip_network(POOLS[path][0])
    first = type(network)((number >> (bits - length) << (bits - length), length))
    return path, str(first)


@settings(max_examples=500, deadline=None)
@given(pools())
def test_any_pool_makes_a_plan_or_a_problem(pool: tuple[str, str]) -> None:
    path, prefix = pool
    _, length, need = POOLS[path]
    least = length - (need - 1).bit_length()
    if ip_network(prefix).prefixlen > least:
        said = [line for line in problems(edited({path: prefix})) if line.startswith(f"{path}: ")]
        assert f"expected /{least} or shorter" in said[-1]
        return
    with suppress(InventoryError):  # what a pool overlaps, or is too tight for, is said
        planned(edited({path: prefix}))


@pytest.mark.parametrize("path", sorted(POOLS))
def test_every_length_of_every_pool_is_answered(path: str) -> None:
    base, length, need = POOLS[path]
    least = length - (need - 1).bit_length()
    for prefix in range(least + 1, ip_network(base).prefixlen + 1):
        (line,) = problems(edited({path: f"{base}/{prefix}"}))
        room = 2 ** (length - prefix) if prefix <= length else 0
        assert line == (
            f"{path}: pool {base}/{prefix} is too small: it has {room} /{length} and {need} are "
            f"needed, expected /{least} or shorter"
        )


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 65534))
def test_any_as_number_makes_a_plan(asn: int) -> None:
    assert planned(edited({"domains.government.asn": asn})).domains["government"].asn == asn


BLOCK = {"domains.government.pools": {"locators": "5f00:1::/32"}}


@pytest.mark.parametrize(
    ("edits", "where", "words"),
    [
        (
            {**BLOCK, "nodes.g-acc.locator": "5f00:1:2::/48"},
            "nodes.g-acc.locator",
            "expected a /64",
        ),
        (
            {**BLOCK, "nodes.g-acc.locator": "5f00:2:0:17::/64"},
            "nodes.g-acc.locator",
            "is outside 5f00:1::/32, the block of domain government, expected a /64 of 5f00:1::/32",
        ),
        (
            {"nodes.g-acc.locator": "2001:db8:0:1::/64"},
            "nodes.g-acc.locator",
            "pin `pools.locators` of government",
        ),
        (
            {"vpns.health.endpoints.one.ipv4": "192.0.2.1/32"},
            "vpns.health.endpoints.one.ipv4",
            "expected room for two hosts",
        ),
        (
            {"vpns.health.endpoints.one.ipv6": "fd09::1/128"},
            "vpns.health.endpoints.one.ipv6",
            "expected room for two hosts",
        ),
        ({"links.x-link.prefix": "fd00::/64"}, "links.x-link.prefix", "expected a /127"),
    ],
)
def test_pins_that_do_not_fit_are_said(edits: dict[str, Any], where: str, words: str) -> None:
    (line,) = problems(edited(edits))
    assert line.startswith(f"{where}: ")
    assert words in line


def test_a_locator_may_be_pinned_inside_its_domains_block() -> None:
    plan = planned(edited({**BLOCK, "nodes.g-acc.locator": "5f00:1:0:17::/64"}))
    assert str(plan.nodes["g-acc"].locator) == "5f00:1:0:17::/64"


def test_what_is_pinned_needs_no_room() -> None:
    edits = {f"nodes.{node}.loopback": f"fd00::{len(node)}" for node in ("g-acc", "g-core")}
    path = "domains.government.pools.loopbacks"
    assert planned(edited({**edits, path: "fd12::/128"}))
    assert (
        "2 are needed"
        in problems(edited({"nodes.g-acc.loopback": "fd00::1", path: "fd12::/128"}))[0]
    )
