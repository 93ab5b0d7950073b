"""What must be true of SRv6: the SIDs in the kernel, and the packets on the fibre."""

from collections.abc import Iterator, Mapping
from typing import Literal

from citynet.allocate.plan import EndpointNumbers
from citynet.build.context import Context
from citynet.model import Transport
from citynet.verify.check import Check, Input, NodeCheck, NodeInput, Verdict, differences, judge
from citynet.verify.observe import Capture, Kind, Needs, Observations, Probe, Route


class SidsInput(NodeInput):
    """The local SIDs of `node`: what each does."""

    expected: Mapping[str, str]


class EncapsulationInput(Input):
    """A pair of customers whose packets are watched, and the header they must get."""

    vpn: str
    capture: Capture
    inner_source: str
    outer_source: str
    sid: str


def _behaviour(route: Route) -> str:
    return f"{route.action} into {route.into}" if route.into else route.action


class LocalSids(NodeCheck[SidsInput]):
    """Exactly the SIDs of the plan are in the kernel: End, and End.DT46 for every VPN."""

    name = "local-sids"
    role = "srv6"
    session = True
    kind = Kind.ROUTES

    def evaluate(self, seen: Observations) -> Verdict:
        """Missing, extra, or with another behaviour: each is a finding. End.X is IS-IS's own."""
        found = {
            each.prefix: _behaviour(each)
            for each in seen.state(self.input.node, self.kind, Route)
            if each.action and each.action != "End.X"
        }
        return judge(
            differences(self.input.expected, found, "SID"), f"{len(found)} SIDs as planned"
        )


class Encapsulation(Check[EncapsulationInput]):
    """On a transit link, a customer's packet is inside IPv6 towards the egress router's SID."""

    name = "encapsulation"
    role = "srv6"
    tags = frozenset({"capture"})

    @property
    def concerns(self) -> frozenset[str]:
        """The VPN, and the router the pair starts at."""
        return frozenset({self.input.vpn, *self.input.capture.nodes})

    def needs(self) -> Needs:
        """A capture at every neighbour of the ingress router."""
        return Needs(captures=frozenset({self.input.capture}))

    def evaluate(self, seen: Observations) -> Verdict:
        """Not seen, or seen with another outer header: each is a finding."""
        wanted = self.input
        inner = wanted.capture.probe.address
        frames = [
            frame
            for frame in seen.captured(wanted.capture)
            if (frame.inner_source, frame.inner_destination) == (wanted.inner_source, inner)
        ]
        if not frames:
            where = ", ".join(wanted.capture.nodes)
            found = [f"no encapsulated packet {wanted.inner_source} -> {inner} at {where}"]
            return judge(found, "")
        headers = {
            f"at {frame.node}: outer {frame.source} -> {frame.destination}"
            f", SIDs {', '.join(frame.segments) or 'none'}"
            for frame in frames
            if (frame.source, frame.destination) != (wanted.outer_source, wanted.sid)
            or any(sid != wanted.sid for sid in frame.segments)
        }
        expected = f", expected {wanted.outer_source} -> {wanted.sid}"
        nodes = ", ".join(sorted({frame.node for frame in frames}))
        return judge(
            [text + expected for text in sorted(headers)],
            f"{len(frames)} packets at {nodes}: {wanted.outer_source} -> {wanted.sid}",
        )


def _sids(context: Context, node: str) -> LocalSids:
    plan = context.plan
    expected = {str(plan.nodes[node].locator.network_address): "End"}
    for vpn in context.index.vpns.get(node, ()):
        expected[str(plan.attachments[node, vpn].sid)] = f"End.DT46 into {vpn}"
    return LocalSids(node, SidsInput(node=node, expected=expected))


def _pair(endpoints: list[EndpointNumbers]) -> tuple[EndpointNumbers, EndpointNumbers] | None:
    """Two customers at different routers, the first such by name."""
    for a in endpoints:
        for b in endpoints:
            if a.node != b.node:
                return a, b
    return None


def _encapsulation(
    context: Context, a: EndpointNumbers, b: EndpointNumbers, family: Literal["4", "6"]
) -> Encapsulation:
    plan = context.plan
    source = a.customer_ipv4 if family == "4" else a.customer_ipv6
    target = b.customer_ipv4 if family == "4" else b.customer_ipv6
    near = sorted({link.far(a.node).node for link in context.index.links.get(a.node, ())})
    probe = Probe(a.ref, str(target.ip), "icmp", target=b.ref)
    return Encapsulation(
        f"{a.vpn}-ipv{family}",
        EncapsulationInput(
            vpn=a.vpn,
            capture=Capture(tuple(near), probe),
            inner_source=str(source.ip),
            outer_source=str(plan.nodes[a.node].loopback),
            sid=str(plan.attachments[b.node, b.vpn].sid),
        ),
    )


def checks(context: Context) -> Iterator[LocalSids | Encapsulation]:
    """The SIDs of every router, and one pair's packets of every VPN that crosses the network.

    Domains that do not use SRv6 have neither.
    """
    for node in sorted(context.city.nodes):
        if context.transport_of(node) is Transport.SRV6:
            yield _sids(context, node)
    for vpn, each in sorted(context.city.vpns.items()):
        if context.city.domains[each.domain].transport is not Transport.SRV6:
            continue
        endpoints = sorted(
            (each for each in context.plan.endpoints.values() if each.vpn == vpn),
            key=lambda each: each.ref,
        )
        pair = _pair(endpoints)
        if pair:
            yield _encapsulation(context, *pair, "4")
            yield _encapsulation(context, *pair, "6")
