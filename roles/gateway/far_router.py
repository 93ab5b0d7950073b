"""What must be true of the far router of a gateway: it is a neighbour, and nothing more.

Each gateway router is sent, on each of its joins and from the far router's own address there, what
that router would send if it were not what it seems. It sends none with a routing header of which
no segment is left: a router that lets such a packet in may crash (docs/edges.md).
"""

from collections.abc import Iterator
from dataclasses import replace

from citynet.build.context import Context, JoinSide
from citynet.build.options import OptionTable
from citynet.model import Gateway, Transport
from citynet.model.devices import devices
from citynet.verify.check import Check, Input, Verdict, judge
from citynet.verify.knock import COPIES, Knock
from citynet.verify.observe import Needs, NotObservedError, Observations
from citynet.verify.pairs import PORT

BGP, SSH = 179, 22
FAR = 64
"""The hop limit of a packet that looks as if it came from further away."""


def refused_counter(interface: str) -> str:
    """The counter of what a join's policy refuses; its template names it so."""
    return f"{interface.replace('.', '-')}-refused"


class FarRouterInput(Input):
    """The knocks at one gateway router, and `(counter, at_least)` of those it must refuse."""

    about: frozenset[str]
    node: str
    knocks: tuple[Knock, ...]
    refused: tuple[tuple[str, int], ...]


class FarRouter(Check[FarRouterInput]):
    """The far router gets ping and BGP from one hop away answered, and all else refused."""

    name = "far-router"
    role = "gateway"
    tags = frozenset({"isolation", "policy"})

    @property
    def concerns(self) -> frozenset[str]:
        """The gateway, both routers, and the VPNs that meet."""
        return self.input.about

    def needs(self) -> Needs:
        """The knocks, and the counters around them."""
        return Needs(knocks=frozenset(self.input.knocks), counters=frozenset({self.input.node}))

    def evaluate(self, seen: Observations) -> Verdict:
        """An answer that none should get is a finding, as are silence to BGP and a low counter.

        Where ping is not answered, silence proves nothing.
        """
        findings, mute = [], []
        for knock in self.input.knocks:
            said = seen.answer(knock).said
            if said and not knock.wanted:
                findings.append(f"{knock}: was answered by {said}")
            elif knock.wanted and not said and knock.protocol == "icmp":
                mute.append(f"{knock}: no answer, so that silence proves nothing")
            elif knock.wanted and not said:
                findings.append(f"{knock}: no answer")
        if mute and not any("was answered" in each for each in findings):
            raise NotObservedError(judge(mute, "").message)
        for counter, least in self.input.refused:
            grown = seen.counted_knocks(self.input.node, counter)
            if grown < least:
                says = f"counter {counter} of {self.input.node} grew by {grown}"
                findings.append(f"{says}, expected {least} or more")
        count = sum(not each.wanted for each in self.input.knocks)
        return judge(
            findings, f"{count} kinds of packets refused and counted, ping and BGP answered"
        )


def _knocks(context: Context, side: JoinSide, *, gtsm: bool) -> Iterator[Knock]:
    """What is sent to the near end of a join by the far one.

    What answers is one of the kernel's (a reset, an ICMPv6 error, an echo), or bgpd.
    """
    near, far = side.near, side.far
    here = str(near.address.ip)
    base = Knock(far.node, far.interface, str(far.address.ip), here, here, "icmp")
    yield replace(base, wanted=True)
    yield replace(base, protocol="tcp", port=BGP, wanted=True)
    if gtsm:
        yield replace(base, protocol="tcp", port=BGP, hops=FAR)
    yield replace(base, protocol="tcp", port=SSH)
    yield replace(base, protocol="tcp", port=SSH, own_port=BGP)
    yield replace(base, protocol="udp", port=PORT)
    for protocol in ("ipv4", "ipv6", "rh0"):
        yield replace(base, protocol=protocol)
    loopback = str(context.plan.nodes[near.node].loopback)
    yield replace(base, address=loopback)
    yield replace(base, address=loopback, protocol="tcp", port=BGP)
    if context.transport_of(near.node) is Transport.SRV6:
        sid = str(context.plan.attachments[near.node, near.vpn].sid)
        yield replace(base, protocol="srh", sid=sid)
        yield replace(base, protocol="ipv6", address=sid)


def _at(context: Context, name: str, gateway: Gateway, node: str, *, gtsm: bool) -> FarRouter:
    """The check of one router of a gateway."""
    sides = [each for each in context.index.joins[node] if each.join.gateway == name]
    knocks: list[Knock] = []
    refused = []
    for side in sides:
        mine = tuple(_knocks(context, side, gtsm=gtsm))
        knocks += mine
        counter = refused_counter(side.near.interface)
        refused.append((counter, COPIES * sum(not each.wanted for each in mine)))
    vpns = {end.vpn for side in sides for end in (side.near, side.far)}
    expected = FarRouterInput(
        about=frozenset({name, *gateway.ends, *vpns}),
        node=node,
        knocks=tuple(knocks),
        refused=tuple(refused),
    )
    return FarRouter(f"{name}-{node}", expected)


def far_routers(context: Context) -> Iterator[FarRouter]:
    """Both routers of every gateway that joins anything."""
    from .role import ROLE, GatewayOptions  # noqa: PLC0415 - role.py loads checks.py

    table = OptionTable(ROLE, context.city)
    nodes = {each.name: each for each in devices(context.city)}
    for name, gateway in sorted(context.city.gateways.items()):
        numbers = context.plan.gateways[name]
        for node in numbers.ends if numbers.joins else ():
            options = table.of(nodes[node])
            gtsm = isinstance(options, GatewayOptions) and options.gtsm
            yield _at(context, name, gateway, node, gtsm=gtsm)
