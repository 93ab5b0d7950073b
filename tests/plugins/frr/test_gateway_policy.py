"""A gateway's policy on packets: its ruleset as rendered, in a network namespace of this machine.

Two pairs of VPNs whose customers have the same addresses. Here a VRF is a cable of its name with
a routing table of its own, which is all that the policy sees of it.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from citynet.pipeline import prepare, render
from tests.root import SUDO

CITY = """
city: {name: town}
domains: {government: {}, crossdomain: {}}
sites: {hall: {}}
nodes:
  core: {site: hall, domain: government, role: core}
  gw: {site: hall, domain: government, role: gateway}
  x-core: {site: hall, domain: crossdomain, role: core}
  x-gw: {site: hall, domain: crossdomain, role: gateway}
links: {near: {ends: [core, gw]}, far: {ends: [x-core, x-gw]}}
vpns:
  cameras: {domain: government, endpoints: {one: {node: core, ipv4: 10.50.0.1/28}}}
  health: {domain: government, endpoints: {one: {node: core, ipv4: 10.50.0.1/28}}}
  market: {domain: crossdomain, endpoints: {shop: {node: x-core, ipv4: 10.60.0.1/28}}}
  trade: {domain: crossdomain, endpoints: {desk: {node: x-core, ipv4: 10.60.0.1/28}}}
gateways:
  gate:
    ends: [gw, x-gw]
    allow:
      probe: {from: health/one, to: trade/desk, protocol: icmp}
      show: {from: cameras/one, to: market/shop, protocol: udp, ports: [5000]}
"""
PUBLISH = "      publish: {from: health/one, to: trade/desk, protocol: tcp, ports: [PORT]}\n"
NEAR, FAR = "10.50.0.2", "10.60.0.2"
PAIRS = {"cameras": "market", "health": "trade"}
TALK = """
import socket, sys, threading
role, protocol, address, source, port, *words = sys.argv[1:]
kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
sock = socket.socket(socket.AF_INET, kind)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
if role == "answer":
    sock.bind(("0.0.0.0", int(port)))
    if protocol == "udp":
        print("ready", flush=True)
        while True:
            data, peer = sock.recvfrom(99)
            threading.Timer(float(data), sock.sendto, (data, peer)).start()
    sock.listen()
    print("ready", flush=True)
    link, _ = sock.accept()
    while data := link.recv(99):
        link.sendall(data)
    raise SystemExit
sock.settimeout(3)
sock.bind(("0.0.0.0", int(source)))
try:
    sock.connect((address, int(port)))
except TimeoutError:
    print("silence", flush=True)
    raise SystemExit
print("connected", flush=True)
for line in sys.stdin:
    try:
        sock.send(line.encode())
        print("answer" if sock.recv(99) else "closed", flush=True)
    except (TimeoutError, OSError) as error:
        print("silence", flush=True)
"""


ROUTER_MAC = "02:00:00:00:00:01"


def _ip(space: str, *lines: str) -> None:
    inside = ["-netns", space] if space else []
    command = [*SUDO, "ip", *inside, "-batch", "-"]
    subprocess.run(command, input="\n".join(lines), text=True, check=True)


class Gateway:
    """The router `gw`, and a customer of each VPN, in namespaces."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.prefix = f"cng{os.getpid()}"
        self.customers = [*PAIRS, *PAIRS.values()]
        self.running: list[subprocess.Popen[str]] = []
        self.ports: dict[str, str] = {}

    def space(self, name: str) -> str:
        """The namespace of the router or of a customer."""
        return f"{self.prefix}{name}"

    def ruleset(self, *publish: int) -> str:
        """With a flow from health to trade at these TCP ports, or without it; `ports` are set."""
        flow = PUBLISH.replace("PORT", ", ".join(map(str, publish))) if publish else ""
        (self.folder / "city.yaml").write_text(CITY + flow)
        prepared = prepare(self.folder)
        joins = prepared.plan.gateways["gate"].joins
        ends = [end for join in joins for end in join.ends if end.node == "gw"]
        self.ports = {end.vpn: end.interface for end in ends}
        return render(prepared)["gw"].files["nftables.nft"]

    def build(self) -> None:
        """Each pair's two cables, and the table that packets of either are routed by."""
        gw = self.space("gw")
        _ip("", *(f"netns add {self.space(name)}" for name in ("gw", *self.customers)))
        subprocess.run(
            [*SUDO, "ip", "netns", "exec", gw, "sysctl", "-qw", "net.ipv4.ip_forward=1"], check=True
        )
        for table, (near, far) in enumerate(PAIRS.items(), 1):
            ends = ((near, near, NEAR), (far, self.ports[near], FAR))
            for number, (customer, port, own) in enumerate(ends):
                self._cable(customer, port, own, f"02:00:00:00:0{table}:0{number}")
                rules = [f"rule add iif {port} lookup {table}"]
                _ip(gw, *rules, f"route add {own} dev {port} table {table}")

    def _cable(self, customer: str, port: str, own: str, mac: str) -> None:
        gw, space = self.space("gw"), self.space(customer)
        _ip(
            "",
            f"link add {port} address {ROUTER_MAC} netns {gw} "
            f"type veth peer name c0 address {mac} netns {space}",
        )
        _ip(gw, f"link set {port} up", f"neigh add {own} lladdr {mac} dev {port} nud permanent")
        _ip(
            space,
            f"address add {own}/32 dev c0",
            "link set c0 up",
            "route add default dev c0",
            *(
                f"neigh add {each} lladdr {ROUTER_MAC} dev c0 nud permanent"
                for each in {NEAR, FAR} - {own}
            ),
        )

    def load(self, ruleset: str) -> None:
        """Instead of the one that is there, as a deployment puts it in; connections stay."""
        names = [line.split()[2] for line in ruleset.splitlines() if line.startswith("table ")]
        fresh = "".join(f"table inet {name}\ndelete table inet {name}\n" for name in names)
        command = [*SUDO, "ip", "netns", "exec", self.space("gw"), "nft", "-f", "-"]
        subprocess.run(command, input=fresh + ruleset, text=True, check=True)

    def talk(self, name: str, *words: object) -> subprocess.Popen[str]:
        """Run `TALK` as a customer, until the end of the test."""
        inside = [*SUDO, "ip", "netns", "exec", self.space(name), sys.executable, "-c", TALK]
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            [*inside, *map(str, words)], stdin=pipe, stdout=pipe, text=True, bufsize=1
        )
        self.running.append(process)
        return process

    def answering(self, name: str, protocol: str, port: int) -> None:
        """Have a customer answer, and wait until it does."""
        assert heard(self.talk(name, "answer", protocol, "", 0, port)) == "ready"

    def asking(self, name: str, protocol: str, port: int) -> subprocess.Popen[str]:
        """A customer that asks FAR from port 7777, line by line."""
        return self.talk(name, "ask", protocol, FAR, 7777, port)

    def end(self) -> None:
        for process in self.running:
            process.kill()
            process.communicate()
        _ip("", *(f"netns del {self.space(name)}" for name in ("gw", *self.customers)))


def heard(process: subprocess.Popen[str]) -> str:
    """The next line that a customer says."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def says(process: subprocess.Popen[str], seconds: float = 0.0) -> None:
    """Have a customer ask for an answer after so many seconds, which by TCP comes at once."""
    assert process.stdin is not None
    process.stdin.write(f"{seconds}\n")
    process.stdin.flush()


def asked(process: subprocess.Popen[str]) -> str:
    """What a customer hears when it says something."""
    says(process)
    return heard(process)


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    made = Gateway(tmp_path)
    ruleset = made.ruleset(443)
    try:
        made.build()
        made.load(ruleset)
        yield made
    finally:
        made.end()


def test_what_a_flow_lets_through_is_answered_and_nothing_else(gateway: Gateway) -> None:
    for port in (443, 8443):
        gateway.answering("trade", "tcp", port)
    good = gateway.asking("health", "tcp", 443)
    assert [heard(good), asked(good)] == ["connected", "answer"]
    assert heard(gateway.asking("health", "tcp", 8443)) == "silence"


def test_a_pair_does_not_open_the_flows_of_another_with_its_addresses(gateway: Gateway) -> None:
    for name in ("market", "trade"):
        gateway.answering(name, "udp", 5000)
    good, bad = (gateway.asking(name, "udp", 5000) for name in ("cameras", "health"))
    assert [heard(good), asked(good), asked(good)] == ["connected", "answer", "answer"]
    assert [heard(bad), asked(bad)] == ["connected", "silence"]
    assert asked(good) == "answer"


def test_two_pairs_with_the_same_addresses_keep_their_connections_apart(gateway: Gateway) -> None:
    """An answer that comes after the other pair has asked the same is still that of the first."""
    gateway.load(gateway.ruleset(5000).replace("tcp dport", "udp dport"))
    for name in ("market", "trade"):
        gateway.answering(name, "udp", 5000)
    one, two = (gateway.asking(name, "udp", 5000) for name in ("cameras", "health"))
    assert [heard(one), heard(two), asked(one), asked(two)] == ["connected"] * 2 + ["answer"] * 2
    says(one, 1.5)
    assert asked(two) == "answer"
    assert heard(one) == "answer"


def test_a_connection_ends_with_its_flow(gateway: Gateway) -> None:
    gateway.answering("trade", "tcp", 443)
    good = gateway.asking("health", "tcp", 443)
    assert [heard(good), asked(good)] == ["connected", "answer"]
    gateway.load(gateway.ruleset())
    assert asked(good) == "silence"


def test_a_connection_outlives_a_change_of_its_flow_that_still_lets_it_through(
    gateway: Gateway,
) -> None:
    gateway.answering("trade", "tcp", 443)
    good = gateway.asking("health", "tcp", 443)
    assert [heard(good), asked(good)] == ["connected", "answer"]
    for ports in ((443, 8443), (8443,), (443, 8443)):
        gateway.load(gateway.ruleset(*ports))
        assert asked(good) == ("answer" if 443 in ports else "silence")


def test_a_rule_has_a_mark_of_its_own(tmp_path: Path) -> None:
    """By what it says and where: another port or another join makes another one, a restart none."""
    gateway = Gateway(tmp_path)

    def marks(*ports: int) -> set[str]:
        return set(re.findall(r"ct mark set (\d+)", gateway.ruleset(*ports)))

    assert len(marks(443)) == len(marks(443, 8443)) == 3
    assert marks(443) == marks(443)
    assert len(marks(443) & marks(8443)) == len(marks()) == 2
    assert "0" not in marks(443)
