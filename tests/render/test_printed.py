"""An address prints as `str` says, from memory or not; other values are left to Jinja."""

from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, ip_network
from typing import Any

import pytest

from citynet.render.printed import printed


@pytest.mark.parametrize(
    "value",
    [
        IPv4Address("0.0.0.1"),
        IPv6Address(1),
        IPv6Address("::ffff:10.0.0.1"),
        IPv4Interface("10.0.0.1/8"),
        IPv6Interface("fd00::1/127"),
        IPv6Interface("fd00::/64"),
        ip_network("fd00::/64"),
        ip_network("10.0.0.0/8"),
    ],
)
def test_an_address_prints_as_str_says(value: Any) -> None:
    assert [printed(value), printed(value)] == [str(value), str(value)]


def test_other_values_stay_what_they_are() -> None:
    for value in (True, 1, "text", [1], None):
        assert printed(value) is value
