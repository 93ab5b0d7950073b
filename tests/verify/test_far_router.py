"""The far router of a gateway: real knocks at a real policy in network namespaces, and verdicts.

The namespaces are the two routers of a gateway and their join is a cable of its name. The policy is
as rendered, and the fault that opens it is the one that is played in a lab.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from citynet.build.context import JoinSide
from citynet.pipeline import Prepared, prepare, render
from citynet.verify.check import Status, Verdict
from citynet.verify.gather import Gatherer
from citynet.verify.knock import Answer, Knock
from citynet.verify.knocking import Answers, knocking
from citynet.verify.network import Network, Sessions
from citynet.verify.observe import Observations
from citynet.verify.planes import unmeasured
from citynet.verify.reader import reader_of
from citynet.verify.run import AnyCheck, all_checks
from plugins.frr.faults.gateway import gateway_faults
from plugins.frr.files import NFTABLES
from tests.each_key.city import city, write
from tests.root import SUDO
from tests.speed import seconds
from tests.verify.shells import Local

BGPD = """
import socket
sock = socket.create_server(("::", 179), family=socket.AF_INET6)
print("ready", flush=True)
while True:
    sock.accept()
"""


@dataclass(frozen=True)
class Town:
    """The city, the check of one router of its gateway, and that router's side of the join."""

    prepared: Prepared
    check: AnyCheck
    side: JoinSide

    @property
    def ruleset(self) -> str:
        return render(self.prepared)[self.side.near.node].files[NFTABLES]

    @property
    def counter(self) -> str:
        return str(self.check.input.refused[0][0])


def _town(folder: Path, **options: object) -> Town:
    document = city()
    document["city"]["options"]["gateway"] = options
    prepared = prepare(write(folder, document))
    checks = all_checks(prepared.context, prepared.house.roles)
    name = prepared.plan.gateways["gate"].ends[0]
    (check,) = (each for each in checks if each.id == f"gateway/far-router/gate-{name}")
    return Town(prepared, check, prepared.context.index.joins[name][0])


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return _town(tmp_path_factory.mktemp("town"))


class Pair:
    """Both routers as namespaces; `sessions` runs what is meant for one inside of it."""

    def __init__(self, town: Town) -> None:
        near, far = town.side.near, town.side.far
        self.town = town
        self.spaces = {end.node: f"cnf{os.getpid()}{end.node}" for end in (near, far)}
        self.bgpd: subprocess.Popen[str] | None = None

    def build(self) -> None:
        """Both with their addresses, the one with its policy and something that is bgpd."""
        town = self.town
        near, far = town.side.near, town.side.far
        inside = [f"link add {near.interface} netns {self.spaces[near.node]} type veth peer name "]
        inside[0] += f"{far.interface} netns {self.spaces[far.node]}"
        self._batch([*(f"netns add {each}" for each in self.spaces.values()), *inside])
        for end in (near, far):
            loopback = town.prepared.plan.nodes[end.node].loopback
            lines = ["link set lo up", f"address add {loopback}/128 dev lo"]
            lines += [f"address add {end.address} dev {end.interface} nodad"]
            self._batch([*lines, f"link set {end.interface} up"], end.node)
        self.load(town.ruleset)
        words = [*self.inside(near.node), sys.executable, "-c", BGPD]
        self.bgpd = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert self.bgpd.stdout is not None
        assert self.bgpd.stdout.readline() == "ready\n"

    def inside(self, node: str) -> list[str]:
        return [*SUDO, "ip", "netns", "exec", self.spaces[node]]

    def _batch(self, lines: list[str], node: str = "") -> None:
        where = ["-netns", self.spaces[node]] if node else []
        text = "\n".join(lines)
        subprocess.run([*SUDO, "ip", *where, "-batch", "-"], input=text, text=True, check=True)

    def load(self, ruleset: str) -> None:
        node = self.town.side.near.node
        subprocess.run(
            [*self.inside(node), "nft", "-f", "-"],
            input=f"flush ruleset\n{ruleset}",
            text=True,
            check=True,
        )

    def shell(self, command: str) -> None:
        """What a fault does, on the router that is knocked at."""
        node = self.town.side.near.node
        subprocess.run([*self.inside(node), "sh", "-c", command], check=True)

    def verdict(self) -> Verdict:
        """As `citynet verify` comes to it, by programs that run inside."""
        reader = reader_of(self.town.prepared.house.platforms["frr"])
        readers = dict.fromkeys(self.spaces, reader)
        network = Network(lambda node: Local(self.inside(node)), readers, "", {}, {})
        with Sessions(network.open_shell) as sessions:
            gatherer = Gatherer(network, sessions, self.town.prepared.plan)
            return self.town.check.result(gatherer.everything(self.town.check.needs())).verdict

    def end(self) -> None:
        if self.bgpd:
            self.bgpd.kill()
            self.bgpd.communicate()
        for each in self.spaces.values():
            subprocess.run([*SUDO, "ip", "netns", "del", each], check=False)


@pytest.fixture
def pair(town: Town) -> Iterator[Pair]:
    made = Pair(town)
    try:
        made.build()
        yield made
    finally:
        made.end()


def test_a_far_router_gets_ping_and_bgp_answered_and_nothing_else(pair: Pair) -> None:
    found = pair.verdict()
    said = "11 kinds of packets refused and counted, ping and BGP answered"
    assert found == Verdict(Status.OK, said)


def test_the_fault_that_believes_the_far_router_is_caught_and_undone(
    pair: Pair, town: Town
) -> None:
    (fault,) = (
        each for each in gateway_faults(town.prepared.context) if each.name == "far-router-believed"
    )
    assert fault.node == town.side.near.node
    pair.shell(f"mkdir -p /run; {fault.inject}")
    found = pair.verdict()
    assert found.status is Status.FAILED
    detail = "\n".join(found.detail)
    address = town.side.near.address.ip
    assert f"{address} tcp/179, hop limit 64: was answered by a TCP SYN with ACK" in detail
    assert f"{address} tcp/22: was answered by a TCP reset" in detail
    assert f"{address} tcp/22 from port 179: was answered by a TCP reset" in detail
    assert f"{address} udp/40001: was answered by ICMPv6 type 1 code 4" in detail
    assert f"{address} IPv4 inside of IPv6: was answered by ICMPv6 type" in detail
    assert f"{address} IPv6 inside of IPv6: was answered by ICMPv6 type" in detail
    assert f"{address} routing header of type 0: was answered by ICMPv6 type 4 code 0" in detail
    assert f"counter {town.counter} of {fault.node} grew by" in detail
    pair.shell(fault.undo)
    assert pair.verdict().status is Status.OK


@pytest.mark.parametrize(
    ("words", "instead", "said"),
    [
        ("exthdr rt exists goto", "exthdr rt exists counter drop #", "expected 33 or more"),
        ("meta l4proto ipv6-icmp", "meta l4proto { ipv6-icmp, 4 }", "IPv4 inside of IPv6: was"),
        ("exthdr rt exists", "#", "routing header of type 0: was answered by ICMPv6 type 4"),
        (" ip6 hoplimit 255", "", "tcp/179, hop limit 64: was answered by a TCP SYN with ACK"),
        (" tcp flags & (syn | ack) != syn", "", "tcp/22 from port 179: was answered by a TCP"),
        (" meta l4proto ipv6-icmp accept", " accept", "IPv6 inside of IPv6: was answered by"),
        ("tcp dport 179 accept", "tcp dport 178 accept", "tcp/179: no answer"),
    ],
)
def test_each_word_of_the_rule_is_missed(pair: Pair, words: str, instead: str, said: str) -> None:
    ruleset = pair.town.ruleset
    assert words in ruleset
    pair.load(ruleset.replace(words, instead))
    found = pair.verdict()
    assert found.status is Status.FAILED
    assert said in "\n".join(found.detail)


def test_silence_of_a_router_that_is_not_there_proves_nothing(pair: Pair) -> None:
    near = pair.town.side.near
    pair.shell(f"ip address flush dev {near.interface} scope global")
    found = pair.verdict()
    assert found.status is Status.ERROR
    assert f"{near.address.ip} answers no neighbour solicitation on" in found.message


def test_without_gtsm_bgp_may_come_from_anywhere(tmp_path: Path) -> None:
    knocks = _town(tmp_path, gtsm=False).check.input.knocks
    assert {each.hops for each in knocks} == {255}
    assert len(knocks) == 12


def _seen(town: Town, grown: int = 33, **answers: str) -> Observations:
    """A healthy network, but for what came back of some protocols."""
    answered: Answers = {
        each: Answer("an echo reply" if each.wanted else answers.get(each.protocol))
        for each in town.check.input.knocks
    }
    node = town.check.input.node
    return Observations(
        answers=answered,
        knocked={node: {town.counter: 3}},
        before={node: {town.counter: 3 + grown}},
    )


def test_verdicts(town: Town) -> None:
    check = town.check
    assert check.result(_seen(town)).passed
    assert "udp/40001: was answered by x" in check.result(_seen(town, udp="x")).verdict.message
    assert "grew by 32, expected 33 or more" in check.result(_seen(town, 32)).verdict.message


def test_where_ping_is_not_answered_only_an_answer_is_a_finding(town: Town) -> None:
    good = _seen(town)
    ping = next(each for each in town.check.input.knocks if each.wanted)
    assert ping.protocol == "icmp"
    mute = replace(good, answers={**good.answers, ping: Answer(None)})
    found = town.check.result(mute).verdict
    assert found.status is Status.ERROR
    assert found.message == f"{ping}: no answer, so that silence proves nothing"
    leak = _seen(town, tcp="a TCP reset")
    found = town.check.result(replace(leak, answers={**leak.answers, ping: Answer(None)})).verdict
    assert found.status is Status.FAILED


def test_a_knock_that_was_not_made_is_an_error(town: Town) -> None:
    good = _seen(town)
    knock = town.check.input.knocks[-1]
    for answers in ({**good.answers, knock: "the session was lost"}, {}):
        assert town.check.result(replace(good, answers=answers)).verdict.status is Status.ERROR
    counters = replace(good, before={town.check.input.node: "nft: not found"})
    assert town.check.result(counters).verdict.status is Status.ERROR


def test_it_is_not_measured_where_a_knock_cannot_be_sent_or_counted(town: Town) -> None:
    """A vendor's own image at either end runs nothing of ours."""
    none: frozenset[str] = frozenset()
    context = town.prepared.context
    for end in (town.side.near, town.side.far):
        found = unmeasured([town.check], context, none, frozenset({end.node}))
        assert end.node in found[town.check.id]
    assert not unmeasured([town.check], context, none, frozenset({"hub"}))


@pytest.mark.parametrize("text", ["", "Traceback\nOSError: no", "[]", '{"said": 3}'])
def test_an_answer_that_cannot_be_read_is_a_sentence(town: Town, text: str) -> None:
    asked = knocking(town.check.input.knocks, 7)
    found = asked.answers(text)
    assert len(found) == len(town.check.input.knocks)
    for each in found.values():
        assert isinstance(each, str)
        assert "the knocking agent said" in each


def test_a_knock_by_an_interface_that_is_not_there_could_not_be_sent() -> None:
    knock = Knock("x", "no-such-port", "fd00::1", "fd00::2", "fd00::2", "icmp")
    asked = knocking([knock], 7, wait=seconds(0.1), patience=1)
    done = subprocess.run(
        [*SUDO, sys.executable, "-ISE", "-"],
        input=asked.script,
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.answers(done.stdout) == {knock: "could not be sent (no-such-port: No such device)"}
