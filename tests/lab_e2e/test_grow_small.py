"""A small lab of its own: customers follow, a restarted router comes back, kill -9 is harmless.

So it is while a router's bgpd, which cannot change its AS number alive, is being started again.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from citynet.lab import api
from citynet.lab.api import Lab
from citynet.lab.state import LabFolder
from tests.lab_e2e.growing import lives
from tests.lab_e2e.health import LEFT
from tests.lab_e2e.small import write_city
from tests.processes import started

pytestmark = pytest.mark.beside
NAME = "growing"
THERE = "health.there"


class Small:
    """The lab of a city of two routers in a VM of its own, with state of its own."""

    def __init__(self, home: Path) -> None:
        self.city = write_city(NAME, home / "city") / "city.yaml"
        self.first = self.city.read_text()
        self.environ = {**os.environ, "XDG_STATE_HOME": str(home / "state")}

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "citynet", *words, "-i", str(self.city.parent)]

    def citynet(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = self.command(*words)
        return subprocess.run(
            command, env=self.environ, capture_output=True, text=True, check=False, timeout=900
        )

    def exec(self, node: str, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a command in a node."""
        command = [sys.executable, "-m", "citynet", "lab", "exec", "-i", str(self.city.parent)]
        return subprocess.run(
            [*command, node, "--", *words],
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def well(self, *words: str) -> str:
        done = self.citynet(*words)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout + done.stderr

    def change(self, *edits: tuple[str, str]) -> None:
        """The first inventory with these changes."""
        text = self.first
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        self.city.write_text(text)

    def lab(self) -> Lab:
        found = api.find(NAME, environ=self.environ)
        assert found is not None
        return found


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = Small(tmp_path_factory.mktemp("growing"))
    try:
        made.well("lab", "up", "--host", "vm")
        made.well("deploy")
        yield made
    finally:
        made.change()
        made.citynet("lab", "down")


THIRD = (
    ("links: {", "  third: {site: hall, domain: government, role: access}\nlinks: {"),
    ("wire: {ends: [left, right]}", "wire: {ends: [left, right]}, more: {ends: [left, third]}"),
)


def customer(small: Small, name: str) -> str:
    """Its IPv4 address, as the lab's record has it."""
    found = next(each for each in small.lab().topology.customers if each.name == name)
    return str(found.ipv4.ip)


def test_customers_follow_when_their_addresses_move(small: Small) -> None:
    before, old = lives(small.lab()), customer(small, THERE)
    pin = "there: {node: right, ipv4: 10.99.7.1/24}"
    small.change(("there: {node: right}", pin))
    assert "set or put back 1 customer; 3 nodes keep running" in small.well("lab", "up")
    small.well("deploy")
    assert customer(small, THERE) != old
    assert "0 failed" in small.well("verify")
    after = lives(small.lab())
    wrong = {name: before[name].goes_on(after[name]) for name in before}
    assert not any(wrong.values()), wrong


def test_a_restarted_router_and_customers_get_their_links_back(small: Small) -> None:
    lab = small.lab()
    with api.attached(lab) as host:
        for name in ("right", "customers"):
            assert host.run(["docker", "restart", "-t", "1", f"clab-{NAME}-{name}"]).returncode == 0
    status = small.citynet("lab", "status")
    assert status.returncode == 1
    assert "link wire is not there" in status.stdout
    assert f"`citynet lab up -i {small.city.parent}` puts it right" in status.stdout
    small.change()  # and the customer goes back to where it was, at the same time
    said = small.well("lab", "up")
    assert "set or put back 1 link, 2 customers; 3 nodes keep running" in said
    small.well("lab", "status")
    small.well("deploy")
    assert "0 failed" in small.well("verify")
    assert "is up and as the inventory says" in small.well("lab", "up")


def test_kill_9_while_it_grows_loses_no_router(small: Small) -> None:
    before = lives(small.lab())
    small.change(*THIRD)
    command = small.command("lab", "up")
    with started(command, small.environ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "change lab" in line:
                break
        assert wait_for(small, "third")
        process.send_signal(signal.SIGKILL)
    record = json.loads(folder(small).record_file.read_text())
    assert record["changing"]
    status = small.citynet("lab", "status")
    assert "it is being changed, or was left while it was" in status.stdout
    assert small.exec("left", "true").returncode == 0
    small.well("lab", "up")
    small.well("lab", "status")
    assert small.exec("third", "true").returncode == 0
    small.well("deploy")
    assert "0 failed" in small.well("verify")
    after = lives(small.lab(), frozenset({"third"}))
    wrong = {name: before[name].goes_on(after[name]) for name in before}
    assert not any(wrong.values()), wrong


def test_a_node_is_cleared_and_leaves(small: Small) -> None:
    assert "router isis" in small.exec("third", "vtysh", "-c", "show running-config").stdout
    small.well("deploy", "--clear", "third")
    shown = small.exec("third", "vtysh", "-c", "show running-config").stdout
    assert "router isis" not in shown
    assert "router bgp" not in shown
    left = small.exec("third", "ip", "-br", "link", "show", "type", "vrf").stdout
    assert left == ""
    small.change()
    said = small.well("lab", "up")
    assert "remove 1 node (third), 1 link; 3 nodes keep running" in said
    small.well("deploy")
    assert "0 failed" in small.well("verify")


OTHER_AS = ("government: {}", "government: {asn: 64999}")
DIES = "p=$(pidof bgpd); echo watched; while kill -0 $p 2>&-; do sleep 0.02; done; echo gone"
DAEMONS = "for each in zebra isisd bgpd watchfrr; do ps -o stat=,comm= -C $each; done"


def test_kill_9_while_bgpd_starts_again_leaves_each_router_as_it_was(small: Small) -> None:
    watcher = [sys.executable, "-m", "citynet", "lab", "exec", "-i", str(small.city.parent)]
    with started([*watcher, "left", "--", "sh", "-c", DIES], small.environ) as watching:
        assert watching.stdout is not None
        assert watching.stdout.readline().strip() == "watched"
        small.change(OTHER_AS)
        with started(small.command("deploy"), small.environ) as deploying:
            assert watching.stdout.readline().strip() == "gone"
            deploying.send_signal(signal.SIGKILL)
    refused = small.citynet("deploy")
    assert refused.returncode == 1
    run = LEFT.search(refused.stderr)
    assert run is not None, refused.stderr
    ended = small.citynet("deploy", "--resume", run[1])
    assert "every device has its old configuration" in ended.stdout, ended.stdout + ended.stderr
    small.change()
    assert "0 of 2" in small.well("deploy", "--check")
    assert "0 failed" in small.well("verify")
    for node in ("left", "right"):
        daemons = small.exec(node, "sh", "-c", DAEMONS).stdout.splitlines()
        assert len(daemons) == 4, daemons
        assert not [each for each in daemons if each.lstrip()[0] in "TZ"], daemons


def test_another_as_number_is_announced_and_proved(small: Small) -> None:
    small.change(OTHER_AS)
    assert "bgpd is started again" in small.well("deploy", "--check", "--diff")
    small.well("deploy")
    assert "0 failed" in small.well("verify")


def folder(small: Small) -> LabFolder:
    return LabFolder(Path(small.environ["XDG_STATE_HOME"]) / "citynet" / "labs" / NAME)


def wait_for(small: Small, node: str) -> bool:
    """Whether the node's container comes to be there."""
    with api.attached(small.lab()) as host:
        script = (
            f"n=0; until docker inspect clab-{NAME}-{node} >/dev/null 2>&1; do"
            " n=$((n + 1)); [ $n -lt 600 ] || exit 1; sleep 0.1; done"
        )
        return host.run(["sh", "-c", script], timeout=120).returncode == 0
