"""Wuhan is what the report's section 6.3 counts, and holds what its README promises."""

from collections import Counter
from pathlib import Path

import pytest

from citynet.build import Context
from citynet.model import NodeRole
from citynet.pipeline import prepare

WUHAN = Path(__file__).parents[2] / "inventory" / "wuhan"


@pytest.fixture(scope="module")
def wuhan() -> Context:
    return prepare(WUHAN).context


def test_the_counts_of_the_report(wuhan: Context) -> None:
    nodes = [node for node in wuhan.city.nodes.values() if node.domain == "government"]
    roles = Counter(node.role for node in nodes)
    assert roles[NodeRole.CORE] == 2
    assert roles[NodeRole.AGGREGATION] == 13
    assert roles[NodeRole.SERVICE] == 22
    assert len(wuhan.city.nodes) == 45
    government = [ring for ring in wuhan.city.rings.values() if "gov-core1" in ring.nodes]
    assert len(government) == 4
    assert set(wuhan.city.networks) == {"egov", "video", "info"}


def test_rings_share_the_cores_and_nothing_else(wuhan: Context) -> None:
    rings = [ring.nodes for ring in wuhan.city.rings.values() if "gov-core1" in ring.nodes]
    counts = Counter(name for nodes in rings for name in nodes)
    assert {name for name, count in counts.items() if count > 1} == {"gov-core1", "gov-core2"}
    assert all(len(nodes) in {5, 6} for nodes in rings)


def test_service_nodes_are_dual_homed_to_neighbours_of_one_ring(wuhan: Context) -> None:
    city = wuhan.city
    spans = {
        frozenset(pair)
        for ring in city.rings.values()
        for pair in zip(ring.nodes, ring.nodes[1:], strict=False)
    }
    for name, node in city.nodes.items():
        if node.role is NodeRole.SERVICE:
            ends = [link.ends for link in city.links.values() if name in link.ends]
            peers = {end for pair in ends for end in pair} - {name}
            assert len(ends) == len(peers) == 2
            assert frozenset(peers) in spans


def test_each_service_node_serves_its_network_only(wuhan: Context) -> None:
    served = Counter[str]()
    for vpn in wuhan.city.vpns.values():
        for endpoint in vpn.endpoints.values():
            node = wuhan.city.nodes[endpoint.node]
            assert node.network == vpn.network
            served[endpoint.node] += 1
    assert all(
        served[name] for name, node in wuhan.city.nodes.items() if node.role is NodeRole.SERVICE
    )


def test_interface_names_say_where_they_lead(wuhan: Context) -> None:
    names = {end.interface for link in wuhan.plan.links.values() for end in link.ends}
    names |= {each.interface for each in wuhan.plan.endpoints.values()}
    assert all(len(name) <= 15 for name in names)
    assert "gov-core2-ring1" in names
    assert "apply-dongxihu" in names


def test_bfd_is_relaxed_for_the_whole_city(wuhan: Context) -> None:
    assert wuhan.city.city.options == {"underlay": {"bfd_interval": 1000}}
