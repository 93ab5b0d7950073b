"""What twins make of what they hear: pure, with a clock and a net of our own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

import pytest

from citynet.twin.server.acting import DEFAULT, Adjacent, Circuit, Peering, Speaker
from citynet.twin.server.neighbours import HOLD, Neighbours
from citynet.twin.server.wires import packed, unpacked

VPN = ("ipv4 vpn", "ipv6 vpn")
End = tuple[str, str]


def loopback(name: str) -> str:
    return f"fd00::{name}"


def speaker(name: str, ports: tuple[str, ...], peers: tuple[str, ...] = ()) -> Speaker:
    """A router of level 2 in AS 1, with iBGP to `peers`."""
    return Speaker(
        host=f"router-{name}",
        system=f"0000.0000.000{name}",
        area="49.0001",
        circuits=tuple(Circuit(port, (2,), bfd=True, address=f"fd01::{name}") for port in ports),
        addresses=(loopback(name),),
        numbers={DEFAULT: 1},
        peers=tuple(Peering(DEFAULT, loopback(each), 1, VPN) for each in peers),
    )


@dataclass
class Net:
    """Twins and the links between them; messages arrive at once."""

    links: dict[str, tuple[End, End]]
    now: float = 100.0
    cut: set[str] = field(default_factory=set)
    mute: set[End] = field(default_factory=set)
    twins: dict[str, Neighbours] = field(default_factory=dict)
    boots: Iterator[int] = field(default_factory=count)

    def add(self, name: str, configured: Speaker | None) -> None:
        made = Neighbours(lambda: self.now, self._carrier(name), next(self.boots))
        made.configured(configured)
        self.twins[name] = made

    def _carrier(self, name: str) -> Callable[[str], bool]:
        return lambda port: (
            not any((name, port) in ends and link in self.cut for link, ends in self.links.items())
        )

    def _far(self, end: End) -> End | None:
        for link, (a, b) in self.links.items():
            if end in {a, b} and link not in self.cut and end not in self.mute:
                return b if end == a else a
        return None

    def _send(self, end: End, data: bytes | None) -> None:
        far = self._far(end)
        if far is None or data is None or far[0] not in self.twins:
            return
        if self.twins[far[0]].receive(far[1], data):
            for each in self._ports(far[0]):
                if each != far[1]:
                    self._send((far[0], each), data)

    def _ports(self, name: str) -> list[str]:
        return [port for ends in self.links.values() for node, port in ends if node == name]

    def run(self, seconds: float = 3.0) -> None:
        for _ in range(int(seconds)):
            self.now += 1.0
            for name, twin in self.twins.items():
                entry = twin.entry()
                for port in self._ports(name):
                    self._send((name, port), twin.hello(port))
                    self._send((name, port), entry)

    def up(self, name: str) -> dict[str, bool]:
        return {each.port: each.up for each in self.twins[name].seen().adjacencies}

    def sessions(self, name: str) -> dict[str, tuple[str, ...]]:
        return {each.wanted.peer: each.up for each in self.twins[name].seen().sessions}


LINE = {
    "a-b": (("a", "to-b"), ("b", "to-a")),
    "b-c": (("b", "to-c"), ("c", "to-b")),
}


@pytest.fixture
def net() -> Net:
    """Three in a line; the ends have a session with each other."""
    made = Net(dict(LINE))
    made.add("a", speaker("a", ("to-b",), ("c",)))
    made.add("b", speaker("b", ("to-a", "to-c")))
    made.add("c", speaker("c", ("to-b",), ("a",)))
    made.run()
    return made


def test_all_is_up_in_a_whole_net(net: Net) -> None:
    assert net.up("a") == {"to-b": True}
    assert net.up("b") == {"to-a": True, "to-c": True}
    assert net.sessions("a") == {loopback("c"): VPN}
    assert net.sessions("c") == {loopback("a"): VPN}
    (found,) = net.twins["a"].seen().adjacencies
    assert found == Adjacent(
        port="to-b",
        system="0000.0000.000b",
        host="router-b",
        area="49.0001",
        level=2,
        up=True,
        address="fd01::b",
        own="fd01::a",
        bfd=True,
    )


def test_a_cut_link_takes_the_adjacency_of_both_ends_at_once(net: Net) -> None:
    net.cut.add("a-b")
    assert net.up("a") == {}
    assert net.up("b") == {"to-c": True}
    net.run()
    assert net.sessions("a") == {loopback("c"): ()}
    assert net.sessions("c") == {loopback("a"): ()}
    net.cut.clear()
    net.run()
    assert net.up("b") == {"to-a": True, "to-c": True}
    assert net.sessions("c") == {loopback("a"): VPN}


def test_a_silent_cut_is_noticed_when_the_time_is_over(net: Net) -> None:
    net.mute |= {("a", "to-b"), ("b", "to-a")}
    net.run(HOLD + 1)
    assert net.up("a") == {}
    assert net.up("b") == {"to-c": True}
    assert net.sessions("c") == {loopback("a"): ()}


def test_who_is_not_heard_is_told_so_by_the_other(net: Net) -> None:
    net.mute.add(("a", "to-b"))
    net.run(HOLD + 1)
    assert net.up("b") == {"to-c": True}
    assert net.up("a") == {"to-b": False}


Change = Callable[[Speaker], Speaker]


def _level(mine: Speaker) -> Speaker:
    return replace(mine, circuits=tuple(replace(each, levels=(1,)) for each in mine.circuits))


def _as(mine: Speaker) -> Speaker:
    return replace(
        mine, numbers={DEFAULT: 2}, peers=tuple(replace(each, remote_as=2) for each in mine.peers)
    )


def _peer(mine: Speaker) -> Speaker:
    return replace(mine, peers=tuple(replace(each, remote_as=7) for each in mine.peers))


def _address(mine: Speaker) -> Speaker:
    return replace(mine, addresses=("fd00::77",))


def _none(mine: Speaker) -> Speaker:
    return replace(mine, peers=tuple(replace(each, families=()) for each in mine.peers))


WRONG: list[tuple[Change, bool]] = [
    (_level, False),
    (_as, True),
    (_peer, True),
    (_address, True),
    (_none, True),
]


@pytest.mark.parametrize(("change", "adjacent"), WRONG)
def test_what_does_not_match_does_not_come_up(net: Net, change: Change, *, adjacent: bool) -> None:
    mine = change(speaker("a", ("to-b",), ("c",)))
    net.twins["a"].configured(mine)
    net.run()
    assert net.up("a") == ({"to-b": True} if adjacent else {})
    assert net.up("b") == ({"to-a": True} if adjacent else {}) | {"to-c": True}
    assert set(net.sessions("c").values()) == {()}
    assert set(net.sessions("a").values()) == {()}


def test_level_1_wants_one_area() -> None:
    for area, up in (("49.0001", True), ("49.0002", False)):
        net = Net({"a-b": LINE["a-b"]})
        net.add("a", _level(speaker("a", ("to-b",))))
        net.add("b", replace(_level(speaker("b", ("to-a",))), area=area))
        net.run()
        assert net.up("a") == ({"to-b": True} if up else {})


def test_families_of_both(net: Net) -> None:
    mine = speaker("a", ("to-b",), ("c",))
    peers = tuple(replace(each, families=("ipv4 vpn",)) for each in mine.peers)
    net.twins["a"].configured(replace(mine, peers=peers))
    net.run()
    assert net.sessions("c") == {loopback("a"): ("ipv4 vpn",)}


def test_a_session_in_a_vrf_is_with_who_is_right_on_a_link(net: Net) -> None:
    """The gateway router of another domain is no IS-IS neighbour."""
    for name, other in (("a", "b"), ("b", "a")):
        mine = speaker(name, ())
        peer = Peering("health", loopback(other), 2 if name == "a" else 1, ("ipv4 unicast",))
        numbers = {"health": 1 if name == "a" else 2}
        net.twins[name].configured(replace(mine, numbers=numbers, peers=(peer,)))
    net.run()
    assert net.up("a") == {}
    assert net.sessions("a") == {loopback("b"): ("ipv4 unicast",)}
    net.cut.add("a-b")
    assert net.sessions("a") == {loopback("b"): ()}


def test_who_has_nothing_configured_is_silent(net: Net) -> None:
    net.twins["b"].configured(None)
    assert net.twins["b"].hello("to-a") is None
    net.run(HOLD + 1)
    assert net.up("a") == {}


def test_what_is_said_after_a_restart_is_news(net: Net) -> None:
    net.add("a", speaker("a", ("to-b",)))
    net.run(2)
    assert net.sessions("c") == {loopback("a"): ()}


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"[]", b"{}", b'{"kind":"hello"}', b'{"kind":"entry","speaker":{}}', b"7"],
)
def test_what_is_no_message_is_passed_over(net: Net, data: bytes) -> None:
    assert not net.twins["a"].receive("to-b", data)
    assert net.up("a") == {"to-b": True}


def test_what_comes_late_is_no_news(net: Net) -> None:
    late = net.twins["a"].entry()
    net.twins["a"].configured(speaker("a", ("to-b",)))
    net.run(1)
    assert late is not None
    assert not net.twins["c"].receive("to-b", late)
    assert net.sessions("c") == {loopback("a"): ()}


def test_a_neighbour_is_one_that_both_ends_call_so(net: Net) -> None:
    """At once, though what b has said last still names a."""
    net.twins["a"].configured(_level(speaker("a", ("to-b",), ("c",))))
    entry = net.twins["a"].entry()
    assert entry is not None
    assert net.twins["c"].receive("to-b", entry)
    assert net.sessions("c") == {loopback("a"): ()}


def test_frames_may_be_padded() -> None:
    frame = packed(b"hello")
    assert unpacked(frame + bytes(40)) == b"hello"
    for bad in (b"", b"\x00", frame[:5], b"\x00\x00\x00\x05hello"):
        with pytest.raises(ValueError, match="frame"):
            assert not unpacked(bad)
