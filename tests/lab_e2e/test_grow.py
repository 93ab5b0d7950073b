"""The running demo gets a node, a link and a customer, and loses them: all else runs on."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from citynet.lab import api
from citynet.lab.api import Lab
from tests.cities import DEMO
from tests.lab_e2e.growing import NEW, lives, pinging, write_larger

pytestmark = pytest.mark.lab
FROM, TO = "health.commission", "health.hospital"


def citynet(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "citynet", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)


def well(*words: str) -> str:
    """What citynet says on both streams; it must have succeeded."""
    done = citynet(*words)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def demo() -> Lab:
    lab = api.find("demo")
    assert lab is not None, "`citynet lab up -i inventory/demo` and `citynet deploy` come first"
    return lab


@pytest.fixture
def larger(tmp_path: Path) -> Iterator[str]:
    """The demo with a node, a link and a customer more; the lab is the demo's again afterwards."""
    yield str(write_larger(tmp_path / "demo"))
    citynet("lab", "up", "-i", str(DEMO))
    citynet("deploy", "-i", str(DEMO))


def left_over(lab: Lab) -> str:
    """Whatever of the new node is still on the lab's host."""
    script = (
        f"docker ps -aq --filter name=clab-demo-{NEW}; ls /run/netns | grep {NEW};"
        f" grep {NEW} /etc/hosts;"
        f" ls /var/lib/citynet/labs/demo/keys | grep {NEW};"
        " docker exec clab-demo-customers ip netns list | grep clinic;"
        f" docker exec clab-demo-gov-agg1 ip -br link | grep {NEW}"
    )
    with api.attached(lab) as host:
        return host.run(["sh", "-c", script], timeout=60).stdout


def test_a_node_a_link_and_a_customer_come_and_go(larger: str) -> None:
    before, lab = lives(demo()), demo()
    address = next(each for each in lab.topology.customers if each.name == TO).ipv4.ip
    refused = citynet("verify", "-i", larger)
    assert refused.returncode == 1
    assert f"lab demo does not have node {NEW}" in refused.stdout + refused.stderr
    refused = citynet("deploy", "-i", larger)
    assert "the inventory has changed since the lab was brought up" in refused.stderr
    with pinging(lab, FROM, str(address)) as pinged:
        said = well("lab", "up", "-i", larger)
        assert f"add 1 node ({NEW}), 1 link, 1 customer; 14 nodes keep running" in said
        well("deploy", "-i", larger)
        assert "0 failed" in well("verify", "-i", larger)
        grown = lives(demo(), frozenset({NEW}))
        kept = citynet("deploy", "-i", str(DEMO), "--check").stderr
        assert f"{NEW} is no longer in the inventory and keeps its configuration" in kept
        said = well("lab", "up", "-i", str(DEMO))
        assert f"remove 1 node ({NEW}), 1 link, 1 customer; 14 nodes keep running" in said
        well("deploy", "-i", str(DEMO))
        assert "0 failed" in well("verify", "-i", str(DEMO))
    assert pinged.sent > 100
    assert pinged.lost == []
    for after in (grown, lives(demo())):
        wrong = {name: before[name].goes_on(after[name]) for name in before}
        assert not any(wrong.values()), wrong
    assert left_over(demo()) == ""
    assert NEW not in demo().folder.ssh_config.read_text()
    assert demo().topology == lab.topology
