"""From the lab that is there to the one that is wanted: nothing else is touched."""

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as some

from citynet.errors import CitynetError
from citynet.lab.addresses import management_addresses
from citynet.lab.api import Lab
from citynet.lab.behind import behind, beyond
from citynet.lab.build import Builder, NodeImage
from citynet.lab.clab import clab_yaml
from citynet.lab.customers import settle_script
from citynet.lab.engine import plan
from citynet.lab.errors import LabError
from citynet.lab.from_city import city_topology
from citynet.lab.grow import Growing, before_script, marks_script
from citynet.lab.growth import Growth, growth, kept, missing, words
from citynet.lab.host import Completed, NodeAccess
from citynet.lab.keys import known_host, new_pair
from citynet.lab.paths import paths
from citynet.lab.present import Box, End, Present, Space
from citynet.lab.progress import Silent
from citynet.lab.state import LabFolder, Record
from citynet.lab.topology import Customer, LabLink, LabNode, LabPort, Topology, Vendor
from citynet.pipeline import prepare
from citynet.verify.lab import network_of
from tests.cities import DEMO
from tests.lab.fakes import FakeHost
from tests.lab_e2e.growing import write_larger

NAMES = some.sets(some.text("abcdefg-0123", min_size=1, max_size=6), min_size=1, max_size=60)
NETWORK = IPv4Network("172.31.0.0/22")


def entries(topology: Topology, image: str = "citynet/node:a") -> Mapping[str, Mapping[str, Any]]:
    document = yaml.safe_load(clab_yaml(topology, {"node": image, "twin": "citynet/twin:a"}))
    nodes: Mapping[str, Mapping[str, Any]] = document["topology"]["nodes"]
    return nodes


def as_wanted(topology: Topology) -> Present:
    """What is there when all of it is."""
    nodes = (*topology.nodes, topology.customers_node)
    spaces = {each.interface: each.name for each in topology.customers}
    ends: dict[tuple[str, str], End] = {}
    for number, link in enumerate(topology.links):
        for end, index, peer in (
            (link.a, 2 * number, 2 * number + 1),
            (link.b, 2 * number + 1, 2 * number),
        ):
            space = spaces.get(end.interface, "") if end.node == "customers" else ""
            mark = f"clab-o-{index}"
            ends[end.node, end.interface] = End(index, peer, up=True, marks=(mark,), space=space)
    return Present(
        boxes={
            node.name: Box("running", 100 + number, str(node.management))
            for number, node in enumerate(nodes)
        },
        ends=ends,
        spaces={each.name: space_of(each) for each in topology.customers},
        entries=entries(topology),
    )


def space_of(each: Customer) -> Space:
    addresses = frozenset({str(each.ipv4), str(each.ipv6)})
    return Space(each.interface, addresses, frozenset({each.ipv4_gateway, each.ipv6_gateway}))


def larger(topology: Topology) -> Topology:
    """A router, a link to it, and a customer behind it more."""
    north = LabNode("north", "frr", "node", IPv4Address("172.31.0.13"))
    wire = LabLink("ring/north", LabPort("north", "eth1", ""), LabPort("east", "eth2", ""), 9216)
    access = LabLink("access/3", LabPort("north", "eth9", ""), LabPort("customers", "c3", ""), 1500)
    third = replace(topology.customers[0], name="office.3", interface="c3")
    return replace(
        topology,
        nodes=(*topology.nodes, north),
        links=(*topology.links, wire, access),
        customers=(*topology.customers, third),
    )


def todo(wanted: Topology, there: Present, **more: frozenset[str]) -> Growth:
    return growth(wanted, entries(wanted), there, **more)


def touched(found: Growth) -> set[str]:
    """Everything that is named in any step."""
    ends = {end.node for link in found.plug for end in (link.a, link.b)}
    return {*found.drop, *found.make, *found.start, *found.move, *ends}


def test_nothing_is_done_to_a_lab_as_wanted(topology: Topology) -> None:
    found = todo(topology, as_wanted(topology))
    assert not found
    assert set(found.keep) == {"east", "west", "customers"}
    assert missing(topology, as_wanted(topology)) == []


def test_what_comes_touches_nothing_else(topology: Topology) -> None:
    wanted = larger(topology)
    found = todo(wanted, as_wanted(topology))
    assert (found.make, found.drop, found.start, found.move) == (("north",), (), (), ())
    assert [link.id for link in found.plug] == ["ring/north", "access/3"]
    assert found.unplug == ()
    assert [each.name for each in found.settle] == ["office.3"]
    assert set(found.keep) == {"east", "west", "customers"}
    assert words(topology, wanted, found) == (
        "add 1 node (north), 1 link, 1 customer; 3 nodes keep running"
    )


def test_what_goes_touches_nothing_else(topology: Topology) -> None:
    found = todo(topology, as_wanted(larger(topology)))
    assert (found.make, found.drop) == ((), ("north",))
    assert found.plug == ()
    assert set(found.unplug) == {("east", "eth2"), ("customers", "c3")}
    assert (found.settle, found.leave) == ((), ("office.3",))
    assert words(larger(topology), topology, found) == (
        "remove 1 node (north), 1 link, 1 customer; 3 nodes keep running"
    )


def test_a_customer_follows_its_address(topology: Topology) -> None:
    moved = replace(topology.customers[0], ipv4=IPv4Interface("10.9.9.2/30"))
    wanted = replace(topology, customers=(moved, topology.customers[1]))
    found = todo(wanted, as_wanted(topology))
    assert found.settle == (moved,)
    assert touched(found) == set()
    script = settle_script(found.settle, ())
    assert "10.9.9.2/30" in script
    assert "office.2" not in script


def without(there: Present, *nodes: str) -> Present:
    """As after these containers were restarted: their ends are gone, and those of the peers."""
    lost = {at for at in there.ends if at[0] in nodes}
    indexes = {there.ends[at].index for at in lost}
    ends = {at: end for at, end in there.ends.items() if not {end.index, end.peer} & indexes}
    return replace(there, ends=ends)


def test_links_of_a_restarted_router_are_put_back(topology: Topology) -> None:
    there = without(as_wanted(topology), "east")
    found = todo(topology, there)
    assert (found.make, found.drop) == ((), ())
    assert [link.id for link in found.plug] == ["ring/east-west", "access/1"]
    assert [each.name for each in found.settle] == ["office.1"]
    assert missing(topology, there) == [
        "link ring/east-west is not there",
        "link access/1 is not there",
    ]
    assert words(topology, topology, found) == (
        "set or put back 1 link, 1 customer; 3 nodes keep running"
    )


def test_half_a_link_is_taken_away_and_made_again(topology: Topology) -> None:
    there = as_wanted(topology)
    ends = {**there.ends, ("east", "eth1"): replace(there.ends["east", "eth1"], peer=77)}
    found = todo(topology, replace(there, ends=ends))
    assert [link.id for link in found.plug] == ["ring/east-west"]
    assert found.unplug == (("east", "eth1"), ("west", "eth1"))


@pytest.mark.parametrize(
    ("state", "step"), [("exited", "start"), ("dead", "drop"), ("paused", "drop")]
)
def test_a_container_that_does_not_run(topology: Topology, state: str, step: str) -> None:
    there = without(as_wanted(topology), "west")
    box = replace(there.boxes["west"], state=state, address="", pid=0)
    there = replace(there, boxes={**there.boxes, "west": box})
    found = todo(topology, there)
    assert getattr(found, step) == ("west",)
    assert ("west" in found.make) is (step == "drop")
    assert f"node west does not run: {state}" in missing(topology, there)


def test_a_node_of_another_image_is_made_again(topology: Topology) -> None:
    wanted = entries(topology)
    other = {**wanted, "west": {**wanted["west"], "image": "citynet/node:b"}}
    found = growth(topology, other, as_wanted(topology))
    assert found.drop == found.make == ("west",)
    assert {link.id for link in found.plug} == {"ring/east-west", "access/2"}
    assert "make again from clean 1 node (west)" in words(topology, topology, found)


def test_an_address_moves_while_the_node_runs(topology: Topology) -> None:
    elsewhere = replace(topology.nodes[0], management=IPv4Address("172.31.0.99"))
    wanted = replace(topology, nodes=(elsewhere, topology.nodes[1]))
    found = todo(wanted, as_wanted(topology))
    assert found.move == ("east",)
    assert touched(found) == {"east"}
    script = before_script(wanted, as_wanted(topology), found)
    assert "network connect --ip 172.31.0.99 citynet-tiny clab-tiny-east" in script
    assert script.index("disconnect") < script.index("network connect")


def test_a_twin_with_other_files_is_made_again(topology: Topology) -> None:
    twin = replace(topology.nodes[1], image="twin")
    wanted = replace(topology, nodes=(topology.nodes[0], twin))
    found = todo(wanted, as_wanted(wanted), stale=frozenset({"west"}))
    assert found.make == found.drop == ("west",)


def test_a_vendors_image_whose_links_change_is_made_again(topology: Topology) -> None:
    vendor = Vendor("nokia_srlinux", "srl:1", "", "admin", "env:X", 2048)
    real = replace(topology.nodes[0], image="", vendor=vendor)
    old = replace(topology, nodes=(real, topology.nodes[1]))
    assert not todo(old, as_wanted(old))
    found = todo(larger(old), as_wanted(old))
    assert found.drop == ("east",)
    assert found.make == ("east", "north")
    assert "access/1" in {link.id for link in found.plug}


def test_what_is_kept_is_there_whatever_happens(topology: Topology) -> None:
    wanted = larger(topology)
    assert kept(topology, wanted, todo(wanted, as_wanted(topology))) == topology
    fewer = kept(wanted, topology, todo(topology, as_wanted(wanted)))
    assert (fewer.nodes, fewer.links, fewer.customers) == (
        topology.nodes,
        topology.links,
        topology.customers,
    )


def test_containerlab_leaves_ends_alone_that_are_ours(topology: Topology) -> None:
    script = marks_script(topology, as_wanted(topology))
    assert "ip -netns clab-tiny-east link property add dev eth9 altname citynet-eth9" in script
    assert "ip -netns clab-tiny-east link property del dev eth9 altname clab-o-2" in script
    assert "eth1" not in script
    assert "clab-tiny-customers" not in script


def test_the_lab_is_behind(topology: Topology) -> None:
    wanted = larger(topology)
    assert behind(topology, topology) == []
    assert behind(topology, wanted) == ["node north"]
    assert behind(topology, wanted, {"west"}) == []
    other = replace(topology.customers[0], ipv4=IPv4Interface("10.9.9.2/30"))
    moved = replace(topology, customers=(other, topology.customers[1]))
    assert behind(topology, moved) == ["customer office.1"]
    assert behind(replace(topology, links=topology.links[1:]), topology) == ["link ring/east-west"]
    assert beyond(wanted, topology) == ["north"]


@given(names=NAMES, more=some.text("abcdefg-0123", min_size=1, max_size=6))
def test_addresses_are_of_names(names: set[str], more: str) -> None:
    found = management_addresses(NETWORK, names)
    assert found == management_addresses(NETWORK, sorted(names, reverse=True))
    assert len(set(found.values())) == len(names)
    assert set(found.values()) <= set(list(NETWORK.hosts())[1:])
    after = management_addresses(NETWORK, names | {more})
    moved = [name for name in names if after[name] != found[name]]
    assert len(moved) <= 2, "a clash moves those beside it, never all"


def test_a_network_that_is_full_says_so() -> None:
    small = IPv4Network("172.31.0.0/29")
    assert len(management_addresses(small, "abcde")) == 5
    with pytest.raises(LabError, match="room for 5 nodes, not 6"):
        management_addresses(small, "abcdef")


def growing(topology: Topology, tmp_path: Path) -> Growing:
    builder = Builder(paths({"HOME": str(tmp_path)}), Silent())
    images = {"node": NodeImage("citynet/node:a", tmp_path, "sha256:1", {})}
    record = Record(topology, "local", "d", {})
    return Growing(builder, LabFolder(tmp_path), record, plan(topology, images), images)


def test_what_only_a_fresh_lab_can_have(topology: Topology, tmp_path: Path) -> None:
    there = as_wanted(topology)
    assert growing(topology, tmp_path)._impossible(there) == ""
    nothing = Present({}, {}, {}, {})
    assert "none of its containers" in growing(topology, tmp_path)._impossible(nothing)
    older = replace(there, entries=entries(topology, "citynet/node:older"))
    assert "the image of its nodes" in growing(topology, tmp_path)._impossible(older)
    elsewhere = replace(growing(topology, tmp_path).record.topology, management=NETWORK)
    changed = replace(growing(topology, tmp_path), record=Record(elsewhere, "local", "d", {}))
    assert "its management network is 172.31.0.0/24 now" in changed._impossible(there)


def test_nodes_that_do_not_fit_are_refused(topology: Topology, tmp_path: Path) -> None:
    wanted = larger(topology)
    found = todo(wanted, as_wanted(topology))
    memory = "MemAvailable: {} kB\n"
    roomy = FakeHost({"cat /proc/meminfo": Completed(0, memory.format(100 * 1024), "")})
    growing(wanted, tmp_path)._room(roomy, found)
    small = FakeHost({"cat /proc/meminfo": Completed(0, memory.format(50 * 1024), "")})
    with pytest.raises(LabError, match="64 MiB more and fake has 50 MiB left; nothing was changed"):
        growing(wanted, tmp_path)._room(small, found)


def test_host_keys_stay_with_their_nodes(topology: Topology, tmp_path: Path) -> None:
    wanted = larger(topology)
    found = todo(wanted, as_wanted(topology))
    user, host = new_pair(), FakeHost()
    made = growing(wanted, tmp_path)
    made.folder.key_file.write_bytes(user.private)
    old = "".join(
        known_host(str(box.address), 22, f"key {name}")
        for name, box in as_wanted(topology).boxes.items()
    )
    made.folder.known_hosts.write_text(old)
    lines = made._known(host, as_wanted(topology), found)
    assert lines["east"] == "172.31.0.11 key east\n"
    assert lines["north"].startswith("172.31.0.13 ssh-ed25519 ")
    assert made.folder.known_hosts.read_text() == "".join(lines.values())
    written = {name.removeprefix(host.directory) for name in host.written}
    assert "/keys/north/ssh_host_ed25519_key" in written
    assert not any("east" in name or name.endswith(".clab.yml") for name in written)
    assert host.written[f"{host.directory}/keys/north/authorized_keys"].decode().split() == [
        *user.public.split(),
        "citynet",
    ]


def test_the_demo_grows_without_moving_anything(tmp_path: Path) -> None:
    small, large = (
        city_topology(prepare(DEMO)),
        city_topology(prepare(write_larger(tmp_path / "d"))),
    )
    assert set(small.nodes) < set(large.nodes)
    assert set(small.links) < set(large.links)
    assert set(small.customers) < set(large.customers)
    assert small.customers_node == large.customers_node
    found = todo(large, as_wanted(small))
    assert words(small, large, found) == (
        "add 1 node (gov-acc9), 1 link, 1 customer; 14 nodes keep running"
    )
    assert growth(small, entries(small), as_wanted(large)).drop == ("gov-acc9",)


def test_verify_says_that_the_lab_is_behind(tmp_path: Path) -> None:
    old, larger = prepare(DEMO), write_larger(tmp_path / "demo")
    access = NodeAccess("192.0.2.1", 22, "root", None, tmp_path)
    there = city_topology(old)
    nodes = {node.name: access for node in (*there.nodes, there.customers_node)}
    lab = Lab("demo", "local", there, nodes, None, {}, LabFolder(tmp_path))
    assert network_of(old, lab).customers == "customers"
    some = frozenset(old.facts)
    assert network_of(prepare(larger), lab, some).customers == "customers"
    with pytest.raises(CitynetError, match="does not have"):
        network_of(prepare(larger), lab, frozenset(prepare(larger).facts))
    with pytest.raises(CitynetError, match="lab demo does not have node gov-acc9: the inventory"):
        network_of(prepare(larger), lab)
    (larger / "nodes.yaml").write_text((DEMO / "nodes.yaml").read_text())
    services = larger / "services.yaml"
    services.write_text(services.read_text().replace("{node: gov-acc9}", "{node: gov-acc3}"))
    with pytest.raises(CitynetError, match=r"lab demo does not have customer health\.clinic: the"):
        network_of(prepare(larger), lab)
