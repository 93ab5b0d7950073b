"""What must hold for pinned addresses, one by one: a router can have them, and send to them.

Whether two of them clash, or fit the pools they are of, is the allocator's to say.
"""

from collections.abc import Iterator, Mapping
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)

from citynet.errors import KeyPath, Problem
from citynet.model import City

Pin = IPv4Address | IPv4Interface | IPv4Network | IPv6Address | IPv6Interface | IPv6Network
Pins = Iterator[tuple[KeyPath, Pin | None]]
Block = tuple[int, int, str]
"""The first and the last address of what nobody can have, and what it is."""

HIGHEST_NUMBER = 0x7EFFFFFF
"""The last before 127.0.0.0: every router id up to it can be had, and so made of a number."""


def _block(prefix: str, what: str) -> Block:
    network = IPv6Network(prefix) if ":" in prefix else IPv4Network(prefix)
    return int(network.network_address), int(network.broadcast_address), f"{what} ({prefix})"


NEVER: Mapping[int, tuple[Block, ...]] = {
    4: (
        _block("127.0.0.0/8", "loopback"),
        _block("169.254.0.0/16", "link-local"),
        _block("224.0.0.0/4", "multicast"),
        _block("240.0.0.0/4", "reserved"),
    ),
    6: (
        _block("::/128", "unspecified"),
        _block("::1/128", "loopback"),
        _block("::ffff:0:0/96", "IPv4-mapped"),
        _block("fe80::/10", "link-local"),
        _block("ff00::/8", "multicast"),
    ),
}
"""Addresses that no router has for others to send to (RFC 6890, RFC 4291, RFC 5771)."""

NO_NETWORK = _block("0.0.0.0/8", "of this network")
"""No packet goes there (RFC 1122), while a router id may be a small number (RFC 6286)."""
NO_ROUTER = _block("0.0.0.0/32", "unspecified")

EXPECTED: Mapping[str, str] = {
    "loopback": "a unicast IPv6 address such as fd00::1",
    "locator": "a unicast IPv6 prefix such as 5f00:1:0:1::/64",
    "router_id": "an IPv4 address such as 10.0.0.1",
    "prefix": "a unicast IPv6 prefix such as fd00:1::/127",
    "ipv4": "a unicast IPv4 address with its prefix length, such as 10.0.0.1/28",
    "ipv6": "a unicast IPv6 address with its prefix length, such as fd00::1/64",
    "customers_ipv4": "a unicast IPv4 prefix such as 10.0.0.0/8",
    "customers_ipv6": "a unicast IPv6 prefix such as fd00::/8",
    "loopbacks": "a unicast IPv6 prefix such as fd00:1::/64",
    "links": "a unicast IPv6 prefix such as fd00:2::/64",
    "locators": "a unicast IPv6 prefix such as 5f00:1::/32",
}


def _nodes(city: City) -> Pins:
    for name, node in city.nodes.items():
        for key, pin in (
            ("loopback", node.loopback),
            ("locator", node.locator),
            ("router_id", node.router_id),
        ):
            if pin is not None:
                yield ("nodes", name, key), pin


def _links(city: City) -> Pins:
    for name, link in city.links.items():
        yield ("links", name, "prefix"), link.prefix
    for name, ring in city.rings.items():
        for key, pins in ring.spans.items():
            yield ("rings", name, "spans", key, "prefix"), pins.prefix


def _endpoints(city: City) -> Pins:
    for name, vpn in city.vpns.items():
        for key, endpoint in vpn.endpoints.items():
            if endpoint.ipv4 or endpoint.ipv6:
                path = ("vpns", name, "endpoints", key)
                yield (*path, "ipv4"), endpoint.ipv4
                yield (*path, "ipv6"), endpoint.ipv6


def _pools(city: City) -> Pins:
    yield ("city", "customers_ipv4"), city.city.customers_ipv4
    yield ("city", "customers_ipv6"), city.city.customers_ipv6
    for name, domain in city.domains.items():
        for key in ("loopbacks", "links", "locators"):
            yield ("domains", name, "pools", key), getattr(domain.pools, key)


def _range(pin: Pin) -> tuple[int, int]:
    """The first and the last address of a pin; of an endpoint's, of its subnet."""
    if isinstance(pin, IPv4Interface | IPv6Interface):
        pin = pin.network
    if isinstance(pin, IPv4Address | IPv6Address):
        return int(pin), int(pin)
    return int(pin.network_address), int(pin.broadcast_address)


def _never(key: str, version: int) -> tuple[Block, ...]:
    if version == 6:  # noqa: PLR2004 - IP's
        return NEVER[6]
    return (*NEVER[4], NO_ROUTER if key == "router_id" else NO_NETWORK)


def pins_are_unicast(city: City) -> Iterator[Problem]:
    """A pinned address is one that packets can be sent to, and a prefix has only such."""
    for pins in (_nodes(city), _links(city), _endpoints(city), _pools(city)):
        for path, pin in pins:
            if pin is None:
                continue
            key = str(path[-1])
            first, last = _range(pin)
            for low, high, what in _never(key, pin.version):
                if first <= high and low <= last:
                    verb = "is" if low <= first and last <= high else "has addresses that are"
                    yield Problem(f"`{key}` {pin} {verb} {what}", path, EXPECTED[key])
                    break


def number_makes_a_router_id(city: City) -> Iterator[Problem]:
    """A pinned number is the router id too, which is an IPv4 address that a router can have."""
    for name, node in city.nodes.items():
        number = node.number
        if number is not None and number > HIGHEST_NUMBER and node.router_id is None:
            router = IPv4Address(number)
            for low, high, what in NEVER[4]:
                if low <= number <= high:
                    yield Problem(
                        f"`number` {number} makes the router id {router}, which is {what}",
                        ("nodes", name, "number"),
                        expected=f"a whole number from 1 to {HIGHEST_NUMBER}",
                        hint="or pin `router_id`",
                    )


def system_id_is_not_zero(city: City) -> Iterator[Problem]:
    """A NET is area, system id, 00 (ISO 10589); a system id of zeros is none."""
    for name, node in city.nodes.items():
        if node.net and not node.net.replace(".", "")[-14:-2].strip("0"):
            yield Problem(
                f"the system id of `net` {node.net} is zero",
                ("nodes", name, "net"),
                expected="an IS-IS NET such as 49.0001.0000.0000.0001.00",
            )
