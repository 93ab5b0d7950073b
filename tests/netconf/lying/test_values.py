"""What is one value in several forms, and what is not."""

import pytest

from citynet.netconf.profile import Profile
from citynet.netconf.values import Values, scope
from citynet.xml import parse_document

PROFILE = Profile("toy", owned=(), spellings=(("type", r"^GE$", "GigabitEthernet"),))
OURS = parse_document(b'<config xmlns:a="urn:types" xmlns:b="urn:other"/>')
THEIRS = parse_document(b'<data><x xmlns:t="urn:types" xmlns:b="urn:third"/></data>')
VALUES = Values(PROFILE, scope(OURS), scope(THEIRS))


@pytest.mark.parametrize(
    ("name", "wanted", "held"),
    [
        ("mac", "00:E0:FC:12:34:56", "00e0-fc12-3456"),
        ("mac", "00:E0:FC:12:34:56", "00:e0:fc:12:34:56"),
        ("net", "49.0001.00ab.0000.0001.00", "49.0001.00AB.0000.0001.00"),
        ("address", "2001:DB8:0:0::1", "2001:db8::1"),
        ("address", "2001:db8::1/064", "2001:db8::1/64"),
        ("prefix", "10.1.2.3/24", "10.1.2.0/24"),
        ("prefix", "2001:db8::1/32", "2001:db8::/32"),
        ("type", "a:optical", "optical"),
        ("type", "optical", "t:optical"),
        ("type", "a:optical", "t:optical"),
        ("type", "a:optical", "oc-types:optical"),
        ("type", "GE", "GigabitEthernet"),
        ("enabled", "true", "1"),
        ("enabled", "0", "false"),
        ("gain", "20.50", "20.5"),
        ("gain", "-1.0", "-1"),
        ("vlan", "0100", "100"),
        ("mask", "0x1F", "31"),
        ("password", "in the clear", "$1$salted"),
        ("mtu", " 1500\n", "1500"),
        ("afi-safi-name", "a:evpn", "t:evpn"),
    ],
)
def test_the_same(name: str, wanted: str, held: str) -> None:
    assert VALUES.same(name, wanted, held)


@pytest.mark.parametrize(
    ("name", "wanted", "held"),
    [
        ("mac", "00:e0:fc:12:34:56", "00:e0:fc:12:34:57"),
        ("address", "2001:db8::1", "2001:db8::2"),
        ("address", "10.1.2.3/24", "10.1.2.0/24"),
        ("prefix", "10.1.2.3/24", "10.1.3.0/24"),
        ("prefix", "10.1.2.0/24", "10.1.2.0/25"),
        ("prefix", "10.1.2.0/24", "10.1.2.3/24"),
        ("type", "b:optical", "b:optical-amplifier"),
        ("type", "b:optical", "t:optical"),
        ("type", "none:optical", "optical"),
        ("enabled", "true", "0"),
        ("enabled", "true", "enabled"),
        ("vlan", "100", "1000"),
        ("vlan", "1", "10"),
        ("gain", "1", "-1"),
        ("number", "12345678901234567890123456789012345", "12345678901234567890123456789012346"),
        ("name", "LAN-01", "lan-01"),
        ("description", "007", "7"),
        ("sys-name", "b:r1", "r1"),
        ("sys-name", "b:r1", "t:r1"),
        ("sys-name", "east:r1", "west:r1"),
        ("sys-name", "a:r1", "west:r1"),
        ("password", "in the clear", ""),
        ("mode", "ASCII", "ascii"),
    ],
)
def test_not_the_same(name: str, wanted: str, held: str) -> None:
    assert not VALUES.same(name, wanted, held)


def test_what_is_the_same_is_found_by_its_mark() -> None:
    """Entries of a list are looked for by it."""
    for name, one, other in (
        ("address", "2001:DB8::1", "2001:db8:0::1"),
        ("type", "a:x", "t:x"),
        ("afi-safi-name", "a:evpn", "t:evpn"),
        ("enabled", "true", "1"),
    ):
        assert VALUES.coarse(name, one) == VALUES.coarse(name, other)
    assert VALUES.coarse("id", "1") != VALUES.coarse("id", "2")
