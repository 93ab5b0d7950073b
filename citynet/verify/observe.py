"""What is observed of the network, in no vendor's words, and what a check may ask to observe."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Literal, TypeVar, cast

from citynet.errors import CitynetError
from citynet.verify.knock import Answer, Knock

T = TypeVar("T")
Counts = Mapping[str, Mapping[str, int] | str]
"""A node's counters by their names, or why they were not read."""
FULL_PACKET = 1500
"""Bytes of a whole customer packet, IP header included."""
TALK = 2000
"""Bytes that a TCP probe says and hears: more than one full segment."""


class NotObservedError(CitynetError):
    """Something a check needs could not be observed, so the check fails."""


class Kind(StrEnum):
    """A kind of state that a device is asked for."""

    ISIS = "isis"
    BFD = "bfd"
    BGP = "bgp"
    ROUTES = "routes"
    COUNTERS = "counters"
    CHANNELS = "channels"


@dataclass(frozen=True, slots=True, order=True)
class Adjacency:
    """An IS-IS adjacency: our interface, the peer, the level (1, 2) and the state.

    The peer is its host name, or its system ID (`0000.08d8.37b4`) where no name is known.
    """

    interface: str
    peer: str
    level: int
    up: bool


@dataclass(frozen=True, slots=True, order=True)
class BfdSession:
    """A BFD session (RFC 5880) on an interface."""

    interface: str
    peer: str
    up: bool


@dataclass(frozen=True, slots=True, order=True)
class BgpSession:
    """A BGP session: VRF (`default` outside VPNs), peer, AS; the families it is up for."""

    vrf: str
    peer: str
    remote_as: int
    state: str
    families: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """A forwarding entry of a VRF (`default` outside VPNs).

    `segments` are the SIDs it encapsulates with, `action` the SRv6 behaviour of a local SID
    and `into` the VRF that behaviour looks up in.
    """

    vrf: str
    prefix: str
    connected: bool
    segments: tuple[str, ...] = ()
    action: str = ""
    into: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Counter:
    """A named packet counter of a policy."""

    name: str
    packets: int


@dataclass(frozen=True, slots=True, order=True)
class OpticalChannel:
    """An optical channel: whether it works, its frequency in MHz, its powers in dBm.

    `sent` is what it puts into the fibre, `received` what comes out of it.
    """

    name: str
    active: bool
    frequency: int
    sent: float
    received: float


State = (
    tuple[Adjacency, ...]
    | tuple[BfdSession, ...]
    | tuple[BgpSession, ...]
    | (tuple[Route, ...] | tuple[Counter, ...] | tuple[OpticalChannel, ...])
)


@dataclass(frozen=True, slots=True, order=True)
class Probe:
    """One packet exchange to try. `source` and `target` are customers (`vpn/endpoint`).

    With an empty target the address is not a customer's: a router's, say. From a router,
    `at_node` is true, and `source` is its name. `size` is in bytes, IP header included.

    `route`: where an outer header leads it, of IPv6 and with a routing header (RFC 8754): what that
    is sent to, and every segment after it. For echo requests by IPv6, whose size is their own then.
    """

    source: str
    address: str
    protocol: Literal["icmp", "tcp", "udp"]
    port: int = 0
    target: str = ""
    size: int = FULL_PACKET
    at_node: bool = False
    own: str = ""
    via: str = ""
    route: tuple[str, ...] = ()
    wanted: bool = field(default=True, compare=False)

    @property
    def family(self) -> Literal["4", "6"]:
        """The address family."""
        return "6" if ":" in self.address else "4"

    def __str__(self) -> str:
        port = f"/{self.port}" if self.port else ""
        target = f"{self.target} ({self.address})" if self.target else self.address
        what = f"{self.protocol}{port} ipv{self.family} {self.size} bytes"
        led = f", by a routing header over {', '.join(self.route)}" if self.route else ""
        return f"{self.source} -> {target} {what}{led}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a probe: an answer came; the receiver saw it; who else saw it; an error.

    `unsent` is what the source's own kernel said if the probe never left: `ENETUNREACH`.
    """

    answered: bool
    reached: bool
    strays: tuple[str, ...] = ()
    error: str | None = None
    unsent: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Capture:
    """Watch what arrives at `nodes` while `probe` (ICMP) is on its way."""

    nodes: tuple[str, ...]
    probe: Probe


@dataclass(frozen=True, slots=True)
class Frame:
    """A packet that a router saw: outer IPv6 header, SIDs, inner addresses.

    Of a packet that is not inside another, outer and inner addresses are the same.
    """

    node: str
    source: str
    destination: str
    segments: tuple[str, ...]
    inner_source: str
    inner_destination: str

    @property
    def bare(self) -> bool:
        """Whether it travels as the customer sent it."""
        return self.source == self.inner_source


@dataclass(frozen=True, slots=True)
class Needs:
    """What a check has to observe: state by node and kind, probes, captures, knocks.

    `counters` are nodes whose counters are read before and after the probes, and the knocks.
    """

    states: frozenset[tuple[str, Kind]] = frozenset()
    probes: frozenset[Probe] = frozenset()
    captures: frozenset[Capture] = frozenset()
    counters: frozenset[str] = frozenset()
    knocks: frozenset[Knock] = frozenset()

    def __or__(self, other: "Needs") -> "Needs":
        return union((self, other))


def union(needs: Iterable[Needs]) -> Needs:
    """All needs together."""
    each = tuple(needs)
    return Needs(
        frozenset().union(*(one.states for one in each)),
        frozenset().union(*(one.probes for one in each)),
        frozenset().union(*(one.captures for one in each)),
        frozenset().union(*(one.counters for one in each)),
        frozenset().union(*(one.knocks for one in each)),
    )


@dataclass(frozen=True, slots=True)
class Observations:
    """Everything that was observed; sentences stand where something could not be.

    `before` and `after` are counters around the probes, `knocked` those from before the knocks,
    which come first. `made_up` are nodes that have said themselves that what they tell of their
    state is made up.
    """

    states: Mapping[tuple[str, Kind], State | str] = field(default_factory=dict)
    outcomes: Mapping[Probe, Outcome | str] = field(default_factory=dict)
    frames: Mapping[Capture, tuple[Frame, ...] | str] = field(default_factory=dict)
    before: Counts = field(default_factory=dict)
    after: Counts = field(default_factory=dict)
    made_up: frozenset[str] = frozenset()
    answers: Mapping[Knock, Answer | str] = field(default_factory=dict)
    knocked: Counts = field(default_factory=dict)

    def state(self, node: str, kind: Kind, of: type[T]) -> tuple[T, ...]:
        """A node's state of one kind. Raises `NotObservedError`."""
        found = self.states.get((node, kind), "was not asked for it")
        if isinstance(found, str):
            raise NotObservedError(f"{node}: {kind}: {found}")
        return tuple(each for each in found if isinstance(each, of))

    def outcome(self, probe: Probe) -> Outcome:
        """What became of a probe. Raises `NotObservedError`."""
        found = self.outcomes.get(probe, "was not sent")
        if isinstance(found, str):
            raise NotObservedError(f"{probe}: {found}")
        return found

    def captured(self, capture: Capture) -> tuple[Frame, ...]:
        """What the nodes of a capture saw. Raises `NotObservedError`."""
        found = self.frames.get(capture, "was not made")
        if isinstance(found, str):
            raise NotObservedError(f"capture at {', '.join(capture.nodes)}: {found}")
        return found

    def answer(self, knock: Knock) -> Answer:
        """What came back of a knock. Raises `NotObservedError`."""
        found = self.answers.get(knock, "was not sent")
        if isinstance(found, str):
            raise NotObservedError(f"{knock}: {found}")
        return found

    def counted(self, node: str, counter: str) -> int:
        """By how many packets a counter grew while probing. Raises `NotObservedError`."""
        return _count(self.after, node, counter) - _count(self.before, node, counter)

    def counted_knocks(self, node: str, counter: str) -> int:
        """By how many packets a counter grew while knocking. Raises `NotObservedError`."""
        return _count(self.before, node, counter) - _count(self.knocked, node, counter)


def _count(side: Counts, node: str, counter: str) -> int:
    found = side.get(node, "was not read")
    if isinstance(found, str):
        raise NotObservedError(f"{node}: counters: {found}")
    if counter not in found:
        raise NotObservedError(f"{node}: has no counter {counter}")
    return found[counter]


def renamed(state: State | str, ports: Mapping[str, str]) -> State | str:
    """The state with each port called what `ports` says; others keep their names."""
    if isinstance(state, str) or not ports:
        return state
    named = (Adjacency, BfdSession)
    found: list[Any] = [
        replace(each, interface=ports.get(each.interface, each.interface))
        if isinstance(each, named)
        else each
        for each in state
    ]
    return cast("State", tuple(sorted(found)))


def by_node(states: Iterable[tuple[str, Kind]]) -> Iterator[tuple[str, frozenset[Kind]]]:
    """The kinds to read of each node, in the order of names."""
    pairs = sorted(states)
    for node in sorted({name for name, _ in pairs}):
        yield node, frozenset(kind for name, kind in pairs if name == node)
