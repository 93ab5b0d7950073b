"""What a lab is made of: the same for the same inventory, and a change shows."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from citynet.cli.lab import lab as lab_command
from citynet.lab import api, engine, manifest
from citynet.lab.build import NodeImage
from citynet.lab.from_city import topology as topology_of
from citynet.lab.host import Completed
from citynet.lab.topology import LabPort, Topology
from tests.cities import DEMO
from tests.lab.fakes import FakeHost
from tests.lab_e2e.small import write_city

IMAGES = {"node": NodeImage("citynet/node:1", Path("image.tar"), "sha256:5", {"frr": "10.7"})}
HOST = {
    "sh -c uname": Completed(0, "6.12.57\n27.5.1\n", ""),
    "env CLAB_VERSION_CHECK=disable /opt/clab version": Completed(0, "version: 0.79.0\n", ""),
}


def collected(topology: Topology) -> dict[str, object]:
    wanted = engine.Plan(topology, "clab", "customers")
    return manifest.collect(FakeHost(HOST), wanted, IMAGES, "/opt/clab", {"qemu": "10.0"})


def test_all_that_a_lab_is_made_of(topology: Topology) -> None:
    found = collected(topology)
    assert found["kernel"] == "6.12.57"
    assert found["docker"] == "27.5.1"
    assert found["containerlab"] == "0.79.0"
    assert found["host"] == "fake"
    assert found["images"] == {"citynet/node:1": "sha256:5"}
    assert found["packages"] == {"citynet/node:1": {"frr": "10.7"}}
    assert found["vm"] == {"qemu": "10.0"}
    assert found["topology"] == engine.Plan(topology, "clab", "customers").digest
    assert found["layout"] == manifest.layout(topology)
    assert json.loads(json.dumps(found)) == found


def test_addresses_names_order_and_macs(topology: Topology) -> None:
    found = manifest.layout(topology)
    assert found["network"] == "172.31.0.0/24"
    assert found["nodes"]["east"] == {
        "platform": "frr",
        "image": "node",
        "management": "172.31.0.11",
        "port": 22,
        "interfaces": [
            {"name": "eth1", "mac": "02:00:00:00:01:01", "link": "ring/east-west"},
            {"name": "eth9", "mac": "02:00:00:00:02:01", "link": "access/1"},
        ],
    }
    assert [each["name"] for each in found["nodes"]["customers"]["interfaces"]] == ["c1", "c2"]
    ends = [{"node": "east", "interface": "eth1"}, {"node": "west", "interface": "eth1"}]
    assert found["links"]["ring/east-west"] == {"mtu": 9216, "ends": ends}
    assert found["customers"]["office.1"]["ipv4"] == "10.0.1.2/30"


SHOWN = """
import json, sys
from pathlib import Path
from citynet.lab import from_city, manifest
print(json.dumps(manifest.layout(from_city.topology(Path(sys.argv[1])))))
"""


def test_the_same_inventory_gives_the_same_lab() -> None:
    """In processes of their own: how Python hashes must not matter, nor what was before."""
    shown = [
        subprocess.run(
            [sys.executable, "-c", SHOWN, str(DEMO)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert shown[0] == shown[1], "in the same order too"
    assert json.loads(shown[0]) == manifest.layout(topology_of(DEMO))


def test_a_change_of_the_inventory_shows_and_moves_nothing_else(tmp_path: Path) -> None:
    before = manifest.layout(topology_of(write_city("tiny", tmp_path)))
    file = tmp_path / "city.yaml"
    file.write_text(file.read_text().replace("right", "wrong"))
    after = manifest.layout(topology_of(tmp_path))
    assert before["nodes"].keys() ^ after["nodes"].keys() == {"right", "wrong"}
    assert before["links"] != after["links"]
    assert before["nodes"]["left"] == after["nodes"]["left"]


def test_a_change_of_any_part_shows(topology: Topology) -> None:
    first = topology.links[0]
    changed = (
        replace(topology, links=(*topology.links[1:], first)),
        replace(topology, links=(replace(first, a=LabPort("east", "eth1", "02:00:00:00:00:99")),)),
        replace(topology, links=(replace(first, mtu=1500), *topology.links[1:])),
        replace(topology, customers=topology.customers[:1]),
    )
    for each in changed:
        assert json.dumps(manifest.layout(each)) != json.dumps(manifest.layout(topology))


def status(found: api.Status, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *words: str) -> str:
    monkeypatch.setattr("citynet.cli.lab.api.status", lambda _: found)
    city = str(write_city("tiny", tmp_path))
    return CliRunner().invoke(lab_command, ["status", "-i", city, *words]).output


def test_status_shows_it(
    topology: Topology, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    about = collected(topology)
    states = {"east": "running", "west": "running"}
    found = api.Status(
        "tiny", running=True, host="local", containers=states, cut=(), manifest=about
    )
    assert json.loads(status(found, monkeypatch, tmp_path, "--json"))["manifest"] == about
    lines = status(found, monkeypatch, tmp_path).splitlines()
    assert "  east                     running    172.31.0.11" in lines
    assert "  management     172.31.0.0/24" in lines
    assert (
        "  layout         3 nodes, 3 links, 6 interfaces (--json: order, MACs, addresses)" in lines
    )


def test_status_of_a_lab_of_an_earlier_release(
    topology: Topology, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    about = {key: value for key, value in collected(topology).items() if key != "layout"}
    states = {"east": "running"}
    found = api.Status(
        "tiny", running=True, host="local", containers=states, cut=(), manifest=about
    )
    lines = status(found, monkeypatch, tmp_path).splitlines()
    assert "  east                     running" in lines
    assert "  kernel         6.12.57" in lines
