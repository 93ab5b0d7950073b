"""Routers of the lab as seen from beside them: through docker, so that sshd may be dead."""

import json
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from citynet.deploy.driver import Confirm, Driver
from citynet.fleet.shell import Held, Output
from citynet.lab import api as labs
from citynet.lab.host import LabHost
from citynet.render.artifact import Artifact
from tests.speed import seconds

GUARD = "citynet/guard"
"""What the command line of every process that keeps a commit's promise has."""
NEEDS = 180.0
"""Seconds that going back may take on an emulated router."""
SAVED = "frr.conf linux.state nftables.nft boot sysctl.before"
QUESTIONS = {
    "frr": "vtysh -c 'show running-config' | grep -v '^Building'",
    "fences": "ip -j route show table all proto 250; ip -6 -j route show table all proto 250",
    "tables": "nft -s list ruleset",
    "kernel": "grep -rsH '' /proc/sys/net/ipv4 /proc/sys/net/ipv6 /proc/sys/net/vrf | sort",
    "daemons": "pidof zebra bgpd isisd bfdd mgmtd staticd",
    "saved": f"cd /var/lib/citynet; sha256sum /etc/frr/frr.conf {SAVED} 2>/dev/null",
}
"""All that a commit can change, asked of the device's own tools and never of our files' content."""


@dataclass(frozen=True, slots=True)
class Box:
    """A container on the lab host."""

    host: LabHost
    container: str

    def run(self, script: str, *, stdin: str = "", timeout: float = 90.0) -> Output:
        command = ["docker", "exec", "-i", self.container, "sh", "-c", script]
        done = self.host.run(command, stdin=stdin.encode(), timeout=seconds(timeout))
        return Output(done.stdout, done.stderr, done.returncode)

    def measure(self) -> dict[str, object]:
        """What the device is, without what changes by itself or when an interface is remade.

        FRR shows its VRFs in the order they came in, another one after a restart.
        """
        script = "; ".join(f"{{ {ask}; }}; echo @@" for ask in QUESTIONS.values())
        done = self.run(f"{script}; ip -j -d addr")
        *answers, links = done.stdout.split("@@\n")
        found: dict[str, object] = dict(zip(QUESTIONS, answers, strict=True))
        found["frr"] = "\n!\n".join(sorted(answers[0].split("\n!\n")))
        return found | {"links": sorted(_link(each) for each in json.loads(links) if each)}

    def waits(self) -> bool:
        return self.run("ls -d /var/lib/citynet/commit /var/lib/citynet/reverting").stdout != ""

    def processes(self, pattern: str) -> list[int]:
        """The processes whose command line has `pattern`, oldest first."""
        hidden = f"[{pattern[0]}]{pattern[1:]}"
        return [int(each) for each in self.run(f"pgrep -f {shlex.quote(hidden)}").stdout.split()]

    def kill(self, pattern: str) -> int:
        """Kill -9 every process whose command line has `pattern`; gives how many."""
        hidden = f"[{pattern[0]}]{pattern[1:]}"
        done = self.run(f"pgrep -f {shlex.quote(hidden)} | tee /dev/stderr | xargs -r kill -9")
        return len(done.stderr.split())


def _link(each: dict[str, object]) -> str:
    keys = ("ifname", "mtu", "master", "flags", "ifalias", "link", "address")
    info = each.get("linkinfo", {})
    assert isinstance(info, dict)
    data = info.get("info_data", {})
    addresses = each.get("addr_info", [])
    assert isinstance(addresses, list)
    kept = {key: each.get(key) for key in keys if key != "address" or not info}
    kept["kind"] = [info.get("info_kind"), data.get("table"), data.get("id")]
    kept["addresses"] = sorted(
        f"{one['local']}/{one['prefixlen']}" for one in addresses if one["scope"] == "global"
    )
    return json.dumps(kept, sort_keys=True)


class DockerShell:
    """Implements `Shell` by docker: a router that has no sshd."""

    def __init__(self, box: Box) -> None:
        self._box = box

    def run(self, command: str, *, stdin: str | None = None, timeout: float = 30.0) -> Output:
        return self._box.run(command, stdin=stdin or "", timeout=timeout)

    def hold(self, command: str, *, until: str, timeout: float = 30.0) -> Held | Output:
        raise NotImplementedError

    def close(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Bare:
    """A router of its own, without cables: what may be restarted, filled up, and set wrong."""

    name: str
    box: Box

    def shell(self) -> DockerShell:
        return DockerShell(self.box)


@contextmanager
def bare(host: LabHost, like: str, name: str) -> Iterator[Bare]:
    """A fresh router from the image of the container `like`."""
    asked = ["docker", "inspect", "--format", "{{.Config.Image}}", like]
    image = host.run(asked, timeout=seconds(60)).stdout.strip()
    host.run(["docker", "rm", "-f", name], timeout=seconds(60))
    command = ["docker", "run", "-d", "--privileged", "--network", "none"]
    made = host.run([*command, "--name", name, "--hostname", name, image], timeout=seconds(120))
    assert made.returncode == 0, made.stderr
    try:
        yield Bare(name, Box(host, name))
    finally:
        host.run(["docker", "rm", "-f", name], timeout=seconds(60))


@contextmanager
def demo() -> Iterator[LabHost]:
    """Where the demo city runs."""
    lab = labs.find("demo")
    assert lab is not None, "`citynet lab up -i inventory/demo` and `citynet deploy` come first"
    with labs.attached(lab) as found:
        yield found


def until(condition: Callable[[], bool], bound: float) -> bool:
    """Whether it becomes true in time: `bound` seconds on an idle machine."""
    end = time.monotonic() + seconds(bound)
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.5)
    return found


def settled(box: Box) -> dict[str, object]:
    """What the device is once nothing waits on it any more."""
    assert until(lambda: not box.waits(), NEEDS), box.run("ls -R /var/lib/citynet").stdout
    return box.measure()


def shorten(box: Box, run: str) -> None:
    """Let the time of a commit run out soon, from beside: what is done before may take long."""
    done = box.run(f"python3 -I /var/lib/{GUARD} extend {run} 2")
    assert done.status == 0, done.stdout


def committed(driver: Driver, run: str, within: float, artifact: Artifact) -> None:
    """Commit with a timer, as a deployment does."""
    driver.stage(artifact)
    driver.validate()
    driver.commit(Confirm(run, within))
