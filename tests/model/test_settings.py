"""Settings of one run: what they reach, and what is said of those that reach nothing."""

from typing import Any

import pytest

from citynet.errors import CitynetError, InventoryError
from citynet.model import City, Transport
from citynet.model.settings import with_settings
from citynet.pipeline import prepare
from tests.cities import DEMO, city, raw


@pytest.fixture
def tiny() -> City:
    return city(raw())


def test_one_node(tiny: City) -> None:
    after = with_settings(tiny, {"nodes.g-acc.platform": "toy"})
    platforms = {name: node.platform for name, node in after.nodes.items()}
    assert platforms == {**dict.fromkeys(tiny.nodes), "g-acc": "toy"}
    assert after.model_copy(update={"nodes": tiny.nodes}) == tiny


@pytest.mark.parametrize(
    ("pattern", "nodes"),
    [
        ("*", {"g-core", "g-acc", "g-gw", "x-core", "x-gw"}),
        ("g-*", {"g-core", "g-acc", "g-gw"}),
        ("role_core", {"g-core", "x-core"}),
        ("domain_crossdomain", {"x-core", "x-gw"}),
        ("site_hall", {"g-core", "g-acc", "g-gw", "x-core", "x-gw"}),
    ],
)
def test_wildcards_and_groups(tiny: City, pattern: str, nodes: set[str]) -> None:
    after = with_settings(tiny, {f"nodes.{pattern}.platform": "toy"})
    assert {name for name, node in after.nodes.items() if node.platform == "toy"} == nodes


def test_later_settings_are_over_earlier_ones(tiny: City) -> None:
    settings = {"nodes.*.platform": "toy", "platform": "frr", "nodes.g-gw.platform": "other"}
    after = with_settings(tiny, settings)
    assert after.city.platform == "frr"
    assert {node.platform for node in after.nodes.values()} == {None, "other"}


def test_values_are_checked_and_converted(tiny: City) -> None:
    after = with_settings(
        tiny, {"domains.*.transport": "evpn-vxlan", "links.x-link.metric": 20, "vpns.h*.label": "x"}
    )
    assert {each.transport for each in after.domains.values()} == {Transport.EVPN_VXLAN}
    assert after.links["x-link"].metric == 20
    assert [after.vpns[name].label for name in ("health", "trade")] == ["x", None]


def test_flows_keep_their_from(tiny: City) -> None:
    after = with_settings(tiny, {"gateways.gate.label": "x"})
    assert after.gateways["gate"].allow == tiny.gateways["gate"].allow


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("plattform", "x", "expected platform, options.ROLE.NAME or SECTION.NAME.KEY; did you"),
        ("nodes.g-acc", "x", "expected platform"),
        ("nodes.g-acc.a.b", "x", "expected platform"),
        ("nodes..platform", "x", "expected platform"),
        ("options.underlay", "x", "expected platform"),
        ("node.g-acc.platform", "x", "no section 'node'; did you mean 'nodes'"),
        ("city.name.x", "x", "no section 'city'"),
        ("nodes.g-ac.platform", "x", "nodes has no 'g-ac'; did you mean 'g-acc'"),
        ("nodes.g-acc.platfrm", "x", "g-acc has no 'platfrm'; did you mean 'platform'"),
        ("nodes.g-acc.role", "cor", "'cor' is no value of 'role', expected one of core, "),
        ("platform", None, "nothing is no value of 'platform', expected a platform: small "),
        ("platform", 7, "7 is no value of 'platform', expected a platform"),
        ("nodes.role_cores.platform", "x", "nodes has no 'role_cores'"),
    ],
)
def test_what_cannot_be_set_is_said(tiny: City, key: str, value: str, words: str) -> None:
    with pytest.raises(CitynetError) as caught:
        with_settings(tiny, {key: value})
    assert f"{key!r} cannot be set, " in str(caught.value)
    assert words in str(caught.value)


def test_the_rules_of_an_inventory_hold_for_what_is_set() -> None:
    with pytest.raises(InventoryError) as caught:
        prepare(DEMO, settings={"nodes.role_core.reflects": False})
    said: list[Any] = [str(each) for each in caught.value.problems]
    assert len(said) == 2
    assert all("has VPNs but no node that reflects their routes" in each for each in said)
    assert all("inventory/demo/city.yaml:" in each for each in said)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("nodes.gov-agg1.site", "nowhere", "there is no site `nowhere`"),
        ("nodes.role_core.platform", "fr", "there is no platform 'fr', which node gov-core1 has"),
        ("platform", "huawei", "there is no platform 'huawei', which node gov-acc1 has"),
        ("options.nope.mtu", 5, "no role is called 'nope'"),
        ("options.underlay.mtuu", 5, "unknown key `mtuu`"),
        ("options.underlay.mtu", 5, "1596"),
    ],
)
def test_what_a_setting_makes_wrong_names_the_setting(key: str, value: object, words: str) -> None:
    with pytest.raises(InventoryError) as caught:
        prepare(DEMO, settings={"options.underlay.hello_interval": 9, key: value})
    assert caught.value.problems
    for each in caught.value.problems:
        assert str(each).startswith(f"setting {key}: ")
        assert words.replace("gov-core1", str(each.path[1])) in str(each)
