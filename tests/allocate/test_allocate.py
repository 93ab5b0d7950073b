"""Numbers have the shapes that RFCs ask for; pins are kept; clashes are said."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import Any

import pytest

from citynet.allocate import Plan
from citynet.allocate.links import ip_links
from tests.cities import city, edited, planned, raw


@pytest.fixture
def plan() -> Plan:
    return planned(raw())


def test_domains_have_private_numbers_of_their_own(plan: Plan) -> None:
    government, crossdomain = plan.domains["government"], plan.domains["crossdomain"]
    for each in (government, crossdomain):
        assert 64512 <= each.asn <= 65534  # RFC 6996
        assert each.loopbacks.subnet_of(IPv6Network("fd00::/8"))  # RFC 4193
        assert each.locators.subnet_of(IPv6Network("5f00::/16"))  # RFC 9602
    assert government.asn != crossdomain.asn
    assert not government.locators.overlaps(crossdomain.locators)


def test_a_node_is_made_of_one_number(plan: Plan) -> None:
    node, domain = plan.nodes["g-acc"], plan.domains["government"]
    assert int(node.loopback) & 0xFFFFFFFF == node.number
    assert node.locator.subnet_of(domain.locators)
    assert node.locator.prefixlen == 64
    assert int(node.locator.network_address) >> 64 & 0xFFFFFFFF == node.number
    assert int(node.router_id) == node.number
    assert node.net == f"{domain.area}.0000.{node.number >> 16:04x}.{node.number & 0xFFFF:04x}.00"


def test_a_sid_is_the_locator_and_the_function(plan: Plan) -> None:
    sid = int(plan.attachments["g-acc", "health"].sid)
    assert IPv6Address(sid) in plan.nodes["g-acc"].locator
    assert sid >> 48 & 0xFFFF == plan.vpns["health"].function
    assert sid & (1 << 48) - 1 == 0


def test_a_vpn_is_attached_at_endpoints_and_gateways_only(plan: Plan) -> None:
    assert set(plan.attachments) == {
        ("g-acc", "health"),
        ("g-core", "health"),
        ("g-gw", "health"),
        ("x-core", "trade"),
        ("x-gw", "trade"),
    }


def test_the_two_ends_of_a_link_share_a_127(plan: Plan) -> None:
    for link in plan.links.values():
        a, b = (end.address for end in link.ends)
        assert a.network == b.network
        assert a.network.prefixlen == 127
        assert int(b.ip) == int(a.ip) + 1


def test_customers_are_beside_the_router(plan: Plan) -> None:
    for each in plan.endpoints.values():
        assert each.customer_ipv4.network == each.ipv4.network
        assert each.customer_ipv6.network == each.ipv6.network
        assert each.customer_ipv4.ip != each.ipv4.ip


@pytest.mark.parametrize(
    ("family", "router", "customer"),
    [
        ("ipv4", "192.0.2.1/24", "192.0.2.2/24"),
        ("ipv4", "192.0.2.254/24", "192.0.2.253/24"),
        ("ipv4", "192.0.2.1/30", "192.0.2.2/30"),
        ("ipv4", "192.0.2.2/30", "192.0.2.1/30"),
        ("ipv4", "192.0.2.0/31", "192.0.2.1/31"),
        ("ipv4", "192.0.2.1/31", "192.0.2.0/31"),
        ("ipv6", "fd09::1/64", "fd09::2/64"),
        ("ipv6", "fd09::ffff:ffff:ffff:ffff/64", "fd09::ffff:ffff:ffff:fffe/64"),
        ("ipv6", "fd09::/127", "fd09::1/127"),
        ("ipv6", "fd09::1/127", "fd09::/127"),
    ],
)
def test_the_customer_of_a_pinned_address_is_beside_it(
    family: str, router: str, customer: str
) -> None:
    plan = planned(edited({f"vpns.health.endpoints.one.{family}": router}))
    assert str(getattr(plan.endpoints["health", "one"], f"customer_{family}")) == customer


def test_interface_names_fit_linux_and_are_unique(plan: Plan) -> None:
    names = [(end.node, end.interface) for link in plan.links.values() for end in link.ends]
    names += [(each.node, each.interface) for each in plan.endpoints.values()]
    names += [
        (end.node, end.interface)
        for gateway in plan.gateways.values()
        for join in gateway.joins
        for end in join.ends
    ]
    assert len(set(names)) == len(names)
    assert all(len(name) <= 15 for _, name in names)


@pytest.mark.parametrize(
    ("path", "value", "read"),
    [
        ("nodes.g-acc.number", 17, lambda plan: plan.nodes["g-acc"].number),
        ("nodes.g-acc.loopback", "fd00::17", lambda plan: str(plan.nodes["g-acc"].loopback)),
        ("nodes.g-acc.router_id", "1.2.3.4", lambda plan: str(plan.nodes["g-acc"].router_id)),
        (
            "nodes.g-acc.net",
            "49.0001.0000.0000.0017.00",
            lambda plan: plan.nodes["g-acc"].net,
        ),
        (
            "links.x-link.prefix",
            "fd00:9::/127",
            lambda plan: str(plan.links["x-link"].ends[0].address.network),
        ),
        (
            "links.x-link.interfaces",
            {"x-gw": "eth7"},
            lambda plan: {"x-gw": plan.links["x-link"].end("x-gw").interface},
        ),
        ("domains.government.asn", 64512, lambda plan: plan.domains["government"].asn),
        ("domains.government.area", "49.0001", lambda plan: plan.domains["government"].area),
        *(
            ("vpns.health.route_target", text, lambda plan: plan.vpns["health"].route_target)
            for text in ("64600:1", "65535:4294967295", "4294967295:65535", "192.0.2.1:65535")
        ),
        ("vpns.health.table", 5000, lambda plan: plan.vpns["health"].table),
        ("vpns.health.function", 0x1234, lambda plan: plan.vpns["health"].function),
        (
            "vpns.health.endpoints.one.interface",
            "eth9",
            lambda plan: plan.endpoints["health", "one"].interface,
        ),
    ],
)
def test_pins_are_kept(path: str, value: Any, read: Any) -> None:
    assert read(planned(edited({path: value}))) == value


def test_vpns_that_never_meet_may_use_the_same_subnet() -> None:
    source = raw()
    source["gateways"] = {}
    source["vpns"]["health"]["endpoints"]["one"]["ipv4"] = "10.0.0.1/24"
    source["vpns"]["trade"]["endpoints"]["desk"]["ipv4"] = "10.0.0.1/24"
    assert planned(source).endpoints["trade", "desk"].ipv4.ip == IPv4Address("10.0.0.1")


def test_a_ring_written_backwards_is_the_same_ring() -> None:
    source = raw()
    source["rings"]["ring"]["nodes"].reverse()
    assert planned(source).links == planned(raw()).links


def test_a_link_rides_the_shorter_way_round_its_ring() -> None:
    source = raw()
    for name in ("a1", "a2"):
        source["nodes"][name] = {"site": "hall", "domain": "government", "role": "aggregation"}
    source["rings"]["ring"]["nodes"] = ["g-core", "a1", "g-acc", "a2", "g-gw"]
    source["links"]["express"] = {"ends": ["g-core", "g-acc"], "ring": "ring"}
    links = {link.id: link for link in ip_links(city(source))}
    assert links["express"].spans == ("ring/a1~g-core", "ring/a1~g-acc")
    assert len([link for link in links.values() if link.origin == ("rings", "ring")]) == 5
