"""Two twins' neighbours at the ends of a veth pair, as root: `python -m tests.twin.ethernet`.

Prints, one JSON value a line, who is up at either end: together, cut, and put together again.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from citynet.twin.server.acting import Circuit, Speaker
from citynet.twin.server.neighbours import Neighbours
from citynet.twin.server.wires import Wires

ENDS = tuple(f"tw{os.getpid()}{end}"[-15:] for end in "ab")
PORT = "100GE0/3/0"
PAUSE = 0.05
LONGEST = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
"""Seconds to wait for what is to come."""


def say(value: object) -> None:
    sys.stdout.write(f"{json.dumps(value)}\n")


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


class Twin:
    """One end: what it has configured, and a real socket."""

    def __init__(self, number: int, folder: Path) -> None:
        device = ENDS[number]
        file = folder / f"{device}.json"
        file.write_text(json.dumps([{"port": PORT, "device": device}]))
        self.wires = Wires(file, lambda: self.neighbours)
        self.neighbours = Neighbours(time.monotonic, self.wires.carrier, time.time())
        circuit = Circuit(PORT, (2,), bfd=True, address=f"fd00::{number}")
        system = f"0000.0000.000{number}"
        self.neighbours.configured(Speaker(f"twin-{number}", system, "49", (circuit,)))

    def up(self) -> list[str]:
        return [each.host for each in self.neighbours.seen().adjacencies if each.up]


async def settled(twins: list[Twin], *, up: bool) -> list[list[str]]:
    for _ in range(int(LONGEST / PAUSE)):
        if all(bool(each.up()) is up for each in twins):
            break
        await asyncio.sleep(PAUSE)
    return [each.up() for each in twins]


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        twins = [Twin(number, Path(folder)) for number in range(2)]
        for each in twins:
            each.wires.start()
        await asyncio.sleep(0.1)  # a container's links come after its programs
        ip("link", "add", ENDS[0], "type", "veth", "peer", "name", ENDS[1])
        try:
            for end in ENDS:
                ip("link", "set", end, "up")
            say(await settled(twins, up=True))
            ip("link", "set", ENDS[0], "down")
            say([each.wires.carrier(PORT) for each in twins])
            say(await settled(twins, up=False))
            ip("link", "set", ENDS[0], "up")
            say(await settled(twins, up=True))
        finally:
            ip("link", "del", ENDS[0])


if __name__ == "__main__":
    asyncio.run(main())
