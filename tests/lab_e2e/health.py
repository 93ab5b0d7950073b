"""Prove the demo city's lab healthy, and make it so where it is not: with citynet's own commands.

A pytest plugin: it answers `tests.flaky`, which asks before the second try of a test.

A link that a test left cut is healed, a run that it left is finished, what it changed on a router
is put back, and the city is measured. What does not help is a lab from the start.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from citynet.environ import setting
from tests.cities import DEMO
from tests.flaky import Health
from tests.speed import seconds

LEFT = re.compile(r"--resume ([\w-]+)")
LAST = 30
"""So many lines of what a command said are kept."""


@dataclass(frozen=True, slots=True)
class Done:
    """A citynet command that has ended."""

    status: int
    out: str
    err: str = ""


Citynet = Callable[..., Done]


def citynet(*words: str) -> Done:
    """Run citynet on the demo city."""
    verb = 2 if words[0] == "lab" else 1
    command = [sys.executable, "-m", "citynet", *words[:verb], "-i", str(DEMO), *words[verb:]]
    limit = seconds(900)
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=limit)
    except subprocess.TimeoutExpired:
        return Done(1, "", f"it did not end within {limit:.0f} s")
    return Done(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True, slots=True)
class Doctor:
    """Runs commands and keeps what they said."""

    run: Citynet
    said: list[str] = field(default_factory=list)

    def does(self, *words: str) -> bool:
        """Whether a command ended well; what it said is kept in either case."""
        done = self.run(*words)
        shown = f"citynet {' '.join(words)}: exit {done.status}"
        text = f"{done.err}{done.out}".strip().splitlines()[-LAST:]
        last = text[-1:] if done.status == 0 else text
        self.said.append("\n".join((shown, *(f"    {line}" for line in last))))
        return done.status == 0

    def heals(self) -> bool:
        """Bring the lab up if it is not, and put every cut link together again."""
        if not self.does(
            "lab", "up", "--host", setting(os.environ, "CITYNET_HOST", "a lab host") or "auto"
        ):
            return False
        found = self.run("lab", "status", "--json")
        cut = json.loads(found.out)["cut"] if found.status == 0 else ()
        healed = [self.does("lab", "heal", link) for link in cut]
        return all(healed)

    def deploys(self) -> bool:
        """The routers are as the inventory says; a run that was left is finished first."""
        if self.does("deploy"):
            return True
        left = LEFT.search(self.said[-1])
        if left is None:
            return False
        self.does("deploy", "--resume", left[1])
        return self.does("deploy")

    def proves(self) -> bool:
        """Heal, deploy, and measure."""
        wait = f"{seconds(90):.0f}"
        return self.heals() and self.deploys() and self.does("verify", "--wait", wait)


def proved(run: Citynet = citynet) -> Health:
    """Whether the demo city's lab is healthy now. A lab that cannot be healed is made again."""
    doctor = Doctor(run)
    well = doctor.proves() or (doctor.does("lab", "down") and doctor.proves())
    return Health(well, "\n".join(doctor.said))


def pytest_lab_health(item: pytest.Item) -> Health:
    """Before the second try of a test. What runs beside the demo city makes its own lab or twin."""
    if item.get_closest_marker("lab"):
        return proved()
    return Health(well=True, said="what it runs on is made by its own fixtures, for each try")
