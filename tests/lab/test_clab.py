"""The containerlab file, and what is done with it on a host."""

import io
import json
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from citynet.lab import engine
from citynet.lab.build import NodeImage
from citynet.lab.clab import clab_yaml, customers_text
from citynet.lab.errors import HostError, LabError
from citynet.lab.host import Completed
from citynet.lab.keys import new_pair
from citynet.lab.topology import Topology
from citynet.lab.transport import archive
from tests.lab.fakes import FakeHost

IMAGES = {"node": NodeImage("citynet/node:abc", Path("/none"), "sha256:1", {})}


def test_links_pin_macs_and_mtu(topology: Topology) -> None:
    document = yaml.safe_load(clab_yaml(topology, {"node": "citynet/node:abc"}))
    assert document["topology"]["links"][0] == {
        "type": "veth",
        "endpoints": [
            {"node": "east", "interface": "eth1", "mac": "02:00:00:00:01:01"},
            {"node": "west", "interface": "eth1", "mac": "02:00:00:00:01:02"},
        ],
        "mtu": 9216,
        "labels": {"citynet-link": "ring/east-west"},
    }


def test_routers_start_with_keys_and_nothing_else(topology: Topology) -> None:
    nodes = yaml.safe_load(clab_yaml(topology, {"node": "x"}))["topology"]["nodes"]
    assert list(nodes) == ["east", "west", "customers"]
    targets = {bind.split(":")[1] for bind in nodes["east"]["binds"]}
    assert targets == {"/etc/citynet/ssh_host_ed25519_key", "/etc/citynet/authorized_keys"}
    assert all(bind.endswith(":ro") for bind in nodes["customers"]["binds"])
    assert "startup-config" not in nodes["east"]
    assert "exec" not in nodes["east"]
    assert nodes["customers"]["env"] == {"CITYNET_ROLE": "customers"}


def test_two_labs_share_no_network(topology: Topology) -> None:
    other = replace(topology, name="other")
    names = {
        yaml.safe_load(clab_yaml(each, {"node": "x"}))["mgmt"]["network"]
        for each in (topology, other)
    }
    assert names == {"citynet-tiny", "citynet-other"}


def test_customers_file_has_a_line_each(topology: Topology) -> None:
    first, second = customers_text(topology.customers).splitlines()
    assert first == "office.1 c1 10.0.1.2/30 10.0.1.1 fd00:1::2/64 fd00:1::1"
    assert second.startswith("office.2 c2 ")


def test_digest_follows_topology_and_images(topology: Topology) -> None:
    first = engine.plan(topology, IMAGES)
    assert engine.plan(topology, IMAGES).digest == first.digest
    fewer = replace(topology, links=topology.links[1:])
    assert engine.plan(fewer, IMAGES).digest != first.digest
    newer = {"node": replace(IMAGES["node"], reference="citynet/node:def")}
    assert engine.plan(topology, newer).digest != first.digest


def test_unknown_image_is_named(topology: Topology) -> None:
    with pytest.raises(LabError, match="no recipe for: node"):
        engine.plan(topology, {})


def test_every_node_has_a_key_of_its_own(topology: Topology) -> None:
    keys = {node.name: new_pair() for node in engine.all_nodes(topology)}
    user = new_pair()
    host = FakeHost()
    engine.deploy(host, engine.plan(topology, IMAGES), keys, user, "containerlab")
    private = [content for name, content in host.written.items() if name.endswith("ed25519_key")]
    assert len(set(private)) == len(private) == 3
    assert user.private not in host.written.values()
    assert "deploy --reconfigure" in host.asked[-1]
    assert "/tiny.clab.yml" in host.asked[-1]
    assert "PRIVATE" not in repr(user)


def test_states_are_by_node_name(topology: Topology) -> None:
    rows = [{"name": f"clab-tiny-{name}", "state": "running"} for name in ("east", "west")]
    text = "\n".join(json.dumps(row) for row in rows)
    host = FakeHost({"docker ps": Completed(0, text, "")})
    states = engine.containers(host, "tiny")
    assert states == {"east": "running", "west": "running"}


def test_cut_sets_both_ends_in_their_namespaces(topology: Topology) -> None:
    host = FakeHost()
    engine.set_link(host, topology, topology.links[0], "down")
    (command,) = host.asked
    assert command.removeprefix("sh -ec ").split("; ") == [
        "ip -netns clab-tiny-east link set dev eth1 down",
        "ip -netns clab-tiny-west link set dev eth1 down",
    ]


def test_cut_of_an_access_link_sets_the_router_end(topology: Topology) -> None:
    host = FakeHost()
    engine.set_link(host, topology, topology.links[1], "down")
    assert host.asked == ["sh -ec ip -netns clab-tiny-east link set dev eth9 down"]


def test_destroy_says_what_stays(topology: Topology) -> None:
    row = json.dumps({"name": "clab-tiny-east", "state": "dead"})
    host = FakeHost({"docker ps": Completed(0, row, "")})
    with pytest.raises(LabError, match="do not go away: east"):
        engine.destroy(host, "tiny")


def test_failed_command_says_what_it_said(topology: Topology) -> None:
    host = FakeHost({"docker ps": Completed(1, "", "Cannot connect to the Docker daemon")})
    with pytest.raises(HostError, match="Cannot connect to the Docker daemon"):
        engine.containers(host, "tiny")


def test_archive_is_for_root_only() -> None:
    with tarfile.open(fileobj=io.BytesIO(archive({"/a/b": b"text"}, 0o600))) as tar:
        (member,) = tar.getmembers()
    assert (member.name, member.mode, member.uid) == ("a/b", 0o600, 0)
