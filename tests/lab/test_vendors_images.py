"""`image: real`: what an inventory must say for it, and what containerlab is then told."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import yaml

from citynet.errors import InventoryError
from citynet.lab import engine
from citynet.lab.clab import clab_yaml
from citynet.lab.errors import LabError
from citynet.lab.from_city import topology
from citynet.lab.host import Completed
from citynet.lab.keys import new_pair
from citynet.lab.state import topology_from
from citynet.lab.topology import Topology
from citynet.pipeline import prepare
from citynet.verify.observe import Kind
from citynet.verify.planes import unmeasured
from citynet.verify.run import all_checks
from tests.lab.fakes import FakeHost

CITY = """
city:
  name: mixed
  images:
    nokia_srlinux: {{reference: "srlinux:25.3.2", type: ixr-d3l}}
    huawei_vrp: {{reference: "vrnetlab/huawei_vrp:ne40", password: "env:NE_PASSWORD"}}
domains: {{government: {{transport: evpn-vxlan}}, crossdomain: {{}}}}
sites: {{hall: {{}}}}
nodes:
  srl: {{site: hall, domain: government, role: core, platform: nokia_srlinux, image: real}}
  agg: {{site: hall, domain: government, role: aggregation, platform: nokia_srlinux}}
  ne: {{site: hall, domain: crossdomain, role: core, platform: huawei_vrp, image: real}}
  soft: {{site: hall, domain: crossdomain, role: access}}
links:
  east: {{ends: [srl, agg], interfaces: {{srl: {srl}}}}}
  west: {{ends: [ne, soft], interfaces: {{ne: {ne}}}}}
"""


def written(folder: Path, srl: str = "ethernet-1/49", ne: str = "Ethernet1/0/1") -> Path:
    (folder / "city.yaml").write_text(CITY.format(srl=srl, ne=ne))
    return folder


@pytest.fixture
def mixed(tmp_path: Path) -> Topology:
    return topology(written(tmp_path))


def test_containerlab_is_told_of_the_vendors_image(mixed: Topology) -> None:
    images = dict.fromkeys(engine.image_keys(mixed), "ours:1")
    document = yaml.safe_load(clab_yaml(mixed, images))["topology"]
    srl = document["nodes"]["srl"]
    assert (srl["kind"], srl["type"], srl["image"]) == (
        "nokia_srlinux",
        "ixr-d3l",
        "srlinux:25.3.2",
    )
    assert document["nodes"]["ne"]["kind"] == "huawei_vrp"
    assert "binds" not in srl
    assert "binds" in document["nodes"]["agg"], "the twin beside it"
    ends = {end["node"]: end for link in document["links"] for end in link["endpoints"]}
    assert ends["srl"] == {"node": "srl", "interface": "e1-49"}
    assert ends["ne"] == {"node": "ne", "interface": "eth2"}
    assert set(ends["soft"]) == {"node", "interface", "mac"}


def test_it_is_no_twin_and_no_image_of_ours(mixed: Topology) -> None:
    assert set(mixed.vendors) == {"srl", "ne"}
    assert [node.name for node in mixed.twins] == ["agg"]
    assert engine.image_keys(mixed) == {"node", "twin"}


def test_a_lab_remembers_it(mixed: Topology) -> None:
    document = json.loads(json.dumps(asdict(mixed), default=str))
    assert topology_from(document) == mixed


def test_its_configuration_is_that_of_the_twin(tmp_path: Path) -> None:
    real = prepare(written(tmp_path))
    twin = prepare(tmp_path, settings={"nodes.*.image": "twin"})
    assert real.facts == twin.facts


def test_an_image_that_nobody_names_is_said_at_its_place(tmp_path: Path) -> None:
    file = written(tmp_path) / "city.yaml"
    file.write_text(file.read_text().replace("nokia_srlinux: {reference", "acme_os: {reference"))
    with pytest.raises(InventoryError, match="no image of nokia_srlinux is named") as told:
        prepare(tmp_path)
    assert "city.yaml:10:" in str(told.value)
    assert "city.images.nokia_srlinux" in str(told.value)


def test_all_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    file = written(tmp_path, srl="mgmt0", ne="100GE0/1/0") / "city.yaml"
    text = file.read_text().replace(', password: "env:NE_PASSWORD"', "")
    more = '    frr: {reference: "somebody/frr:1"}\ndomains:'
    text = text.replace("domains:", more, 1).replace("role: access}", "role: access, image: real}")
    file.write_text(text)
    with pytest.raises(LabError) as told:
        topology(tmp_path)
    said = str(told.value)
    assert "srl: no port is named for mgmt0" in said
    assert "ne: 100GE0/1/0 is no port of the image" in said
    assert "city.images.huawei_vrp.password" in said
    assert "soft: citynet knows no image of frr other than its own" in said


def test_the_host_must_have_the_image(mixed: Topology, tmp_path: Path) -> None:
    archive = tmp_path / "srl.tar"
    archive.write_bytes(b"an image")
    wanted = replace(engine.Plan(mixed, "", ""), archives=(archive,))
    absent = {"docker image inspect --format ok srlinux:25.3.2": Completed(1, "", "No such image")}
    host = FakeHost(absent)
    with pytest.raises(LabError, match=r"srl: fake has no image srlinux:25\.3\.2") as told:
        engine.ensure_vendors(host, wanted)
    assert "--load" in str(told.value)
    assert "ne:" not in str(told.value)
    assert host.asked[0] == "docker load"


def test_only_the_labs_key_is_given_to_it(mixed: Topology) -> None:
    host, user = FakeHost(), new_pair()
    ours = [node for node in engine.all_nodes(mixed) if node.vendor is None]
    wanted = engine.Plan(mixed, "", "")
    engine.deploy(host, wanted, {node.name: new_pair() for node in ours}, user, "containerlab")
    home = f"{host.directory}/{engine.HOME}"
    assert f"-u SUDO_UID -u SSH_AUTH_SOCK HOME={home}" in host.asked[-1]
    assert host.written[f"{home}/.ssh/citynet.pub"].decode().startswith(user.public)
    assert not any("/keys/srl/" in name for name in host.written)


def test_its_host_keys_are_pinned_where_it_is_managed_and_at_its_shell(mixed: Topology) -> None:
    lines = engine.own_keys(FakeHost(), mixed).splitlines()
    address = {node.name: str(node.management) for node in mixed.nodes}["srl"]
    assert f"[{address}]:830 ssh-ed25519 key-of-{address}-830" in lines
    assert f"{address} ssh-ed25519 key-of-{address}-22" in lines
    assert len(lines) == 4


def test_what_only_it_could_tell_is_not_measured(tmp_path: Path) -> None:
    prepared = prepare(written(tmp_path))
    checks = all_checks(prepared.context, prepared.house.roles)
    found = unmeasured(checks, prepared.context, frozenset(), frozenset({"ne"}))
    assert found
    assert all(reason.startswith("ne: a vendor's own image") for reason in found.values())
    told = {"ne": frozenset({Kind.ISIS})}
    asked = unmeasured(checks, prepared.context, frozenset(), frozenset({"ne"}), told)
    assert found.keys() - asked.keys() == {"underlay/isis-adjacencies/ne"}
    assert asked["underlay/bfd-sessions/ne"].startswith("ne: a vendor's own image")
    about_soft = [check for check in checks if "soft" in check.concerns]
    assert any(check.id not in found for check in about_soft)
