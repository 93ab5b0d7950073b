"""What must be true of the underlay: adjacencies, BFD, loopbacks, isolation, room for packets."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from citynet.allocate.plan import LinkEnd, LinkNumbers
from citynet.build.context import Context
from citynet.verify.check import (
    Check,
    NodeCheck,
    NodeInput,
    ProbeCheck,
    ProbesInput,
    Verdict,
    differences,
    judge,
    leaked,
    unanswered,
)
from citynet.verify.observe import Adjacency, BfdSession, Kind, Observations, Probe

SMALL = 128
"""Bytes of a probe that asks for reachability alone."""


class NeighborsInput(NodeInput):
    """The peer by interface of `node`."""

    expected: Mapping[str, str]


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, list[str]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: " and ".join(sorted(values)) for key, values in found.items()}


def _state(adjacency: Adjacency) -> str:
    return "Up" if adjacency.up else "not Up"


class AdjacenciesInput(NeighborsInput):
    """The peer by interface of `node`, and each peer's name by its system ID.

    A router calls a peer by its host name only once it has learnt it, and may forget it while
    the adjacency stays (RFC 5301): the system ID is who the peer is.
    """

    names: Mapping[str, str]


class Adjacencies(NodeCheck[AdjacenciesInput]):
    """IS-IS: a level 2 adjacency in state Up with the right peer on every link, and no other."""

    name = "isis-adjacencies"
    role = "underlay"
    tags = frozenset({"sessions", "isis"})
    session = True
    kind = Kind.ISIS

    def evaluate(self, seen: Observations) -> Verdict:
        """Missing, extra, down, at another level, or with another peer: each is a finding."""
        found = _gathered(
            (each.interface, f"{self._peer(each)} level {each.level} {_state(each)}")
            for each in seen.state(self.input.node, self.kind, Adjacency)
        )
        wanted = {name: f"{peer} level 2 Up" for name, peer in self.input.expected.items()}
        return judge(differences(wanted, found, "adjacency on"), f"{len(wanted)} adjacencies Up")

    def _peer(self, adjacency: Adjacency) -> str:
        return self.input.names.get(adjacency.peer, adjacency.peer)


class BfdSessions(NodeCheck[NeighborsInput]):
    """BFD: one session that is up on every link, and no other."""

    name = "bfd-sessions"
    role = "underlay"
    tags = frozenset({"sessions", "bfd"})
    session = True
    kind = Kind.BFD

    def evaluate(self, seen: Observations) -> Verdict:
        """Missing, extra or down: each is a finding."""
        found = _gathered(
            (each.interface or each.peer, "up" if each.up else "down")
            for each in seen.state(self.input.node, self.kind, BfdSession)
        )
        wanted = dict.fromkeys(self.input.expected, "up")
        return judge(differences(wanted, found, "session on"), f"{len(wanted)} sessions up")


class Loopbacks(ProbeCheck[ProbesInput]):
    """Every loopback of the domain answers this router's loopback."""

    name = "loopbacks"
    role = "underlay"

    def evaluate(self, seen: Observations) -> Verdict:
        """A loopback that does not answer is a finding."""
        probes = self.input.probes
        return judge(unanswered(seen, probes), f"{len(probes)} loopbacks answer")


class Separation(ProbeCheck[ProbesInput]):
    """No loopback of another domain answers this router."""

    name = "domain-separation"
    role = "underlay"
    tags = frozenset({"isolation"})

    def evaluate(self, seen: Observations) -> Verdict:
        """A loopback that answers is a finding."""
        silent = f"{len(self.input.probes)} loopbacks of other domains are silent"
        return judge(leaked(seen, self.input), silent)


class LinkMtu(ProbeCheck[ProbesInput]):
    """A packet as large as the underlay's MTU crosses the link whole, from both ends."""

    name = "link-mtu"
    role = "underlay"
    tags = frozenset({"mtu"})

    def evaluate(self, seen: Observations) -> Verdict:
        """An end whose packet is not answered is a finding."""
        probes = self.input.probes
        sizes = ", ".join(sorted({str(probe.size) for probe in probes}))
        return judge(unanswered(seen, probes), f"{sizes} bytes with DF, both ways")


UnderlayCheck = Check[AdjacenciesInput] | Check[NeighborsInput] | Check[ProbesInput]


def _mtu(context: Context, node: str) -> int:
    """The MTU that options give this node's links, bytes: city, then domain, then node."""
    from .role import UnderlayOptions  # noqa: PLC0415 - role.py imports this module

    city = context.city
    merged: dict[str, object] = {}
    for level in (
        city.city.options,
        city.domains[context.domain_of(node)].options,
        city.nodes[node].options,
    ):
        merged |= level.get("underlay", {})
    return UnderlayOptions.model_validate(merged).mtu


def _across(near: LinkEnd, far: LinkEnd, size: int) -> Probe:
    own, address = str(near.address.ip), str(far.address.ip)
    return Probe(near.node, address, "icmp", size=size, at_node=True, own=own, via=near.interface)


def _link(context: Context, link: LinkNumbers) -> LinkMtu:
    a, b = link.ends
    size = min(_mtu(context, a.node), _mtu(context, b.node))
    nodes = frozenset({a.node, b.node})
    return LinkMtu(
        link.id, ProbesInput(about=nodes, probes=(_across(a, b, size), _across(b, a, size)))
    )


def _loopback(context: Context, near: str, far: str) -> Probe:
    plan = context.plan.nodes
    inside = context.domain_of(near) == context.domain_of(far)
    return Probe(
        near,
        str(plan[far].loopback),
        "icmp",
        size=SMALL,
        at_node=True,
        own=str(plan[near].loopback),
        wanted=inside,
    )


def _of_node(context: Context, node: str) -> Iterator[UnderlayCheck]:
    links = context.index.links.get(node, ())
    peers = {link.end(node).interface: link.far(node).node for link in links}
    names = {context.plan.nodes[peer].system_id: peer for peer in peers.values()}
    yield Adjacencies(node, AdjacenciesInput(node=node, expected=peers, names=names))
    yield BfdSessions(node, NeighborsInput(node=node, expected=peers))
    others = [name for name in sorted(context.city.nodes) if name != node]
    inside = [name for name in others if context.domain_of(name) == context.domain_of(node)]
    outside = [name for name in others if name not in set(inside)]
    ours = tuple(_loopback(context, node, name) for name in inside)
    theirs = tuple(_loopback(context, node, name) for name in outside)
    about = frozenset({node})
    if ours:
        yield Loopbacks(node, ProbesInput(about=about, probes=ours))
    if theirs:
        yield Separation(node, ProbesInput(about=about, probes=theirs, controls=ours))


def checks(context: Context) -> Iterator[UnderlayCheck]:
    """The checks of every router, then those of every link."""
    for node in sorted(context.city.nodes):
        yield from _of_node(context, node)
    for _, link in sorted(context.plan.links.items()):
        yield _link(context, link)
