"""City -> Topology: which containers and links the lab of a city needs."""

from collections import Counter
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from citynet.allocate.numbers import digest, mac, short_name
from citynet.allocate.plan import EndpointNumbers
from citynet.lab.addresses import management_addresses
from citynet.lab.errors import LabError
from citynet.lab.topology import TWIN, Customer, LabLink, LabNode, LabPort, Topology
from citynet.lab.vendors import (
    check_vendors,
    core_ends,
    vendor_of,
    vendor_platform,
    vendor_port,
)
from citynet.pipeline import Prepared, prepare
from citynet.render.platform import Platform

LINK_MTU = 9216
"""What a lab's fibre carries, in bytes; the routers set the MTU they want below it."""
CUSTOMERS = "customers"
LONGEST_NAME = 15
"""Characters in the name of a Linux interface (IFNAMSIZ)."""
MANAGEMENT_POOL = IPv4Network("172.24.0.0/13")
MANAGEMENT_LENGTH = 22


def _management(city: str) -> IPv4Network:
    """A management network of its own for each city name."""
    room = 1 << (MANAGEMENT_LENGTH - MANAGEMENT_POOL.prefixlen)
    index = digest("management", city) % room
    base = int(MANAGEMENT_POOL.network_address) + (index << (32 - MANAGEMENT_LENGTH))
    return IPv4Network((base, MANAGEMENT_LENGTH))


def lab_port(prepared: Prepared, node: str, interface: str) -> LabPort:
    """A vendor's port name is no name of a Linux interface: no slash, at most 15 characters."""
    platform = vendor_platform(prepared, node)
    if platform is not None:
        return LabPort(node, vendor_port(platform, interface), "")
    plain = interface.replace("/", "-")
    inside = short_name(plain, LONGEST_NAME)
    return LabPort(node, inside, mac(prepared.name, node, interface))


def _image(platform: Platform) -> str:
    return platform.image or (TWIN if platform.models else "node")


def _lab_node(prepared: Prepared, name: str, address: IPv4Address) -> LabNode:
    platform = prepared.house.platforms[prepared.facts[name].platform]
    vendor = vendor_of(prepared, name)
    image = "" if vendor else _image(platform)
    return LabNode(name, platform.name, image, address, platform.port, vendor)


def _city_links(prepared: Prepared) -> Iterator[LabLink]:
    for id_, ends in core_ends(prepared):
        a, b = (lab_port(prepared, *end) for end in ends)
        yield LabLink(id_, a, b, LINK_MTU)


def _customer(each: EndpointNumbers) -> Customer:
    return Customer(
        name=each.ref.replace("/", "."),
        interface=f"c{digest('customer', each.ref) & 0xFFFFFFFFFF:010x}",
        ipv4=each.customer_ipv4,
        ipv4_gateway=str(each.ipv4.ip),
        ipv6=each.customer_ipv6,
        ipv6_gateway=str(each.ipv6.ip),
    )


def city_topology(prepared: Prepared) -> Topology:
    """The lab of a prepared city; a pure function of it.

    Raises `LabError` where a vendor's own image is asked for that cannot have its ports, and
    where two things of the lab would have one name.
    """
    check_vendors(prepared)
    city = prepared.name
    network = _management(city)
    endpoints = sorted(prepared.plan.endpoints.values(), key=lambda each: each.ref)
    customers = tuple(_customer(each) for each in endpoints)
    access = [
        LabLink(
            f"access/{each.ref}",
            lab_port(prepared, each.node, each.interface),
            lab_port(prepared, CUSTOMERS, customer.interface),
            1500,
        )
        for each, customer in zip(endpoints, customers, strict=True)
    ]
    addresses = management_addresses(network, [CUSTOMERS, *prepared.facts])
    nodes = tuple(_lab_node(prepared, name, addresses[name]) for name in sorted(prepared.facts))
    return _distinct(
        Topology(
            name=city,
            management=network,
            nodes=nodes,
            links=(*sorted(_city_links(prepared), key=lambda link: link.id), *access),
            customers_node=LabNode(CUSTOMERS, "customers", "node", addresses[CUSTOMERS]),
            customers=customers,
        )
    )


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _distinct(made: Topology) -> Topology:
    """The topology itself. Raises `LabError` where one name would stand for two things."""
    nodes = _twice([*(node.name for node in made.nodes), made.customers_node.name])
    ends = [end for link in made.links for end in (link.a, link.b)]
    ports = _twice(f"{end.interface} of {end.node}" for end in ends)
    said = [f"two nodes of the lab would be called {name!r}: rename the router" for name in nodes]
    said += [f"two links would end on interface {each}: pin another for one" for each in ports]
    if said:
        raise LabError("\n".join(said))
    return made


def topology(folder: Path) -> Topology:
    """The lab of the city in `folder`. Raises `InventoryError`."""
    return city_topology(prepare(folder))
