"""Who speaks iBGP with whom: reflectors (RFC 4456) with each other and with their clients."""

from ipaddress import IPv6Address

from msgspec import Struct
from pydantic import Field

from citynet.build.context import Context
from citynet.build.role import RoleOptions
from citynet.errors import KeyPath


class SessionOptions(RoleOptions):
    """Options of sessions between loopbacks. Times are in seconds."""

    keepalive: int = Field(default=10, ge=1, le=21_845, description="BGP keepalive, s.")
    hold: int = Field(default=30, ge=3, le=65_535, description="BGP hold time, s.")


class Neighbor(Struct, frozen=True):
    """An iBGP neighbour, by its loopback; `client` if this router reflects routes to it."""

    node: str
    address: IPv6Address
    client: bool
    origin: KeyPath


def neighbors(context: Context, node: str) -> tuple[Neighbor, ...]:
    """The neighbours of a router in its domain, reflectors first."""
    domain = context.domain_of(node)
    reflectors = context.index.reflectors.get(domain, ())
    clients = context.index.clients.get(domain, ()) if node in reflectors else ()
    loopback = {name: context.plan.nodes[name].loopback for name in (*reflectors, *clients)}
    peers = [
        Neighbor(each, loopback[each], client=False, origin=("nodes", each)) for each in reflectors
    ]
    below = [
        Neighbor(each, loopback[each], client=True, origin=("nodes", each)) for each in clients
    ]
    return tuple(each for each in (*peers, *below) if each.node != node)
