"""Optical equipment as hosts, and what each IP link says of the fibres it rides on."""

import json
from io import StringIO
from typing import Any

import pytest

from citynet.build import Context
from citynet.cli.main import run
from citynet.inventory import groups_of
from citynet.inventory.ansible import as_host, as_list
from citynet.inventory.table import print_table
from citynet.pipeline import prepare
from citynet.render.provenance import explain
from tests.cities import VENDORS


@pytest.fixture(scope="module")
def vendors() -> Context:
    return prepare(VENDORS).context


def links(context: Context, node: str) -> dict[str, Any]:
    host: dict[str, Any] = as_host(context, node)
    return {each["link"]: each for each in host["links"]}


def test_groups_of_an_optical_node(vendors: Context) -> None:
    assert groups_of(vendors, "otn-east") == (
        "kind_optical",
        "platform_openconfig",
        "ring_gov_ring",
        "ring_x_ring",
        "role_otn",
        "site_east",
    )
    listed: dict[str, Any] = as_list(vendors)
    assert listed["kind_optical"] == {"hosts": ["otn-east", "otn-north", "otn-south", "otn-west"]}
    assert "otn-east" in listed["ring_gov_ring"]["hosts"]
    assert set(listed["_meta"]["hostvars"]) == {*vendors.city.nodes, *vendors.city.optical}


def test_a_link_knows_the_fibres_it_rides_on(vendors: Context) -> None:
    found = links(vendors, "gov-core1")
    near = found["gov-ring/gov-agg1~gov-core1"]
    far = found["gov-express"]
    assert (near["fibres"], near["srlgs"]) == (["gov-ring/gov-agg1~gov-core1"], [7001])
    assert far["fibres"] == ["gov-ring/gov-agg1~gov-core1", "gov-ring/gov-agg1~gov-agg2"]
    assert far["srlgs"][0] == 7001
    assert far["frequency"] == 191_350_000
    assert len(near["protection_fibres"]) == len(near["protection_srlgs"]) == 3
    assert not set(near["srlgs"]) & set(near["protection_srlgs"])
    other = links(vendors, "x-core1")["x-ring/x-acc1~x-core1"]
    assert other["srlgs"] == near["srlgs"], "the two rings' fibres are in one duct"
    assert other["protection_fibres"] == []


def test_an_optical_host_says_its_degrees_and_channels(vendors: Context) -> None:
    host: dict[str, Any] = as_host(vendors, "otn-south")
    assert (host["role"], host["site"], host["label"]) == ("otn", "south", "城南光节点")
    ports = {each["degree"]: each["port"] for each in host["degrees"]}
    assert ports["gov-ring/otn-east"] == "1-1-L1"
    assert ports["x-ring/otn-east"] == "x-ring-otn-east"
    channels = {each["link"]: each["port"] for each in host["channels"]}
    assert channels["gov-ring/gov-agg1~gov-agg2"] == "1-5-C1"
    assert channels["gov-ring/gov-agg1~gov-core1"] is None, "it passes, protected"


def test_the_command_shows_both_kinds(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["inventory", "-i", str(VENDORS), "--host", "otn-west"]) == 0
    assert json.loads(capfd.readouterr().out)["platform"] == "openconfig"
    assert run(["inventory", "-i", str(VENDORS), "--host", "otn-wst"]) == 1
    assert "did you mean 'otn-west'" in capfd.readouterr().err
    assert run(["validate", "-i", str(VENDORS)]) == 0
    assert "4 optical nodes (4 otn) with 9 channels" in capfd.readouterr().out


def test_the_table_has_optical_nodes_last(vendors: Context) -> None:
    stream = StringIO()
    print_table(vendors, stream)
    assert [line.split()[0] for line in stream.getvalue().splitlines()][-4:] == [
        "otn-east", "otn-north", "otn-south", "otn-west",
    ]  # fmt: skip


def test_a_line_of_an_optical_node_is_explained_from_its_link() -> None:
    prepared = prepare(VENDORS)
    text = (VENDORS.parents[1] / "tests/plugins/openconfig/golden/otn-south.xml").read_text()
    lines = text.splitlines()
    at = next(number for number, line in enumerate(lines, 1) if "191350000</frequency>" in line)
    said = explain(prepared, "otn-south", "config.xml", at)
    assert said.startswith("templates/openconfig/optical.j2:")
    source = (VENDORS / "optical.yaml").read_text().splitlines()
    express = next(number for number, line in enumerate(source, 1) if line == "  gov-express:")
    assert said.endswith(f"optical.yaml:{express}:3")
