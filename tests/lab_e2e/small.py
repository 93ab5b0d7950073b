"""A city of two routers under any name, for labs beside the demo city's."""

import json
import os
import subprocess
import sys
from pathlib import Path

from citynet.lab import qemu
from citynet.lab.paths import paths
from citynet.lab.vm import Vm
from tests.speed import seconds

CITY = """
city: {{name: {name}}}
domains: {{government: {{}}}}
sites: {{hall: {{}}}}
nodes:
  left: {{site: hall, domain: government, role: core}}
  right: {{site: hall, domain: government, role: access}}
links: {{wire: {{ends: [left, right]}}}}
vpns:
  health:
    domain: government
    endpoints: {{here: {{node: left}}, there: {{node: right}}}}
"""
NODES = {"left", "right", "customers"}


def write_city(name: str, folder: Path) -> Path:
    """An inventory folder with the city called `name`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "city.yaml").write_text(CITY.format(name=name))
    return folder


class Small:
    """The lab of a city of two routers in a VM of its own, with state of its own."""

    def __init__(self, name: str, home: Path) -> None:
        self.city = write_city(name, home / "city")
        self.environ = {**os.environ, "XDG_STATE_HOME": str(home / "state")}
        self.vm = Vm(paths(self.environ).lab(name) / "vm", name)

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
        """Whether a router of it runs a command."""
        done = self.citynet("exec", "left", "--", "ip", "-br", "link", "show", "wire")
        return done.returncode == 0 and "wire" in done.stdout
