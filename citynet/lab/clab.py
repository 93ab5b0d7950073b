"""From a topology to the text of a plain containerlab file; pure, and deterministic."""

from collections.abc import Mapping
from typing import Any

import yaml

from citynet.lab.topology import Customer, LabLink, LabNode, LabPort, Topology, Vendor

KEYS = "keys"
"""Folder beside the file: `keys/<node>/` has what a node's sshd needs."""
CUSTOMERS = "customers.txt"
TWINS = "twin"
"""Folder beside the file: the twins' server, and a repository of models for each platform."""
LINKS = "links"
"""Below it: a file for each twin, the links that it has."""
SERVER = "server"
"""Below it: the server, which all twins have."""
IN_NODE = "/etc/citynet"


def network_name(lab: str) -> str:
    """The docker network that carries management, of this lab only."""
    return f"citynet-{lab}"


def container_name(lab: str, node: str) -> str:
    """The name that containerlab gives, with its default prefix."""
    return f"clab-{lab}-{node}"


def clab_yaml(topology: Topology, images: Mapping[str, str]) -> str:
    """What `containerlab deploy -t` takes. `images`: key of labs/images/ -> image reference.

    Routers get management and nothing else: no configuration is mounted into them.
    """
    nodes = {node.name: _node(node, images) for node in topology.nodes}
    nodes[topology.customers_node.name] = _customers(topology.customers_node, images)
    document = {
        "name": topology.name,
        "mgmt": {
            "network": network_name(topology.name),
            "ipv4-subnet": str(topology.management),
        },
        "topology": {
            "defaults": {
                "kind": "linux",
                "restart-policy": "no",
                "image-pull-policy": "Never",
            },
            "nodes": nodes,
            "links": [_link(link) for link in topology.links],
        },
    }
    return "# Made by citynet from the inventory: edit that instead.\n" + yaml.safe_dump(
        document, sort_keys=False, width=100
    )


def customers_text(customers: tuple[Customer, ...]) -> str:
    """One customer a line: name, interface, then address and gateway for IPv4 and IPv6.

    `citynet-customers` in the node image reads it, inside the customers container.
    """
    return "".join(
        f"{c.name} {c.interface} {c.ipv4} {c.ipv4_gateway} {c.ipv6} {c.ipv6_gateway}\n"
        for c in customers
    )


def _vendor(node: LabNode, vendor: Vendor) -> dict[str, Any]:
    """As containerlab starts the vendor's image by itself: management, and a first login."""
    hardware = {"type": vendor.type} if vendor.type else {}
    return {
        "kind": vendor.kind,
        **hardware,
        "image": vendor.reference,
        "mgmt-ipv4": str(node.management),
        "labels": {"citynet-platform": node.platform},
    }


def _node(node: LabNode, images: Mapping[str, str]) -> dict[str, Any]:
    if node.vendor is not None:
        return _vendor(node, node.vendor)
    binds = [
        f"{KEYS}/{node.name}/{name}:{IN_NODE}/{name}:ro"
        for name in ("ssh_host_ed25519_key", "authorized_keys")
    ]
    labels = {"citynet-platform": node.platform}
    if node.twin:
        labels["citynet-plane"] = "management only"
        binds += [
            f"{TWINS}/{SERVER}:{IN_NODE}/server:ro",
            f"{TWINS}/{node.platform}:{IN_NODE}/repository:ro",
            f"{TWINS}/{LINKS}:{IN_NODE}/{LINKS}:ro",
        ]
    return {
        "image": images[node.image],
        "mgmt-ipv4": str(node.management),
        "labels": labels,
        "binds": binds,
    }


def _customers(node: LabNode, images: Mapping[str, str]) -> dict[str, Any]:
    entry = _node(node, images)
    entry["binds"].append(f"{CUSTOMERS}:{IN_NODE}/{CUSTOMERS}:ro")
    return entry | {
        "env": {"CITYNET_ROLE": "customers"},
        "exec": [f"citynet-customers {IN_NODE}/{CUSTOMERS}"],
    }


def _link(link: LabLink) -> dict[str, Any]:
    return {
        "type": "veth",
        "endpoints": [_port(link.a), _port(link.b)],
        "mtu": link.mtu,
        "labels": {"citynet-link": link.id},
    }


def _port(port: LabPort) -> dict[str, str]:
    mac = {"mac": port.mac} if port.mac else {}
    return {"node": port.node, "interface": port.interface, **mac}
