"""SRv6: a locator on every router, and an End.DT46 SID for every VPN where it is present."""

from ipaddress import IPv6Address, IPv6Network

from msgspec import Struct

from citynet.build.context import Context
from citynet.build.role import Role, RoleOptions, beside
from citynet.errors import KeyPath
from citynet.model import Transport

FUNCTION_LENGTH = 16


class Srv6Options(RoleOptions):
    """SRv6 has no options yet."""


class Srv6(Struct, frozen=True):
    """A router's locator (RFC 8986, section 3.1). Lengths are in bits.

    `required` if a VPN ends here. A router in the middle only forwards IPv6: its End SIDs are
    there for whoever wants to lead traffic over it.
    """

    locator: IPv6Network
    block_length: int
    node_length: int
    function_length: int
    source: IPv6Address
    origin: KeyPath
    required: bool
    needed_by: KeyPath


def build(context: Context, node: str, options: Srv6Options) -> Srv6 | None:
    """Every router of a domain that uses SRv6 has a locator; without VPNs it is transit."""
    if context.transport_of(node) is not Transport.SRV6:
        return None
    endpoints = context.index.endpoints.get(node, ())
    numbers = context.plan.nodes[node]
    block = context.plan.domains[context.domain_of(node)].locators.prefixlen
    return Srv6(
        locator=numbers.locator,
        block_length=block,
        node_length=numbers.locator.prefixlen - block,
        function_length=FUNCTION_LENGTH,
        source=numbers.loopback,
        origin=("nodes", node),
        required=node in context.index.vpns,
        needed_by=("vpns", endpoints[0].vpn, "endpoints", endpoints[0].name)
        if endpoints
        else ("nodes", node),
    )


ROLE = Role(
    name="srv6",
    summary="SRv6 locators, and End.DT46 SIDs for VPNs",
    options=Srv6Options,
    build=build,
    after=("underlay",),
    checks=beside(__name__, "checks"),
)
