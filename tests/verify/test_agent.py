"""The probe agent in real network namespaces of this machine."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from citynet.verify.observe import Outcome, Probe
from citynet.verify.probe import Patience, request
from tests.root import SUDO
from tests.speed import seconds

PATIENCE = Patience(wait=0.3, tries=1, patience=2)
ADDRESSES = {
    "a": {"4": "10.99.0.1", "6": "fd99::1"},
    "b": {"4": "10.99.0.2", "6": "fd99::2"},
    "c": {"4": "10.99.0.3", "6": "fd99::3"},
}


def _ip(*lines: str) -> None:
    subprocess.run([*SUDO, "ip", "-batch", "-"], input="\n".join(lines), text=True, check=True)


@pytest.fixture(scope="module")
def spaces() -> Iterator[dict[str, str]]:
    """Customers a and b on one cable; c has an address and nobody to talk to."""
    names = {name: f"cnv{os.getpid()}{name}" for name in ADDRESSES}
    a, b = names["a"], names["b"]
    _ip(*(f"netns add {name}" for name in names.values()))
    try:
        _ip(f"link add c0 mtu 1500 netns {a} type veth peer name c0 mtu 1500 netns {b}")
        _ip(f"link add c0 netns {names['c']} type veth peer name c1 netns {names['c']}")
        for name, own in ADDRESSES.items():
            batch = [
                "link set lo up",
                f"address add {own['4']}/24 dev c0",
                f"address add {own['6']}/64 dev c0 nodad",
                "link set c0 up",
                *(["link set c1 up"] if name == "c" else []),
            ]
            subprocess.run(
                [*SUDO, "ip", "-netns", names[name], "-batch", "-"],
                input="\n".join(batch),
                text=True,
                check=True,
            )
        _wait_for_each_other(names)
        yield names
    finally:
        _ip(*(f"netns del {name}" for name in names.values()))


def _wait_for_each_other(names: dict[str, str]) -> None:
    """Neighbours find each other a moment after their cable is up."""
    ways = [Probe("a", "fd99::2", "icmp"), Probe("b", "fd99::1", "icmp")]
    end = time.monotonic() + seconds(10)
    while not all(each.answered for each in _run(ways, names).values()):  # type: ignore[union-attr]
        assert time.monotonic() < end


def _run(probes: list[Probe], spaces: dict[str, str]) -> dict[Probe, Outcome | str]:
    asked = request(probes, spaces, ADDRESSES, {}, nonce=7, patience=PATIENCE)
    done = subprocess.run(
        [*SUDO, sys.executable, "-ISE", "-"],
        input=asked.script,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return asked.outcomes(done.stdout)


def _all(source: str, target: str) -> list[Probe]:
    found = []
    for address in ADDRESSES[target].values():
        found.append(Probe(source, address, "icmp", 0, target, 1500))
        found.append(Probe(source, address, "tcp", 4001, target, 2000))
        found.append(Probe(source, address, "udp", 4001, target, 1500))
    return found


def test_whole_packets_both_ways_are_answered_and_were_seen(spaces: dict[str, str]) -> None:
    found = _run([*_all("a", "b"), *_all("b", "a")], spaces)
    assert len(found) == 12
    assert set(found.values()) == {Outcome(answered=True, reached=True)}


def test_nobody_answers_where_nobody_is(spaces: dict[str, str]) -> None:
    found = _run(_all("a", "c"), spaces)
    assert all(isinstance(each, Outcome) and not each.answered for each in found.values())
    assert all(isinstance(each, Outcome) and not each.reached for each in found.values())


def test_a_packet_at_another_receiver_is_a_stray(spaces: dict[str, str]) -> None:
    """Meant for c by its receiver, but b has the address, as if a leak led there."""
    probes = [Probe("a", ADDRESSES["b"]["4"], "icmp", 0, "c")]
    probes += [Probe("a", ADDRESSES["b"]["4"], "tcp", 4002, "c")]
    probes += [Probe("a", ADDRESSES["b"]["6"], "udp", 4002, "c")]
    listening = [Probe("c", ADDRESSES["b"]["4"], "icmp", 0, "b")]
    listening += [Probe("c", ADDRESSES["b"][f], "tcp", 4002, "b") for f in ("4", "6")]
    listening += [Probe("c", ADDRESSES["b"][f], "udp", 4002, "b") for f in ("4", "6")]
    found = _run([*probes, *listening], spaces)
    for probe in probes:
        outcome = found[probe]
        assert isinstance(outcome, Outcome)
        assert outcome.strays == ("b",)
        assert not outcome.reached


def test_what_arrives_is_told_even_if_no_answer_comes_back(spaces: dict[str, str]) -> None:
    routes = [["route", "add", "blackhole", "10.99.0.1/32"]]
    routes += [["-6", "route", "add", "blackhole", "fd99::1/128"]]
    for route in routes:
        subprocess.run([*SUDO, "ip", "-netns", spaces["b"], *route], check=True)
    try:
        found = _run(_all("a", "b"), spaces)
    finally:
        for route in routes:
            undo = ["del" if word == "add" else word for word in route]
            subprocess.run([*SUDO, "ip", "-netns", spaces["b"], *undo], check=True)
    for outcome in found.values():
        assert isinstance(outcome, Outcome)
        assert (outcome.answered, outcome.reached) == (False, True)


def test_a_packet_that_does_not_fit_is_not_cut_up(spaces: dict[str, str]) -> None:
    subprocess.run(
        [*SUDO, "ip", "-netns", spaces["a"], "link", "set", "c0", "mtu", "1400"], check=True
    )
    try:
        found = _run([each for each in _all("a", "b") if each.protocol != "tcp"], spaces)
    finally:
        wide = [*SUDO, "ip", "-netns", spaces["a"], "link", "set", "c0", "mtu", "1500"]
        subprocess.run(wide, check=True)
    for outcome in found.values():
        assert isinstance(outcome, Outcome)
        assert not outcome.answered
        assert outcome.error == "Message too long"


def test_a_source_and_an_interface_can_be_said(spaces: dict[str, str]) -> None:
    good = Probe("a", "fd99::2", "icmp", size=128, own="fd99::1", via="c0")
    not_ours = Probe("a", "fd99::2", "icmp", size=129, own="fd99::9", via="c0")
    found = _run([good, not_ours], spaces)
    assert found[good] == Outcome(answered=True, reached=False)
    bad = found[not_ours]
    assert isinstance(bad, Outcome)
    assert not bad.answered
    assert bad.error == "Invalid argument"


def test_a_routing_header_leads_a_packet_where_it_is_let_in(spaces: dict[str, str]) -> None:
    """The receiver has a SID that unpacks; its kernel counts what it does not let in."""
    sid, space = "fd99:5::1", spaces["b"]
    led = Probe("a", "fd99::2", "icmp", 0, "b", 128, route=("fd99::2", sid))
    inside = [*SUDO, "ip", "netns", "exec", space]
    for key in ("all.seg6_enabled", "all.forwarding"):
        subprocess.run([*inside, "sysctl", "-qw", f"net.ipv6.conf.{key}=1"], check=True)
    unpack = f"route add {sid} encap seg6local action End.DT6 table 255 dev c0"
    subprocess.run([*SUDO, "ip", "-netns", space, "-6", *unpack.split()], check=True)
    for let_in in (True, False, True):
        word = f"net.ipv6.conf.c0.seg6_enabled={int(let_in)}"
        subprocess.run([*inside, "sysctl", "-qw", word], check=True)
        assert _run([led], spaces)[led] == Outcome(answered=let_in, reached=let_in)


def test_a_routed_probe_says_what_it_is_led_over() -> None:
    led = Probe("a", "fd99::2", "icmp", 0, "b", 128, route=("fd99::2", "fd99:5::1"))
    assert str(led).endswith("128 bytes, by a routing header over fd99::2, fd99:5::1")


def test_what_the_own_kernel_refuses_was_not_sent(spaces: dict[str, str]) -> None:
    for address in ("192.0.2.1", "2001:db8::1"):
        probes = [Probe("c", address, "icmp"), Probe("c", address, "tcp", 4003)]
        probes.append(Probe("c", address, "udp", 4003))
        for outcome in _run(probes, spaces).values():
            assert isinstance(outcome, Outcome)
            assert (outcome.answered, outcome.unsent) == (False, "ENETUNREACH")


def test_a_refusal_that_came_back_was_an_answer_to_what_was_sent(spaces: dict[str, str]) -> None:
    """A reset, and the ICMP errors of a router that has no way or whose policy is against it."""
    ways = ["unreachable 192.0.2.1", "prohibit 192.0.2.2"]
    ways += ["unreachable 2001:db8::1", "prohibit 2001:db8::2"]
    for space, route in [("b", way) for way in ways] + [
        ("a", f"{way.split()[1]} via {ADDRESSES['b']['6' if ':' in way else '4']}") for way in ways
    ]:
        subprocess.run(
            [*SUDO, "ip", "-netns", spaces[space], "route", "add", *route.split()], check=True
        )
    for key in ("ipv4.ip_forward", "ipv6.conf.all.forwarding"):
        inside = [*SUDO, "ip", "netns", "exec", spaces["b"], "sysctl", "-qw", f"net.{key}=1"]
        subprocess.run(inside, check=True)
    addresses = [*ADDRESSES["b"].values(), *(way.split()[1] for way in ways)]
    probes = [Probe("a", address, "tcp", 4004) for address in addresses]
    probes += [Probe("a", address, "udp", 4004) for address in addresses]
    found = _run(probes, spaces)
    outcomes = [each for each in found.values() if isinstance(each, Outcome)]
    assert len(outcomes) == len(probes)
    assert {(each.answered, each.unsent) for each in outcomes} == {(False, None)}
    assert {each.error for each in outcomes} == {"Connection refused", None}


@pytest.mark.parametrize("listening", [True, False])
def test_a_connection_that_must_not_be_is_an_answer_whatever_is_said(
    spaces: dict[str, str], *, listening: bool
) -> None:
    """A server that says nothing back, as bgpd does to what is no BGP."""
    server = "import socket; s = socket.create_server(('', 4005)); print('ready', flush=True)"
    words = [*SUDO, "ip", "netns", "exec", spaces["b"], sys.executable, "-c"]
    probe = Probe("a", ADDRESSES["b"]["4"], "tcp", 4005, size=128, wanted=False)
    said = [f"{server}; s.accept(); s.accept()" if listening else "print('ready'); input()"]
    pipe = subprocess.PIPE
    with subprocess.Popen([*words, *said], stdin=pipe, stdout=pipe, text=True) as running:
        assert running.stdout is not None
        if listening:
            assert running.stdout.readline() == "ready\n"
        found = _run([probe], spaces)[probe]
        running.kill()
    assert isinstance(found, Outcome)
    assert found.answered is listening


def test_many_probes_take_little_longer_than_one_time_out(spaces: dict[str, str]) -> None:
    probes = [
        Probe("a", ADDRESSES["c"]["4"], "udp", 5000 + number, "c", wanted=False)
        for number in range(200)
    ]
    found = _run(probes, spaces)
    assert not any(isinstance(each, str) or each.answered for each in found.values())


@pytest.mark.parametrize("text", ["", "Traceback\nOSError: no", "[]", '{"results": 3}'])
def test_an_answer_that_cannot_be_read_is_a_sentence(text: str) -> None:
    probe = Probe("a", "10.99.0.2", "icmp", target="b")
    asked = request([probe], {"a": "a", "b": "b"}, ADDRESSES, {}, nonce=1, patience=PATIENCE)
    found = asked.outcomes(text)[probe]
    assert isinstance(found, str)
    assert "the probe agent said" in found


def test_probes_are_in_one_order() -> None:
    probes = _all("a", "b")
    names = {"a": "a", "b": "b"}
    one = request(probes, names, ADDRESSES, {}, nonce=1, patience=PATIENCE)
    two = request(reversed(probes), names, ADDRESSES, {}, nonce=1, patience=PATIENCE)
    assert one.script == two.script
    assert all(first < second for first, second in pairwise(one.probes))
