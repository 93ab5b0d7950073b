"""Gateways between domains: default deny, what flows allow, stateful, logged and counted.

The report (section 2.2) keeps the two physical networks apart and lets data that meets the
rules cross at an interconnection. Here each pair of VPNs that a flow joins has a VLAN of its
own on the link between the two routers, an eBGP session in it that tells only the subnets that
flows name, and the same stateful policy on both routers.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Interface, IPv6Network
from typing import Literal

import msgspec
from msgspec import Struct, structs
from pydantic import Field

from citynet.allocate.joins import endpoints_of, vpn_of
from citynet.build.agree import at_both_ends
from citynet.build.context import Context, JoinSide
from citynet.build.facts import DeviceFacts
from citynet.build.policy import Rule
from citynet.build.role import Role, RoleOptions, beside
from citynet.errors import KeyPath, Problem
from citynet.model import Flow


class GatewayOptions(RoleOptions):
    """Options of gateways."""

    log_rate: int = Field(
        default=10, ge=1, le=10_000, description="Refused packets logged, at most, per second."
    )
    gtsm: bool = Field(
        default=True,
        description="Take BGP of the far gateway only from one hop away (RFC 5082), both ways.",
    )
    maximum_prefixes: int = Field(
        default=1000,
        ge=1,
        le=1_000_000,
        description="Prefixes that a far gateway may tell, by family, before its session is ended "
        "for a while; at least twice as many as flows name.",
    )
    mtu: int = Field(default=1500, ge=1280, le=9000, description="IP MTU between gateways, bytes.")
    answers: Literal["by-state", "by-mirrored-rules"] = Field(
        default="by-state",
        description="How answers come back: to what was asked (a stateful filter), or whatever "
        "looks like an answer, for platforms that keep no state.",
    )


class Join(Struct, frozen=True):
    """Two VPNs joined: this router's subinterface in its VRF, and what may cross."""

    interface: str
    parent: str
    vlan: int
    vrf: str
    description: str
    address: IPv6Interface
    neighbor: IPv6Interface
    local_as: int
    remote_as: int
    near4: tuple[IPv4Network, ...]
    near6: tuple[IPv6Network, ...]
    far4: tuple[IPv4Network, ...]
    far6: tuple[IPv6Network, ...]
    rules: tuple[Rule, ...]
    origin: KeyPath

    def mark(self, rule: Rule) -> int:
        """What a connection that `rule` lets in is marked with, 31 bits; never 0.

        It is made of what the rule says and of the join, so that another rule has another one.
        """
        said = msgspec.json.encode((self.interface, structs.replace(rule, origin=())), enc_hook=str)
        return int.from_bytes(sha256(said).digest()[:4]) >> 1 or 1


class GatewayLink(Struct, frozen=True):
    """The physical interface towards the other domain's gateway router."""

    interface: str
    description: str
    origin: KeyPath


class Gateways(Struct, frozen=True):
    """What a gateway router does: its links to the other domain, and the joins on them.

    `stateful` if answers must be let through because something was asked, and only then.
    """

    links: tuple[GatewayLink, ...]
    joins: tuple[Join, ...]
    mtu: int
    log_rate: int
    stateful: bool
    gtsm: bool
    maximum_prefixes: int
    origin: KeyPath

    @property
    def interfaces(self) -> tuple[str, ...]:
        """The ports that lead to the other domain."""
        return tuple(link.interface for link in self.links)

    def at_most(self, networks: tuple[IPv4Network | IPv6Network, ...]) -> int:
        """How many prefixes a session may bring where `networks` are what it should.

        There is room for flows that one of the two routers knows of before the other.
        """
        return max(self.maximum_prefixes, 2 * len(networks))

    @property
    def promise(self) -> tuple[str, int]:
        """What comes from the other domain has to cross this one whole."""
        return "mtu", self.mtu


Subnets = tuple[tuple[IPv4Network, ...], tuple[IPv6Network, ...]]


def _subnets(context: Context, refs: list[str]) -> Subnets:
    """The subnets of all endpoints that `refs` name, by family, without repetition, sorted."""
    each = {key for ref in refs for key in endpoints_of(context.city, ref)}
    numbers = [context.plan.endpoints[key] for key in sorted(each)]
    ipv4 = sorted({number.ipv4.network for number in numbers})
    ipv6 = sorted({number.ipv6.network for number in numbers})
    return tuple(ipv4), tuple(ipv6)


def _rule(context: Context, gateway: str, name: str, flow: Flow, near: str) -> Rule:
    sources4, sources6 = _subnets(context, [flow.source])
    targets4, targets6 = _subnets(context, [flow.to])
    return Rule(
        name=name,
        counter=f"{gateway}-{name}",
        outward=vpn_of(flow.source) == near,
        protocol=flow.protocol.value,
        ports=tuple(sorted(set(flow.ports))),
        sources4=sources4,
        targets4=targets4,
        sources6=sources6,
        targets6=targets6,
        origin=("gateways", gateway, "allow", name),
    )


def _join(context: Context, side: JoinSide) -> Join:
    near, far, gateway = side.near, side.far, side.join.gateway
    flows = {
        name: flow
        for name, flow in sorted(context.city.gateways[gateway].allow.items())
        if {vpn_of(flow.source), vpn_of(flow.to)} == {near.vpn, far.vpn}
    }
    refs = [ref for flow in flows.values() for ref in (flow.source, flow.to)]
    near4, near6 = _subnets(context, [ref for ref in refs if vpn_of(ref) == near.vpn])
    far4, far6 = _subnets(context, [ref for ref in refs if vpn_of(ref) == far.vpn])
    domains = context.plan.domains
    return Join(
        interface=near.interface,
        parent=near.interface.rpartition(".")[0],
        vlan=side.join.vlan,
        vrf=near.vpn,
        description=f"{gateway}: {near.vpn} to {far.vpn} of {far.node}",
        address=near.address,
        neighbor=far.address,
        local_as=domains[context.domain_of(near.node)].asn,
        remote_as=domains[context.domain_of(far.node)].asn,
        near4=near4,
        near6=near6,
        far4=far4,
        far6=far6,
        rules=tuple(_rule(context, gateway, name, flow, near.vpn) for name, flow in flows.items()),
        origin=("gateways", gateway),
    )


def _links(context: Context, node: str) -> tuple[GatewayLink, ...]:
    found = []
    for name, gateway in sorted(context.plan.gateways.items()):
        if node in gateway.ends:
            far = next(each for each in gateway.ends if each != node)
            text = f"gateway {name} to {far}"
            found.append(GatewayLink(gateway.interface(node), text, ("gateways", name)))
    return tuple(found)


def build(context: Context, node: str, options: GatewayOptions) -> Gateways | None:
    """Routers that are an end of a gateway."""
    links = _links(context, node)
    if not links:
        return None
    return Gateways(
        links=links,
        joins=tuple(_join(context, side) for side in context.index.joins.get(node, ())),
        mtu=options.mtu,
        log_rate=options.log_rate,
        stateful=options.answers == "by-state",
        gtsm=options.gtsm,
        maximum_prefixes=options.maximum_prefixes,
        origin=("nodes", node),
    )


def contradictions(context: Context, facts: Mapping[str, DeviceFacts]) -> Iterator[Problem]:
    """Gateways whose two routers would have MTUs of their own, or take BGP in ways of their own."""
    links = [(f"gateway {name}", each.ends) for name, each in context.city.gateways.items()]
    for option in ("mtu", "gtsm"):
        yield from at_both_ends(context.city, facts, "gateway", option, links)


ROLE = Role(
    name="gateway",
    summary="what may cross between domains: default deny, stateful, logged and counted",
    options=GatewayOptions,
    build=build,
    after=("vpn", "evpn"),
    checks=beside(__name__, "checks"),
    contradictions=contradictions,
)
