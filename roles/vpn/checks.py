"""What must be true of VPNs: sessions, routes, who can talk to whom, and who cannot."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from citynet.allocate.joins import endpoints_of, vpn_of
from citynet.allocate.plan import EndpointNumbers
from citynet.build.context import Context
from citynet.model import Transport
from citynet.verify.bgp import DEFAULT, BgpSessions, PeersInput
from citynet.verify.check import (
    NodeCheck,
    NodeInput,
    ProbeCheck,
    ProbesInput,
    Verdict,
    judge,
    leaked,
    unanswered,
)
from citynet.verify.observe import Capture, Kind, Needs, Observations, Probe, Route
from citynet.verify.pairs import endpoints_of_vpn, first_hops, joined, probes_between

SSH, BGP = 22, 179
SMALL = 128
"""Bytes of a probe that asks for reachability alone."""


class RoutesInput(NodeInput):
    """The prefixes of `vpn` on `node`: the SIDs that may lead there, none if it is here."""

    vpn: str
    expected: Mapping[str, tuple[str, ...]]


class Sessions(BgpSessions):
    """BGP: an established session with both VPN families to every peer, and no other."""

    name = "bgp-sessions"
    role = "vpn"
    families = ("ipv4 vpn", "ipv6 vpn")

    def covers(self, vrf: str) -> bool:
        """Those outside VPNs."""
        return vrf == DEFAULT


class Routes(NodeCheck[RoutesInput]):
    """The VRF forwards to exactly the prefixes of its VPN and of its gateways' flows."""

    name = "routes"
    role = "vpn"
    tags = frozenset({"isolation"})
    session = True
    kind = Kind.ROUTES

    @property
    def concerns(self) -> frozenset[str]:
        """The router and the VPN."""
        return frozenset({self.input.node, self.input.vpn})

    def evaluate(self, seen: Observations) -> Verdict:
        """Missing, extra (leaked), or towards another SID: each is a finding."""
        found = {
            each.prefix: each.segments
            for each in seen.state(self.input.node, self.kind, Route)
            if each.vrf == self.input.vpn and each.prefix != "fe80::/64"
        }
        wanted = self.input.expected
        findings = [f"prefix {each} is missing" for each in sorted(wanted.keys() - found.keys())]
        findings += [
            f"prefix {each} is extra, by {', '.join(found[each]) or 'no SID'}"
            for each in sorted(found.keys() - wanted.keys())
        ]
        for prefix in sorted(found.keys() & wanted.keys()):
            sids, allowed = found[prefix], wanted[prefix]
            if bool(sids) != bool(allowed) or not set(sids) <= set(allowed):
                told = f"prefix {prefix} is by {', '.join(sids) or 'no SID'}"
                findings.append(f"{told}, expected {' or '.join(allowed) or 'none'}")
        return judge(findings, f"{len(wanted)} prefixes, none missing, none extra")


class Access(ProbeCheck[ProbesInput]):
    """Every customer's router answers a 1500-byte packet, by IPv4 and IPv6."""

    name = "access"
    role = "vpn"
    tags = frozenset({"reachability", "mtu"})

    def evaluate(self, seen: Observations) -> Verdict:
        """A router that does not answer is a finding."""
        probes = self.input.probes
        return judge(unanswered(seen, probes), f"{len(probes)} probes answered")


class Reachability(ProbeCheck[ProbesInput]):
    """Every customer reaches every other of the VPN: 1500 bytes with DF, ICMP, TCP and UDP."""

    name = "reachability"
    role = "vpn"
    tags = frozenset({"reachability", "mtu"})

    def evaluate(self, seen: Observations) -> Verdict:
        """A probe that is not answered, or is seen elsewhere too, is a finding."""
        probes = self.input.probes
        pairs = len({(probe.source, probe.target) for probe in probes})
        return judge(
            unanswered(seen, probes), f"{pairs} ordered pairs, {len(probes)} probes answered"
        )


class Isolation(ProbeCheck[ProbesInput]):
    """No customer of the one VPN gets a packet to a customer of the other, nor an answer."""

    name = "isolation"
    role = "vpn"
    tags = frozenset({"isolation"})

    def evaluate(self, seen: Observations) -> Verdict:
        """A probe that is answered, or that any receiver saw, is a finding."""
        probes = self.input.probes
        pairs = len({(probe.source, probe.target) for probe in probes})
        return judge(
            leaked(seen, self.input), f"{pairs} ordered pairs, {len(probes)} probes got nowhere"
        )


class InfrastructureInput(ProbesInput):
    """Also the probes to routers that are watched there, each with its customer's address."""

    watched: tuple[tuple[str, Capture], ...]


class Infrastructure(ProbeCheck[InfrastructureInput]):
    """No customer gets a packet to a router's loopback, SID or management, nor an answer.

    Nor is one connected to BGP, by whatever address of its router. Nor does a routing header lead
    a packet to a SID (RFC 8754, section 5.1).
    """

    name = "infrastructure"
    role = "vpn"
    tags = frozenset({"isolation", "capture"})

    def needs(self) -> Needs:
        """The probes, and captures at the routers they are for."""
        captures = frozenset(capture for _, capture in self.input.watched)
        return replace(super().needs(), captures=captures)

    def evaluate(self, seen: Observations) -> Verdict:
        """An answer is a finding, and a customer's packet that a transit router sees bare."""
        found = leaked(seen, self.input)
        for address, capture in self.input.watched:
            frames = [
                frame
                for frame in seen.captured(capture)
                if frame.bare and frame.inner_source == address
            ]
            found += sorted(
                {
                    f"{frame.node} got a bare packet {address} -> {frame.inner_destination}"
                    for frame in frames
                }
            )
        count = len(self.input.probes) + len(self.input.watched)
        return judge(dict.fromkeys(found), f"{count} probes got nowhere")


Talk = ProbeCheck[ProbesInput] | Infrastructure
VpnCheck = Sessions | Routes | Talk


def _sessions(context: Context, node: str) -> Sessions:
    """Reflectors peer with each other and their clients, clients with the reflectors."""
    domain = context.domain_of(node)
    reflectors = context.index.reflectors.get(domain, ())
    clients = context.index.clients.get(domain, ())
    peers: set[str] = set()
    if node in reflectors and (clients or node in context.index.vpns):
        peers = {*reflectors, *clients} - {node}
    elif node in clients:
        peers = set(reflectors)
    plan = context.plan
    asn = plan.domains[domain].asn
    expected = {(DEFAULT, str(plan.nodes[peer].loopback)): asn for peer in sorted(peers)}
    return Sessions(node, PeersInput(node=node, expected=expected))


def _told(context: Context, vpn: str) -> Iterator[tuple[str, str]]:
    """`(prefix, gateway router)` for what gateways tell this VPN: the far subnets of flows."""
    for name, numbers in sorted(context.plan.gateways.items()):
        for join in numbers.joins:
            near = next((end for end in join.ends if end.vpn == vpn), None)
            if near is None:
                continue
            pair = {end.vpn for end in join.ends}
            for flow in context.city.gateways[name].allow.values():
                refs = (flow.source, flow.to)
                if {vpn_of(ref) for ref in refs} != pair:
                    continue
                for key in (
                    key
                    for ref in refs
                    if vpn_of(ref) != vpn
                    for key in endpoints_of(context.city, ref)
                ):
                    end = context.plan.endpoints[key]
                    yield str(end.ipv4.network), near.node
                    yield str(end.ipv6.network), near.node


def _routes(context: Context, node: str, vpn: str) -> Routes:
    plan = context.plan
    expected: dict[str, tuple[str, ...]] = {}
    for each in endpoints_of_vpn(plan, vpn):
        sid = str(plan.attachments[each.node, vpn].sid)
        for network in (each.ipv4.network, each.ipv6.network):
            expected[str(network)] = () if each.node == node else (sid,)
    gateways: dict[str, set[str]] = {}
    for prefix, gateway in _told(context, vpn):
        gateways.setdefault(prefix, set()).add(gateway)
    for prefix, nodes in gateways.items():
        sids = tuple(str(plan.attachments[each, vpn].sid) for each in sorted(nodes))
        expected[prefix] = () if node in nodes else sids
    for side in context.index.joins.get(node, ()):
        if side.near.vpn == vpn:
            expected[str(side.near.address.network)] = ()
    return Routes(f"{node}-{vpn}", RoutesInput(node=node, vpn=vpn, expected=expected))


def _access(context: Context, vpn: str) -> Access:
    probes = tuple(first_hops(endpoints_of_vpn(context.plan, vpn)))
    return Access(vpn, ProbesInput(about=frozenset({vpn}), probes=probes))


def _reachability(context: Context, vpn: str) -> Reachability:
    ends = endpoints_of_vpn(context.plan, vpn)
    probes = tuple(
        probe
        for a in ends
        for b in ends
        if a is not b
        for probe in probes_between(a, b, wanted=True)
    )
    return Reachability(vpn, ProbesInput(about=frozenset({vpn}), probes=probes))


def _isolation(context: Context, vpn: str, other: str) -> Isolation:
    near, far = (endpoints_of_vpn(context.plan, each) for each in (vpn, other))
    probes = tuple(probe for a in near for b in far for probe in probes_between(a, b, wanted=False))
    controls = tuple(first_hops([*near, *far]))
    expected = ProbesInput(about=frozenset({vpn, other}), probes=probes, controls=controls)
    return Isolation(f"{vpn}-to-{other}", expected)


def _watched(context: Context, each: EndpointNumbers) -> Iterator[tuple[str, Capture]]:
    """Echo requests to the next router's addresses, captured there.

    Its loopback, its management address, and its SID: who can send to a SID from outside can
    send into any VPN (RFC 8754, section 5.1).
    """
    for link in context.index.links.get(each.node, ())[:1]:
        far = link.far(each.node).node
        numbers = context.plan.nodes[far]
        for own, address in (
            (each.customer_ipv6, str(numbers.loopback)),
            (each.customer_ipv6, str(numbers.locator.network_address)),
            (each.customer_ipv4, f"@{far}"),
        ):
            probe = Probe(each.ref, address, "icmp", size=SMALL, wanted=False)
            yield str(own.ip), Capture((far,), probe)


def _led(context: Context, each: EndpointNumbers) -> Iterator[tuple[EndpointNumbers, Probe]]:
    """Customers, and packets for them that a routing header leads to a SID of their VPN.

    The header is sent to the own router's address, which a customer may send to. One goes to a
    customer at the same router, one to another router; they are of other VPNs where there are any.
    Segments are left, so that no router has to unpack it but the one of the SID: unpacked where it
    comes in, such a packet crashes a router that lets it in (Linux 6.12).
    """
    if context.transport_of(each.node) is not Transport.SRV6:
        return
    plan, domain = context.plan, context.domain_of(each.node)
    others = sorted(
        (end for end in plan.endpoints.values() if context.domain_of(end.node) == domain),
        key=lambda end: (end.vpn == each.vpn, end.ref),
    )
    for near in (True, False):
        there = (end for end in others if (end.node == each.node) is near and end.ref != each.ref)
        for end in list(there)[:1]:
            route = str(each.ipv6.ip), str(plan.attachments[end.node, end.vpn].sid)
            ip = str(end.customer_ipv6.ip)
            yield end, Probe(each.ref, ip, "icmp", 0, end.ref, SMALL, route=route, wanted=False)


def _infrastructure(context: Context, vpn: str) -> Infrastructure:
    """All loopbacks by IPv6; the customer's own router: its management address, SSH and BGP."""
    probes: list[Probe] = []
    watched: list[tuple[str, Capture]] = []
    ends = endpoints_of_vpn(context.plan, vpn)
    met = {each.ref: each for each in ends}
    for each in ends:
        probes += [
            Probe(each.ref, str(node.loopback), "icmp", size=SMALL, wanted=False)
            for _, node in sorted(context.plan.nodes.items())
        ]
        loopback = str(context.plan.nodes[each.node].loopback)
        probes += [
            Probe(each.ref, f"@{each.node}", "icmp", size=SMALL, wanted=False),
            Probe(each.ref, f"@{each.node}", "tcp", SSH, size=SMALL, wanted=False),
            Probe(each.ref, loopback, "tcp", SSH, size=SMALL, wanted=False),
        ]
        probes += [
            Probe(each.ref, address, "tcp", BGP, size=SMALL, wanted=False)
            for address in (loopback, str(each.ipv4.ip), str(each.ipv6.ip))
        ]
        watched += _watched(context, each)
        for other, probe in _led(context, each):
            probes.append(probe)
            met[other.ref] = other
    expected = InfrastructureInput(
        about=frozenset({vpn}),
        probes=tuple(probes),
        controls=tuple(first_hops(met.values())),
        watched=tuple(watched),
    )
    return Infrastructure(vpn, expected)


def _of_vpns(context: Context) -> Iterator[Talk]:
    met = joined(context.plan)
    vpns = sorted(context.city.vpns)
    for vpn in vpns:
        yield _access(context, vpn)
        if len(context.city.vpns[vpn].endpoints) > 1:
            yield _reachability(context, vpn)
        yield _infrastructure(context, vpn)
    for vpn in vpns:
        for other in vpns:
            if vpn != other and (vpn, other) not in met:
                yield _isolation(context, vpn, other)


def checks(context: Context) -> Iterator[VpnCheck]:
    """Sessions of every router, routes of every VRF, and all pairs of customers.

    Pairs of VPNs that a gateway joins are the gateway role's. Customers are measured whatever
    carries their packets; sessions and routes are those of VPNs over SRv6.
    """
    over_srv6 = {
        node for node in context.city.nodes if context.transport_of(node) is Transport.SRV6
    }
    for node in sorted(over_srv6):
        yield _sessions(context, node)
    for node, vpn in sorted(context.plan.attachments):
        if node in over_srv6:
            yield _routes(context, node, vpn)
    yield from _of_vpns(context)
