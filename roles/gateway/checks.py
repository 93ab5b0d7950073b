"""What must be true of gateways: what may cross crosses, nothing else does, and both count.

A platform counts the packets that open a flow in a counter `<gateway>-<flow>`, and those a
join refuses in `<subinterface>-refused` (with `-` for `.`); these names are the role's.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from citynet.allocate.joins import endpoints_of, vpn_of
from citynet.allocate.plan import EndpointNumbers, JoinNumbers
from citynet.build.context import Context
from citynet.model import Flow, Gateway
from citynet.verify.bgp import DEFAULT, BgpSessions, PeersInput
from citynet.verify.check import ProbeCheck, ProbesInput, Verdict, judge, leaked, unanswered
from citynet.verify.observe import Needs, Observations, Probe
from citynet.verify.pairs import PORT, endpoints_of_vpn, first_hops, joined, probes_between

from .far_router import FarRouter, far_routers, refused_counter

Service = tuple[str, int]
Permitted = frozenset[tuple[str, str, str, int]]


class CrossingInput(ProbesInput):
    """Probes across gateways, and `(node, counter)` that must grow by `at_least` together."""

    counters: tuple[tuple[str, str], ...]
    at_least: int


class Sessions(BgpSessions):
    """BGP inside VRFs: an established session to the far gateway of every join, and no other."""

    name = "ebgp-sessions"
    role = "gateway"
    families = ("ipv4 unicast", "ipv6 unicast")

    def covers(self, vrf: str) -> bool:
        """Those inside VRFs."""
        return vrf != DEFAULT


class CrossingCheck(ProbeCheck[CrossingInput]):
    """What checks of crossings have in common."""

    def needs(self) -> Needs:
        """The probes, and the counters around them."""
        nodes = frozenset(node for node, _ in self.input.counters)
        return replace(super().needs(), counters=nodes)

    def uncounted(self, seen: Observations, *, each: bool) -> list[str]:
        """Sentences for counters that grew too little: `each` on its own, or all together."""
        counted = {name: seen.counted(*name) for name in self.input.counters}
        total = sum(counted.values())
        short = [
            f"counter {name} of {node} grew by {grown}, expected {self.input.at_least} or more"
            for (node, name), grown in counted.items()
            if grown < self.input.at_least
        ]
        return short if each or total < self.input.at_least else []


class Allowed(CrossingCheck):
    """What a flow allows crosses the gateway, and both gateway routers count it."""

    name = "flow-allowed"
    role = "gateway"
    tags = frozenset({"reachability", "policy"})

    def evaluate(self, seen: Observations) -> Verdict:
        """A probe that is not answered, or a counter that did not grow, is a finding."""
        probes = self.input.probes
        findings = unanswered(seen, probes) + self.uncounted(seen, each=True)
        return judge(findings, f"{len(probes)} probes crossed and were counted")


class Refused(CrossingCheck):
    """Whatever no flow allows does not cross, in this direction, and is counted as refused."""

    name = "flow-refused"
    role = "gateway"
    tags = frozenset({"isolation", "policy"})

    def evaluate(self, seen: Observations) -> Verdict:
        """A probe that got across, or refusals that were not counted, is a finding."""
        probes = self.input.probes
        findings = leaked(seen, self.input) + self.uncounted(seen, each=False)
        least = self.input.at_least
        return judge(findings, f"{len(probes)} probes refused, {least} or more counted")


GatewayCheck = Sessions | CrossingCheck | FarRouter


def _sessions(context: Context, node: str) -> Sessions:
    domains = context.plan.domains
    expected = {
        (side.near.vpn, str(side.far.address.ip)): domains[context.domain_of(side.far.node)].asn
        for side in context.index.joins.get(node, ())
    }
    return Sessions(node, PeersInput(node=node, expected=expected))


def _services(flow: Flow) -> tuple[Service, ...]:
    protocol = flow.protocol.value
    return tuple((protocol, port) for port in sorted(set(flow.ports))) or ((protocol, 0),)


def _ends(context: Context, ref: str) -> list[EndpointNumbers]:
    return [context.plan.endpoints[key] for key in endpoints_of(context.city, ref)]


def _allowed(context: Context, name: str, gateway: Gateway, flow: str) -> Allowed:
    wanted = gateway.allow[flow]
    probes = tuple(
        probe
        for a in _ends(context, wanted.source)
        for b in _ends(context, wanted.to)
        for probe in probes_between(a, b, _services(wanted), wanted=True)
    )
    vpns = {vpn_of(wanted.source), vpn_of(wanted.to)}
    return Allowed(
        f"{name}-{flow}",
        CrossingInput(
            about=frozenset({name, *gateway.ends, *vpns}),
            probes=probes,
            counters=tuple((node, f"{name}-{flow}") for node in gateway.ends),
            at_least=len(probes),
        ),
    )


def _joins(context: Context, vpn: str, other: str) -> list[JoinNumbers]:
    return [
        join
        for _, numbers in sorted(context.plan.gateways.items())
        for join in numbers.joins
        if {end.vpn for end in join.ends} == {vpn, other}
    ]


def _flows(context: Context, vpn: str, other: str) -> list[Flow]:
    """All flows between two VPNs, whichever way, at any gateway."""
    return [
        flow
        for _, gateway in sorted(context.city.gateways.items())
        for flow in gateway.allow.values()
        if {vpn_of(flow.source), vpn_of(flow.to)} == {vpn, other}
    ]


def _permitted(context: Context, flows: list[Flow]) -> Permitted:
    """`(source, target, protocol, port)` of everything that flows let through."""
    return frozenset(
        (a.ref, b.ref, *service)
        for flow in flows
        for a, b in product(_ends(context, flow.source), _ends(context, flow.to))
        for service in _services(flow)
    )


def _refused(context: Context, vpn: str, other: str) -> Refused:
    """Every pair from `vpn` to `other`: ICMP, and each port of any flow and one more, by both."""
    flows = _flows(context, vpn, other)
    permitted = _permitted(context, flows)
    ports = sorted({PORT, *(port for flow in flows for port in flow.ports)})
    services = [("icmp", 0), *product(("tcp", "udp"), ports)]
    starts, ends = (endpoints_of_vpn(context.plan, each) for each in (vpn, other))
    probes: list[Probe] = []
    for a, b in product(starts, ends):
        tried = [each for each in services if (a.ref, b.ref, *each) not in permitted]
        probes += probes_between(a, b, tried, wanted=False)
    told = {
        end.ref
        for flow in flows
        for ref in (flow.source, flow.to)
        if vpn_of(ref) == other
        for end in _ends(context, ref)
    }
    near = [end for join in _joins(context, vpn, other) for end in join.ends if end.vpn == vpn]
    return Refused(
        f"{vpn}-to-{other}",
        CrossingInput(
            about=frozenset({vpn, other, *(end.node for end in near)}),
            probes=tuple(probes),
            controls=tuple(first_hops([*starts, *ends])),
            counters=tuple((end.node, refused_counter(end.interface)) for end in near),
            at_least=sum(probe.target in told for probe in probes),
        ),
    )


def checks(context: Context) -> Iterator[GatewayCheck]:
    """Sessions inside VRFs of every router that has any, every flow, what is none, far routers."""
    for node in sorted({node for node, _ in context.plan.attachments}):
        yield _sessions(context, node)
    for name, gateway in sorted(context.city.gateways.items()):
        for flow in sorted(gateway.allow):
            yield _allowed(context, name, gateway, flow)
    for vpn, other in sorted(joined(context.plan)):
        yield _refused(context, vpn, other)
    yield from far_routers(context)
