"""What may cross between two sets of subnets: a fact that roles state and platforms filter by."""

from ipaddress import IPv4Network, IPv6Network

from msgspec import Struct

from citynet.errors import KeyPath


class Rule(Struct, frozen=True):
    """One flow between two sets of subnets. `outward` if it starts on this router's side.

    `counter` is the name under which its packets are counted, `gate-publish`.
    """

    name: str
    counter: str
    outward: bool
    protocol: str
    ports: tuple[int, ...]
    sources4: tuple[IPv4Network, ...]
    targets4: tuple[IPv4Network, ...]
    sources6: tuple[IPv6Network, ...]
    targets6: tuple[IPv6Network, ...]
    origin: KeyPath
