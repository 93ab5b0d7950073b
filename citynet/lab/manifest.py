"""What exactly a lab is made of, so that a trainer can say: the same as last year."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from citynet.lab.build import NodeImage
from citynet.lab.cache import digest_of
from citynet.lab.clab import LINKS, SERVER, TWINS
from citynet.lab.engine import Plan, all_nodes
from citynet.lab.gobuild import version_in
from citynet.lab.host import LabHost, checked
from citynet.lab.topology import Customer, LabNode, LabPort, Topology

FACTS = "uname -r; docker version --format '{{.Server.Version}}'"


def collect(
    host: LabHost,
    wanted: Plan,
    images: Mapping[str, NodeImage],
    binary: str,
    machine: Mapping[str, Any],
) -> dict[str, Any]:
    """Versions, digests and the layout. `machine` is what is known of the VM, if there is one."""
    kernel, docker = checked(host, ["sh", "-c", FACTS]).split()
    said = checked(host, ["env", "CLAB_VERSION_CHECK=disable", binary, "version"])
    used = {image.reference: image for image in images.values()}
    return {
        "citynet": version("citynet"),
        "topology": wanted.digest,
        "host": host.name,
        "kernel": kernel,
        "docker": docker,
        "containerlab": version_in(said),
        "images": {reference: image.digest for reference, image in sorted(used.items())},
        "packages": {
            reference: dict(sorted(image.versions.items()))
            for reference, image in sorted(used.items())
        },
        "layout": layout(wanted.topology),
        **({"twins": twins(wanted.twins)} if wanted.twins else {}),
        **({"vm": dict(machine)} if machine else {}),
    }


def twins(files: Mapping[str, bytes]) -> dict[str, str]:
    """A digest for each platform of what its twins run: their server, and its models."""
    parts: dict[str, list[bytes]] = {}
    for name in sorted(files):
        of = name.removeprefix(f"{TWINS}/").split("/")[0]
        parts.setdefault(of, []).extend((name.encode(), files[name]))
    server = parts.pop(SERVER, [])
    parts.pop(LINKS, None)
    return {platform: digest_of([*server, *own]) for platform, own in parts.items()}


def layout(topology: Topology) -> dict[str, Any]:
    """Names, addresses, MACs, and interfaces in their order: functions of the inventory alone."""
    return {
        "network": str(topology.management),
        "nodes": {node.name: _node(topology, node) for node in all_nodes(topology)},
        "links": {
            link.id: {"mtu": link.mtu, "ends": [_port(end) for end in (link.a, link.b)]}
            for link in topology.links
        },
        "customers": {each.name: _customer(each) for each in topology.customers},
    }


def _node(topology: Topology, node: LabNode) -> dict[str, Any]:
    """Its interfaces in the order in which containerlab plugs them in."""
    return {
        "platform": node.platform,
        "image": node.vendor.reference if node.vendor else node.image,
        "management": str(node.management),
        "port": node.port,
        "interfaces": [
            {"name": end.interface, "mac": end.mac, "link": link.id}
            for link in topology.links
            for end in (link.a, link.b)
            if end.node == node.name
        ],
    }


def _port(end: LabPort) -> dict[str, str]:
    return {"node": end.node, "interface": end.interface}


def _customer(each: Customer) -> dict[str, str]:
    return {
        "interface": each.interface,
        "ipv4": str(each.ipv4),
        "ipv4_gateway": each.ipv4_gateway,
        "ipv6": str(each.ipv6),
        "ipv6_gateway": each.ipv6_gateway,
    }
