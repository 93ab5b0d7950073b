"""How a template's values become text: as `str` says, which for addresses is slow."""

from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from typing import Any

ADDRESSES = frozenset(
    {IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network}
)
MOST = 4096
"""Texts kept: a device says few addresses many times, and shares them with its neighbours."""

_text = lru_cache(maxsize=MOST, typed=True)(str)


def printed(value: Any) -> Any:
    """The text of an address, kept from the last time; any other value as it is."""
    return _text(value) if type(value) in ADDRESSES else value
