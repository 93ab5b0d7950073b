"""The lab as plain values: what has to exist before anything is configured.

A `Topology` is made from a city (`citynet.lab.from_city`) and is all that the lab side of
citynet knows of it. Names, addresses and MACs in it are functions of the inventory alone,
so the same inventory gives the same lab.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Interface

TWIN = "twin"
"""The image of nodes that have a vendor's management plane and forward nothing."""


@dataclass(frozen=True, slots=True)
class LabPort:
    """One end of a link: `interface` (at most 15 characters) of `node`, with its MAC.

    The MAC of a vendor's own image is the vendor's business; it is empty here.
    """

    node: str
    interface: str
    mac: str


@dataclass(frozen=True, slots=True)
class LabLink:
    """A point-to-point link. `id` is what `citynet lab cut` takes; `mtu` is in bytes."""

    id: str
    a: LabPort
    b: LabPort
    mtu: int


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor's own image: containerlab's `kind`, the `reference` of the image, its hardware.

    `username` logs in, with the lab's key if there is no `password`, which says where one is.
    `memory` is in MiB.
    """

    kind: str
    reference: str
    type: str
    username: str
    password: str | None
    memory: int


@dataclass(frozen=True, slots=True)
class LabNode:
    """A router (or anything else that is one container). `image` is a key of `labs/images/`.

    `port` is the TCP port of its SSH server. With `vendor` it is that, and `image` is empty.
    """

    name: str
    platform: str
    image: str
    management: IPv4Address
    port: int = 22
    vendor: Vendor | None = None

    @property
    def twin(self) -> bool:
        """Whether it is management plane only."""
        return self.image == TWIN


@dataclass(frozen=True, slots=True)
class Customer:
    """What is behind one VPN endpoint: a network namespace `name` of the customers container.

    `interface` is the customers container's end of the access link. The namespace gets the
    addresses below and default routes through the router's side of the link.
    """

    name: str
    interface: str
    ipv4: IPv4Interface
    ipv4_gateway: str
    ipv6: IPv6Interface
    ipv6_gateway: str


@dataclass(frozen=True, slots=True)
class Topology:
    """A whole lab. `customers_node` names the one container that holds all customers."""

    name: str
    management: IPv4Network
    nodes: tuple[LabNode, ...]
    links: tuple[LabLink, ...]
    customers_node: LabNode
    customers: tuple[Customer, ...]

    @property
    def twins(self) -> tuple[LabNode, ...]:
        """The nodes that are management plane only."""
        return tuple(node for node in self.nodes if node.twin)

    @property
    def vendors(self) -> Mapping[str, Vendor]:
        """The nodes that are a vendor's own image, by name."""
        return {node.name: node.vendor for node in self.nodes if node.vendor is not None}
