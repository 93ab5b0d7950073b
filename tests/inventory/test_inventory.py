"""The city as an inventory: groups, variables, and the shapes of `ansible-inventory`."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from citynet.build import Context
from citynet.cli.main import run
from citynet.errors import CitynetError
from citynet.inventory import groups_of, safe_group
from citynet.inventory.ansible import as_graph, as_list, members
from citynet.inventory.hosts import host_vars
from citynet.inventory.table import COLUMNS, print_table
from citynet.pipeline import prepare

ROOT = Path(__file__).parents[2]
DEMO = str(ROOT / "inventory" / "demo")
SAFE = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")


@pytest.fixture(scope="module")
def demo() -> Context:
    return prepare(ROOT / "inventory" / "demo").context


@pytest.fixture(scope="module")
def wuhan() -> Context:
    return prepare(ROOT / "inventory" / "wuhan").context


def printed(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["inventory", "-i", DEMO, *arguments]) == 0
    return capfd.readouterr().out


def test_groups_of_a_node(demo: Context, wuhan: Context) -> None:
    assert groups_of(demo, "gov-core1") == (
        "domain_government",
        "platform_frr",
        "ring_gov_ring",
        "role_core",
        "site_civic_centre",
    )
    assert groups_of(wuhan, "svc-05") == (
        "domain_government",
        "network_info",
        "platform_frr",
        "role_service",
        "site_jianghan",
    )
    assert {"ring_ring1", "ring_ring2", "ring_ring3", "ring_ring4"} < set(
        groups_of(wuhan, "gov-core1")
    )


def test_a_node_is_in_the_networks_of_its_vpns(demo: Context) -> None:
    assert {"network_egov", "network_video"} < set(groups_of(demo, "gov-acc1"))
    assert not any(group.startswith("network_") for group in groups_of(demo, "x-acc1"))


def test_unknown_nodes(demo: Context) -> None:
    with pytest.raises(KeyError):
        groups_of(demo, "gov-core9")
    with pytest.raises(CitynetError, match="did you mean 'gov-core"):
        host_vars(demo, "gov-core9")


def test_group_names_are_safe_and_each_its_own(wuhan: Context) -> None:
    groups = members(wuhan)
    assert all(SAFE.match(group) for group in groups)
    assert not groups.keys() & wuhan.city.nodes.keys()
    assert len(groups["role_aggregation"]) == 13
    assert len(groups["role_service"]) == 22
    assert safe_group("ring", "a-b") == "ring_a_b"


def test_list_has_the_shape_that_ansible_prints(demo: Context) -> None:
    found: dict[str, Any] = as_list(demo)
    assert found["all"] == {"children": ["ungrouped", *members(demo)]}
    assert found["role_core"] == {"hosts": ["gov-core1", "gov-core2", "x-core1", "x-core2"]}
    assert set(found) == {"_meta", "all", *members(demo)}
    variables = found["_meta"]["hostvars"]
    assert set(variables) == set(demo.city.nodes)
    numbers = demo.plan.nodes["gov-acc1"]
    links = variables["gov-acc1"].pop("links")
    assert [(each["link"], each["peer"], each["fibres"]) for each in links] == [
        ("acc1-agg1", "gov-agg1", ["fibre/acc1-agg1"]),
        ("acc1-agg2", "gov-agg2", ["fibre/acc1-agg2"]),
    ]
    assert variables["gov-acc1"] == {
        "asn": demo.plan.domains["government"].asn,
        "domain": "government",
        "label": None,
        "locator": str(numbers.locator),
        "loopback": str(numbers.loopback),
        "net": numbers.net,
        "platform": "frr",
        "role": "access",
        "site": "east-office",
        "vpns": ["cameras", "health"],
    }


def test_graph_names_every_host_below_its_groups(demo: Context) -> None:
    lines = as_graph(demo).splitlines()
    assert lines[:3] == ["@all:", "  |--@ungrouped:", "  |--@domain_crossdomain:"]
    assert lines[3] == "  |  |--x-acc1"
    hosts = [line for line in lines if line.startswith("  |  |--")]
    assert len(hosts) == sum(len(nodes) for nodes in members(demo).values())


def test_the_command_prints_json(capfd: pytest.CaptureFixture[str]) -> None:
    listed = json.loads(printed(capfd, "--list"))
    host = json.loads(printed(capfd, "--host", "gov-core1"))
    assert listed["_meta"]["hostvars"]["gov-core1"] == host
    assert "政务核心一" in printed(capfd, "--host", "gov-core1")
    rows = json.loads(printed(capfd, "--json"))
    assert [row["name"] for row in rows] == sorted(listed["_meta"]["hostvars"])
    assert printed(capfd, "--graph").startswith("@all:\n")


def test_the_table_is_plain_off_a_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    lines = printed(capfd).splitlines()
    assert lines[0].split() == list(COLUMNS)
    assert len(lines) == 14
    assert not any("\x1b" in line or line != line.rstrip() for line in lines)


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_the_table_is_framed_on_a_terminal(demo: Context) -> None:
    stream = Terminal()
    print_table(demo, stream)
    assert "─" in stream.getvalue()


def test_mistakes_of_the_command(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["inventory", "-i", DEMO, "--host", "gov-core9"]) == 1
    assert "did you mean 'gov-core" in capfd.readouterr().err
    assert run(["inventory", "-i", DEMO, "--list", "--graph"]) == 2
    assert "choose one of --list, --graph" in capfd.readouterr().err
