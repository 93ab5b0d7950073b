"""Numbers made of names.

Every number that citynet allocates is a hash of the name of what it belongs to, and of nothing
else. So adding, removing or reordering anything cannot move the number of anything else, a
thing that comes back gets its number back, and two branches never disagree. Two names whose
hashes fall on one number are a clash: it is reported (`citynet.allocate.clashes`), never
resolved silently, and one of the two is pinned. See docs/decisions/0002-numbers-from-names.md.
"""

from hashlib import blake2b
from ipaddress import IPv6Address, IPv6Network


def digest(*name: str) -> int:
    """A 64-bit number made of `name` alone, the same on every machine and Python."""
    text = "\0".join(name).encode()
    return int.from_bytes(blake2b(text, digest_size=8, person=b"citynet").digest(), "big")


def in_range(first: int, last: int, *name: str) -> int:
    """A number from `first` to `last`, both included."""
    return first + digest(*name) % (last - first + 1)


def slot(pool: IPv6Network, longer: int, number: int) -> IPv6Network:
    """The subnet of `pool` with prefix length `longer` that `number`, modulo their count, names.

    Of a pool that is smaller than that, the one around it.
    """
    bits = max(0, longer - pool.prefixlen)
    first = int(pool.network_address) >> (128 - longer)
    return IPv6Network(((first + number % (1 << bits)) << (128 - longer), longer))


def host(pool: IPv6Network, number: int) -> IPv6Address:
    """The address of `pool` that `number`, modulo its size, names."""
    return IPv6Address(int(pool.network_address) + number % (1 << (128 - pool.prefixlen)))


def unique_local(*name: str) -> IPv6Network:
    """A /48 with a 40-bit global id made of `name` (RFC 4193, section 3.2)."""
    return IPv6Network(((0xFD << 120) | ((digest(*name) & 0xFFFFFFFFFF) << 80), 48))


def short_name(text: str, longest: int) -> str:
    """`text` if it fits into `longest` characters, else its beginning and five hash digits."""
    if len(text) <= longest:
        return text
    return f"{text[: longest - 6].rstrip('-')}-{digest('name', text) & 0xFFFFF:05x}"


def mac(*name: str) -> str:
    """A locally administered unicast MAC (IEEE 802, second bit) made of `name`."""
    value = digest("mac", *name) & 0xFFFFFFFFFF
    return ":".join(["02", *(f"{(value >> shift) & 0xFF:02x}" for shift in (32, 24, 16, 8, 0))])
