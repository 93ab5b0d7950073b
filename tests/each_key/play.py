"""One key changed alone in a deployed lab, and back: what it costs customers and daemons."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from citynet.allocate.plan import EndpointNumbers
from citynet.errors import CitynetError
from citynet.pipeline import Prepared, prepare
from tests.each_key import city
from tests.each_key.keys import GONE
from tests.each_key.offline import Variant

PAUSE = 0.1
"""Seconds between two packets."""
LONGEST = 900.0
_COUNTED = re.compile(r"(\d+) packets transmitted, (\d+) (?:packets )?received")


@dataclass(frozen=True, slots=True)
class Way:
    """One deployment: its outcome, seconds, seconds of packets that were lost, what restarted.

    `lost` is None where nothing was sent, since the customers themselves move.
    """

    outcome: str
    seconds: float
    lost: float | None
    restarted: tuple[str, ...] = ()
    down: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a key did. `proved`: how many checks of `citynet verify` hold, and of how many.

    `grown`: the lab had to follow, by `citynet lab up`.
    """

    key: str
    value: str
    there: Way
    back: Way
    announced: tuple[str, ...] = ()
    proved: str = ""
    bad: tuple[str, ...] = field(default=())
    grown: bool = False

    @property
    def defects(self) -> tuple[str, ...]:
        """What must not be: a run that is not kept, and a restart that was not announced."""
        ways = (("there", self.there), ("back", self.back))
        made = [f"{name}: {way.outcome}" for name, way in ways if way.outcome != "kept"]
        daemons = {each.split(":")[1] for _, way in ways for each in way.restarted}
        announced = {each.split()[0] for each in self.announced}
        return (*made, *(f"{each} restarted" for each in sorted(daemons - announced)), *self.bad)


class Lab:
    """The lab of the city that is up, and is as the city is."""

    def __init__(self, folder: Path, base: Prepared) -> None:
        self.folder = folder
        self.base = base

    def run(self, *words: str, timeout: float = LONGEST) -> "subprocess.CompletedProcess[str]":
        """A command of citynet."""
        return subprocess.run(
            [sys.executable, "-m", "citynet", *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
        )

    def daemons(self) -> Mapping[str, str]:
        """`node:daemon` -> its process."""
        nodes = sorted(self.base.facts)
        with ThreadPoolExecutor(len(nodes)) as pool:
            said = dict(zip(nodes, pool.map(self._pids, nodes), strict=True))
        lines = ((node, *line.split(".pid:")) for node, text in said.items() for line in text)
        return {f"{node}:{name}": number for node, name, number in lines}

    def _pids(self, node: str) -> list[str]:
        """Lines such as `bgpd.pid:123`."""
        inside = ("sh", "-c", "cd /run/frr; grep -H '' *.pid")
        return self.run(
            "lab", "exec", "-i", str(self.folder), node, "--", *inside
        ).stdout.splitlines()

    def follow(self, folder: Path) -> None:
        """The lab becomes that of another inventory, in place. Raises `CitynetError`."""
        done = self.run("lab", "up", "-i", str(folder))
        if done.returncode:
            raise CitynetError(f"the lab does not follow: {done.stderr.strip()[-500:]}")

    @contextmanager
    def pinged(self) -> Iterator[list[float]]:
        """Packets between two customers meanwhile; gives the seconds of those that were lost."""
        spoken: list[float] = []
        target = self.base.plan.endpoints[city.VPN, city.TO].customer_ipv4.ip
        ping = f"ping -n -q -i {PAUSE} {target} & p=$!; read -r _; kill -INT $p; wait $p"
        space = f"{city.VPN}.{city.FROM}"
        words = ("exec", "-i", str(self.folder), "customers", "--")
        with subprocess.Popen(
            [
                *(sys.executable, "-m", "citynet", "lab", *words),
                *("ip", "netns", "exec", space, "sh", "-c", ping),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            time.sleep(3.0)
            try:
                yield spoken
            finally:
                said, _ = process.communicate("\n", timeout=60)
                if counted := _COUNTED.search(said):
                    sent, came = map(int, counted.groups())
                    spoken.append(round((sent - came) * PAUSE, 1))

    def deploy(self, folder: Path, *, moved: bool = False) -> tuple[Way, dict[str, Any]]:
        """Give devices what this inventory says, and see what it costs.

        `moved`: it gives the customers that are pinged other addresses, or other places.
        """
        before, began = self.daemons(), time.monotonic()
        ping: AbstractContextManager[list[float]] = nullcontext([]) if moved else self.pinged()
        with ping as lost:
            done = self.run(
                "deploy", "-i", str(folder), "--health", "no-worse", "--health-wait", "60", "--json"
            )
            seconds = time.monotonic() - began
            time.sleep(5.0)
        if not moved and not lost:
            raise CitynetError("the packets between customers were not counted")
        after = self.daemons()
        try:
            said = json.loads(done.stdout)
        except ValueError:
            said = {"outcome": f"refused: {done.stderr.strip().splitlines()[-1:]}"}
        restarted = sorted(name for name in before if after.get(name) != before[name])
        way = Way(
            outcome=str(said.get("outcome")),
            seconds=round(seconds, 1),
            lost=lost[0] if lost else None,
            restarted=tuple(restarted),
            down=tuple(said.get("down", ())),
        )
        return way, said

    def proved(self, folder: Path) -> tuple[str, tuple[str, ...]]:
        """How many checks hold, and which do not."""
        done = self.run("verify", "-i", str(folder), "--json")
        return judged(done.stdout) or ("", (f"verify: {done.stderr.strip()[-200:]}",))


def judged(said: str) -> tuple[str, tuple[str, ...]] | None:
    """What `citynet verify --json` said: how many checks hold, and which do not."""
    try:
        report = json.loads(said)
        bad = tuple(each["id"] for each in report["results"] if each["status"] != "ok")
        return f"{report['passed']}/{report['total']}", bad
    except (ValueError, KeyError):
        return None


def _customers(prepared: Prepared) -> list[tuple[str, EndpointNumbers] | None]:
    """Where the customers that are pinged are, and their addresses; None for one that is gone."""
    endpoints = prepared.context.city.vpns[city.VPN].endpoints
    numbers = prepared.plan.endpoints
    return [
        (endpoints[name].node, numbers[city.VPN, name]) if name in endpoints else None
        for name in (city.FROM, city.TO)
    ]


def play(lab: Lab, variant: Variant, folder: Path, *, grows: bool = False) -> Found:
    """There, proved, and back. `grows`: the lab has to follow."""
    assert variant.document is not None
    wanted = city.write(folder, variant.document)
    if grows:
        lab.follow(wanted)
    moved = _customers(prepare(wanted)) != _customers(lab.base)
    there, said = lab.deploy(wanted, moved=moved)
    proved, bad = lab.proved(wanted) if there.outcome == "kept" else ("", ())
    notes = [
        note for each in said.get("results", ()) for note in each.get("change", {}).get("notes", ())
    ]
    if grows:
        lab.follow(lab.folder)
    back, _ = lab.deploy(lab.folder, moved=moved)
    return Found(
        str(variant.key),
        "(gone)" if variant.value is GONE else str(variant.value),
        there,
        back,
        tuple(dict.fromkeys(notes)),
        proved,
        bad,
        grows,
    )
