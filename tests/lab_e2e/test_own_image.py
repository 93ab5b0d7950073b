"""A node that is the vendor's own image, in the lab's VM beside the demo city.

No vendor's image can be had here. One stands in that behaves as they do: it makes its host keys
itself and lets its first user in by a password. What it cannot show is how a vendor's image
starts; that containerlab takes their kinds and the names of their ports is seen up to the point
where it misses the image.
"""

import io
import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from citynet.deploy.driver import UnreachableError
from citynet.fleet.jump import Jump
from citynet.fleet.ssh import open_shell
from citynet.lab import api, engine
from citynet.lab.build import Builder
from citynet.lab.errors import HostError, LabError
from citynet.lab.host import LabHost, NodeAccess, checked
from citynet.lab.keys import new_pair
from citynet.lab.paths import paths
from citynet.lab.progress import Silent
from citynet.lab.remote import RemoteHost
from citynet.lab.topology import LabLink, LabNode, LabPort, Topology, Vendor
from tests.speed import seconds

pytestmark = pytest.mark.lab
NAME, USER, PASSWORD = "owned", "admin", "first-login"
REFERENCE, SMALL = "somebody/router:1", "somebody/small:1"
START = f"""#!/bin/sh
useradd -m {USER}; echo {USER}:{PASSWORD} | chpasswd
rm -f /etc/ssh/ssh_host_*; ssh-keygen -A; mkdir -p /run/sshd
exec /usr/sbin/sshd -D -e -p 22 -p 830 -f /dev/null
"""
ACME = Vendor("linux", REFERENCE, "", USER, "env:ACME_PASSWORD", 256)
NOKIA = Vendor("nokia_srlinux", "srlinux:none", "ixr-d3l", USER, None, 4096)
HUAWEI = Vendor("huawei_vrp", "vrnetlab/huawei_vrp:none", "", USER, "env:NE_PASSWORD", 4096)


def topology(vendor: Vendor, port: str) -> Topology:
    """The vendor's router and one of ours, with a link between them."""
    link = LabLink("wire", LabPort("theirs", port, ""), LabPort("ours", "eth1", ""), 9000)
    return Topology(
        name=NAME,
        management=IPv4Network("172.31.250.0/24"),
        nodes=(
            LabNode("ours", "frr", "node", IPv4Address("172.31.250.11")),
            LabNode("theirs", "acme_os", "", IPv4Address("172.31.250.12"), 830, vendor),
        ),
        links=(link,),
        customers_node=LabNode("customers", "linux", "node", IPv4Address("172.31.250.13")),
        customers=(),
    )


def builder() -> Builder:
    return Builder(paths(os.environ), Silent())


def plan(made: Topology, *archives: Path) -> engine.Plan:
    return engine.plan(made, builder().images(engine.image_keys(made)), {}, archives)


def deployed(host: LabHost, made: Topology) -> None:
    """As `citynet lab up` does it."""
    keys = {each.name: new_pair() for each in engine.all_nodes(made) if each.vendor is None}
    binary = engine.ensure_containerlab(host, builder().containerlab())
    engine.deploy(host, plan(made), keys, new_pair(), binary)


@pytest.fixture(scope="module")
def host() -> Iterator[RemoteHost]:
    lab = api.find("demo")
    assert lab is not None, "`citynet lab up -i inventory/demo` comes first"
    with api.attached(lab) as there:
        assert isinstance(there, RemoteHost)
        mine = replace(there, directory=f"/var/lib/citynet/labs/{NAME}")
        yield mine
        engine.destroy(mine, NAME)
        mine.run(["docker", "rmi", "-f", REFERENCE, SMALL])


@pytest.fixture(scope="module")
def stand_in(host: RemoteHost) -> str:
    """Its image, made of ours: other keys, another login, and nothing of citynet's."""
    node = builder().image("node").reference
    script = f"""docker rm -f made-here
        docker run -d --name made-here --entrypoint sleep {node} 600
        docker exec -i made-here sh -c 'cat >/start; chmod 755 /start'
        docker commit -c 'ENTRYPOINT ["/start"]' made-here {REFERENCE}
        docker rm -f made-here"""
    done = host.run(["sh", "-ec", script], stdin=START.encode(), timeout=seconds(300))
    assert done.returncode == 0, done.stderr
    return REFERENCE


@pytest.fixture(scope="module")
def running(host: RemoteHost, stand_in: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of known hosts, once it runs."""
    made = topology(replace(ACME, reference=stand_in), "eth1")
    engine.ensure_vendors(host, plan(made))
    deployed(host, made)
    engine.wait_ready(host, made)
    file = tmp_path_factory.mktemp("owned") / "known_hosts"
    file.write_text(engine.own_keys(host, made))
    return file


def peer(host: LabHost) -> str:
    """The number of our router's end of the link, which the other end names."""
    shown = json.loads(checked(host, ["ip", "-netns", f"clab-{NAME}-ours", "-j", "link"]))
    return next(str(each["ifindex"]) for each in shown if each["ifname"] == "eth1")


def logged_in(host: RemoteHost, known_hosts: Path, script: str) -> str:
    access = NodeAccess("172.31.250.12", 830, USER, None, known_hosts, ACME.password, 22)
    with open_shell("theirs", access, Jump(host.through)) as shell:
        return shell.run(script).stdout


def test_it_is_logged_in_to_with_its_own_key_and_password(
    host: RemoteHost, running: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_PASSWORD", PASSWORD)
    command = ["docker", "exec", f"clab-{NAME}-theirs", "sh", "-c", "cat /etc/ssh/ssh_host_*.pub"]
    own = {line.split()[1] for line in checked(host, command).splitlines()}
    shown = [line.split() for line in running.read_text().splitlines()]
    assert [place for place, _, _ in shown] == ["[172.31.250.12]:830", "172.31.250.12"]
    assert {key for _, _, key in shown} <= own
    said = logged_in(host, running, "id -un; cat /sys/class/net/eth1/iflink").split()
    assert said == [USER, peer(host)]


def test_another_key_than_it_showed_is_refused(
    host: RemoteHost, running: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ACME_PASSWORD", PASSWORD)
    forged = tmp_path / "known_hosts"
    forged.write_text(f"172.31.250.12 {new_pair().public}\n")
    with pytest.raises(UnreachableError, match=r"host key|not the one"):
        logged_in(host, forged, "true")


def small_archive(file: Path) -> Path:
    """An image with next to nothing in it, as `docker save` writes one."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("nothing"))
    root = {"type": "layers", "diff_ids": [f"sha256:{sha256(layer.getvalue()).hexdigest()}"]}
    about = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": root}
    listed = [{"Config": "config.json", "RepoTags": [SMALL], "Layers": ["layer.tar"]}]
    parts = {
        "layer.tar": layer.getvalue(),
        "config.json": json.dumps(about).encode(),
        "manifest.json": json.dumps(listed).encode(),
    }
    with tarfile.open(file, "w") as tar:
        for name, content in parts.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return file


def test_the_host_is_given_an_archive(host: RemoteHost, tmp_path: Path) -> None:
    made = topology(replace(ACME, reference=SMALL), "eth1")
    with pytest.raises(LabError, match=f"theirs: vm has no image {SMALL}"):
        engine.ensure_vendors(host, plan(made))
    engine.ensure_vendors(host, plan(made, small_archive(tmp_path / "small.tar")))


def test_containerlab_takes_a_router_of_nokia_and_its_ports(host: RemoteHost) -> None:
    with pytest.raises(HostError, match="srlinux:none"):
        deployed(host, topology(NOKIA, "e1-49"))
    with pytest.raises(HostError, match="eth49"):
        deployed(host, topology(NOKIA, "eth49"))


def test_containerlab_takes_a_router_of_huawei(host: RemoteHost) -> None:
    """It is a machine in a container: without KVM containerlab looks no further."""
    with pytest.raises(HostError, match=r"huawei_vrp:none|irtualization support"):
        deployed(host, topology(HUAWEI, "eth1"))
