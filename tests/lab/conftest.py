"""A hand-made topology: two routers, a link between them, and a customer behind each."""

from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Interface

import pytest

from citynet.lab.topology import Customer, LabLink, LabNode, LabPort, Topology


def _link(identity: str, a: tuple[str, str], b: tuple[str, str], mtu: int, number: int) -> LabLink:
    first, second = (f"02:00:00:00:{number:02x}:0{end}" for end in (1, 2))
    return LabLink(identity, LabPort(*a, first), LabPort(*b, second), mtu)


def _customer(number: int) -> Customer:
    return Customer(
        name=f"office.{number}",
        interface=f"c{number}",
        ipv4=IPv4Interface(f"10.0.{number}.2/30"),
        ipv4_gateway=f"10.0.{number}.1",
        ipv6=IPv6Interface(f"fd00:{number}::2/64"),
        ipv6_gateway=f"fd00:{number}::1",
    )


@pytest.fixture
def topology() -> Topology:
    return Topology(
        name="tiny",
        management=IPv4Network("172.31.0.0/24"),
        nodes=(
            LabNode("east", "frr", "node", IPv4Address("172.31.0.11")),
            LabNode("west", "frr", "node", IPv4Address("172.31.0.12")),
        ),
        links=(
            _link("ring/east-west", ("east", "eth1"), ("west", "eth1"), 9216, 1),
            _link("access/1", ("east", "eth9"), ("customers", "c1"), 1500, 2),
            _link("access/2", ("west", "eth9"), ("customers", "c2"), 1500, 3),
        ),
        customers_node=LabNode("customers", "linux", "node", IPv4Address("172.31.0.250")),
        customers=(_customer(1), _customer(2)),
    )
