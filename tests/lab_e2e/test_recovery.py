"""A lab whose machine died: VM killed, its pid a stranger's now, sockets dead, files torn.

Beside the demo city's VM, so that this is two labs on one machine as well: neither sees, stops
or removes anything of the other.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from citynet.lab import api, qemu
from citynet.lab.paths import paths
from citynet.lab.vm import Vm
from citynet.transaction.journal import Journal
from citynet.transaction.words import Begun, Committing, Staged
from tests.lab_e2e.routers import until
from tests.lab_e2e.small import NODES, write_city
from tests.speed import seconds

pytestmark = pytest.mark.beside
NAME = "phoenix"


def ended(pid: int) -> bool:
    """Whether a process is gone, or waits for nothing but its parent to notice that it is."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return True
    return stat.rpartition(")")[2].split()[0] in "ZX"


class Small:
    """The lab of a city of two routers in a VM of its own, with state of its own."""

    def __init__(self, home: Path) -> None:
        self.city = write_city(NAME, home / "city")
        self.environ = {**os.environ, "XDG_STATE_HOME": str(home / "state")}
        self.vm = Vm(paths(self.environ).lab(NAME) / "vm", NAME)

    def citynet(self, verb: str, *rest: str) -> "subprocess.CompletedProcess[str]":
        """Run `citynet lab …` on it."""
        return self.run("lab", verb, "-i", str(self.city), *rest)

    def deploy(self) -> "subprocess.CompletedProcess[str]":
        """Run `citynet deploy` on it."""
        return self.run("deploy", "-i", str(self.city), "--health", "off")

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run citynet with this state."""
        command = [sys.executable, "-m", "citynet", *arguments]
        return subprocess.run(
            command,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds(900),
        )

    def up(self) -> None:
        """It comes up, or the test ends with what was said."""
        done = self.citynet("up", "--host", "vm")
        assert done.returncode == 0, done.stdout + done.stderr

    def containers(self) -> dict[str, str]:
        """State by node, as `lab status` says it."""
        found = json.loads(self.citynet("status", "--json").stdout)
        states: dict[str, str] = found["containers"]
        return states

    def pid(self) -> int:
        """Of its QEMU."""
        found = qemu.running(self.vm.folder / "pid", self.vm.machine_name)
        assert found is not None
        return found

    def answers(self) -> bool:
        """Whether a router of it does what it is told."""
        done = self.citynet("exec", "left", "--", "ip", "-br", "link", "show", "wire")
        return done.returncode == 0 and "wire" in done.stdout


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    found = Small(tmp_path_factory.mktemp("phoenix"))
    found.up()
    yield found
    found.citynet("down")
    assert not found.vm.running()


def demo() -> tuple[int, set[str]]:
    """The demo city's QEMU and containers, whatever other tests do to them meanwhile."""
    lab = api.find("demo")
    assert lab is not None, "`citynet lab up -i inventory/demo` comes first"
    vm = Vm(lab.folder.vm, "demo")
    pid = qemu.running(vm.folder / "pid", vm.machine_name)
    return pid or 0, set(api.status("demo").containers)


def test_two_labs_on_one_machine_do_not_meet(small: Small) -> None:
    lab = api.find("demo")
    mine = api.find(NAME, environ=small.environ)
    assert lab is not None
    assert mine is not None
    assert mine.jump is not None
    assert lab.jump is None or mine.jump.port != lab.jump.port
    assert not mine.topology.management.overlaps(lab.topology.management)
    assert set(small.containers()) == NODES
    assert not {"left", "right"} & demo()[1]
    assert small.answers()


def test_the_machine_died_and_its_pid_is_a_strangers(small: Small) -> None:
    before = demo()
    old = small.pid()
    os.kill(old, signal.SIGKILL)
    with subprocess.Popen(["sleep", "600"]) as stranger:
        (small.vm.folder / "pid").write_text(f"{stranger.pid}\n")
        assert small.citynet("status").returncode == 1
        refused = small.citynet("exec", "left", "--", "true")
        assert refused.returncode == 1
        assert "lab up" in refused.stderr
        small.up()
        assert stranger.poll() is None, "a stranger's process was ended"
        stranger.kill()
    assert small.pid() != old
    assert set(small.containers().values()) == {"running"}
    assert small.answers()
    assert demo() == before


def left_unfinished(folder: Path) -> None:
    """A run as a killed citynet leaves it: told to commit, and nothing known after that."""
    run, devices = "20260102T030405Z-dead", ("left", "right")
    journal = Journal.create(folder, run, len(devices))
    journal.write(Begun(run, NAME, "somebody", "", (devices,), 600.0, "2026-01-02T03:04:05+00:00"))
    journal.write(Staged(dict.fromkeys(devices, "old")))
    journal.write(Committing(devices, "2026-01-02T03:04:06+00:00"))
    journal.close()


def test_what_was_left_unfinished_goes_with_its_devices(small: Small) -> None:
    lab = api.find(NAME, environ=small.environ)
    assert lab is not None
    left_unfinished(lab.folder.runs)
    refused = small.deploy()
    assert refused.returncode == 1
    assert "--resume 20260102T030405Z-dead" in refused.stderr
    os.kill(small.pid(), signal.SIGKILL)
    small.up()
    done = small.deploy()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 of 2 changed" in done.stdout


def test_the_machine_died_while_a_lab_was_being_made(small: Small) -> None:
    record = small.vm.folder.parent / "lab.json"
    document = json.loads(record.read_text())
    os.kill(small.pid(), signal.SIGKILL)
    record.write_text(json.dumps({**document, "digest": ""}))
    for torn in ("vm.json", "known_hosts", "disk.qcow2", "pid"):
        (small.vm.folder / torn).write_bytes(b"")
    small.up()
    assert small.answers()


def test_a_torn_record_says_what_to_do_and_that_helps(small: Small) -> None:
    record = small.vm.folder.parent / "lab.json"
    record.write_text(record.read_text()[:100])
    told = small.citynet("up", "--host", "vm")
    assert told.returncode == 1
    assert "citynet lab down" in told.stderr
    assert "Traceback" not in told.stderr
    pid = small.pid()
    assert small.citynet("down").returncode == 0
    assert until(lambda: ended(pid), 10)
    assert not record.parent.exists()


def test_down_of_one_leaves_the_other(small: Small) -> None:
    before = demo()
    assert small.citynet("down").returncode == 0
    assert demo() == before
