"""What shows that a lab's nodes were left alone while it was changed, and that packets went on."""

import json
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from citynet.lab import api
from citynet.lab.api import Lab
from citynet.lab.host import LabHost, checked
from tests.cities import DEMO

ASK = (
    "pidof bgpd isisd zebra; vtysh -c 'show bgp summary json'; echo @@;"
    " ip -j -s link show type veth"
)
NEW = "gov-acc9"
PID = "/run/citynet-test-ping.pid"


def write_larger(folder: Path) -> Path:
    """The demo city with a node, a link and a customer more."""
    shutil.copytree(DEMO, folder)
    nodes, services = folder / "nodes.yaml", folder / "services.yaml"
    text = nodes.read_text().replace(
        "\nrings:\n", f"  {NEW}: {{site: hospital, domain: government, role: access}}\n\nrings:\n"
    )
    nodes.write_text(text + f"  acc9-agg1: {{ends: [{NEW}, gov-agg1]}}\n")
    platform = "      platform: {node: gov-acc2, label: 共享平台}\n"
    text = services.read_text()
    assert platform in text
    services.write_text(text.replace(platform, f"{platform}      clinic: {{node: {NEW}}}\n"))
    return folder


@dataclass(frozen=True, slots=True)
class Life:
    """Since when a router's container and sessions are up, its daemons, what its ports counted."""

    started: str
    daemons: str
    sessions: dict[str, int]
    ports: dict[str, tuple[int, int]]

    def goes_on(self, after: "Life") -> list[str]:
        """What did not go on; empty where all did. New sessions and ports do not count."""
        wrong = [] if after.started == self.started else [f"started {after.started}"]
        wrong += [] if after.daemons == self.daemons else [f"daemons {after.daemons}"]
        wrong += [
            f"session to {peer}: since {after.sessions.get(peer)}, was {since}"
            for peer, since in self.sessions.items()
            if abs(after.sessions.get(peer, 0) - since) > 2
        ]
        for name, (index, count) in self.ports.items():
            now = after.ports.get(name, (0, 0))
            if now[0] != index or now[1] < count:
                wrong.append(f"port {name}: {now}, was {(index, count)}")
        return wrong


def lives(lab: Lab, without: frozenset[str] = frozenset()) -> dict[str, Life]:
    """Of every router of the lab but those `without`, whose sessions do not count either."""
    with api.attached(lab) as host:
        return {
            node.name: _life(host, f"clab-{lab.name}-{node.name}")
            for node in lab.topology.nodes
            if node.name not in without
        }


def _life(host: LabHost, container: str) -> Life:
    started = checked(host, ["docker", "inspect", "-f", "{{.State.StartedAt}}", container])
    said = checked(host, ["docker", "exec", container, "sh", "-c", ASK], timeout=120)
    daemons, rest = said.split("\n", 1)
    bgp, links = rest.split("@@\n")
    peers = {
        name: int(each["peerUptimeEstablishedEpoch"])
        for family in json.loads(bgp or "{}").values()
        if isinstance(family, dict)
        for name, each in family.get("peers", {}).items()
        if each.get("state") == "Established"
    }
    ports = {
        each["ifname"]: (each["ifindex"], each["stats64"]["rx"]["packets"])
        for each in json.loads(links)
        if each and each["ifname"] != "eth0"
    }
    return Life(started.strip(), daemons, peers, ports)


@dataclass
class Pinged:
    """What ping counted, once it has ended: packets sent, and the numbers of those answered.

    The last one may still be on its way when ping is stopped, and is not lost then.
    """

    said: str = ""
    sent: int = 0
    answered: set[int] = field(default_factory=set)

    @property
    def lost(self) -> list[int]:
        """The numbers of packets without an answer."""
        return [each for each in range(1, self.sent) if each not in self.answered]


@contextmanager
def pinging(lab: Lab, space: str, address: str) -> Iterator[Pinged]:
    """Ping from a customer's namespace, ten a second, for as long as this lasts."""
    inside = ["docker", "exec", f"clab-{lab.name}-{lab.topology.customers_node.name}", "sh", "-c"]
    ping = f"echo $$ >{PID}; exec ip netns exec {space} ping -i 0.1 -W 10 {address}"
    found = Pinged()

    def run() -> None:
        with api.attached(lab) as host:
            found.said = host.run([*inside, ping], timeout=1200).stdout

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield found
    finally:
        with api.attached(lab) as host:
            host.run([*inside, f"kill -INT $(cat {PID})"])
        thread.join(60)
    counted = re.search(r"(\d+) packets transmitted", found.said)
    assert counted, found.said[-500:]
    found.sent = int(counted[1])
    found.answered = {int(each) for each in re.findall(r"bytes from .* icmp_seq=(\d+)", found.said)}
