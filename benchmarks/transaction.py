"""`python -m benchmarks.transaction`: one transaction over many NETCONF devices, and its floor.

The devices are fakes (`tests.netconf.fake`) in a process of their own, 20 ms away; `citynet
deploy` gives all of them their first configuration, as a process that is measured from outside.
Seconds are those of the transaction, from the first login to the last answer.

The floor is the sum of two, measured in the same run:

alone   the slowest of some devices, each deployed to alone: what the protocol's round trips take
bytes   the same bytes to as many devices over the same sessions in the same steps, with nothing
        thought about them (`benchmarks.replay`): what the network, SSH and the devices take

The ratio to the bytes by themselves is printed too; it is the stricter one.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROUND_TRIP = 0.020
"""Seconds."""
GOAL = 1.3
RING = 25
SIZES = (50, 100, 200)
ALONE = ("r1", "r17", "r42")


@dataclass(frozen=True, slots=True)
class Run:
    """One `citynet deploy`: seconds of the transaction, CPU seconds and peak MB of the process."""

    devices: int
    seconds: float
    cpu: float
    megabytes: float


def names(devices: int) -> list[str]:
    """As the fakes are called."""
    return [f"r{number}" for number in range(1, devices + 1)]


def write_city(folder: Path, devices: int) -> None:
    """Rings of Huawei routers through the first of them."""
    first, *rest = names(devices)
    rings = [[first, *rest[start : start + RING]] for start in range(0, len(rest), RING)]
    node = {"site": "hall", "domain": "government", "role": "core", "platform": "huawei_vrp"}
    city = {
        "city": {"name": "transaction"},
        "domains": {"government": {}},
        "sites": {"hall": {}},
        "nodes": dict.fromkeys((first, *rest), node),
        "rings": {f"ring-{number}": {"nodes": each} for number, each in enumerate(rings)},
    }
    folder.mkdir(parents=True)
    (folder / "city.yaml").write_text(json.dumps(city))


@contextmanager
def fleet(folder: Path, devices: int, delay: float) -> Iterator[Mapping[str, Any]]:
    """That many fakes, `delay` seconds away; gives how to log in to them, and their `pid`."""
    argv = [sys.executable, "-m", "tests.netconf.fake", "--folder", str(folder)]
    argv += ["--devices", str(devices), "--delay", str(delay)]
    with (
        (folder / "fakes").open("w") as words,
        subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words, text=True
        ) as process,
    ):
        assert process.stdout  # noqa: S101
        try:
            yield {**json.loads(process.stdout.readline()), "pid": process.pid}
        finally:
            process.terminate()


def write_access(file: Path, said: Mapping[str, Any]) -> None:
    """How citynet logs in to the fakes."""
    defaults = {"username": said["username"], "key": said["key_file"]}
    defaults |= {"known_hosts": said["known_hosts"]}
    nodes = {name: {"host": "127.0.0.1", "port": port} for name, port in said["ports"].items()}
    file.write_text(json.dumps({"defaults": defaults, "nodes": nodes}))


def deployed(work: Path, devices: int, options: Sequence[str] = ()) -> Run:
    """Deploy to fakes that run nothing yet; a failure ends the benchmark with what was said."""
    with tempfile.TemporaryDirectory(dir=work) as made:
        here = Path(made)
        write_city(here / "city", devices)
        argv = [sys.executable, "-m", "citynet", "deploy", "-i", str(here / "city"), "--json"]
        argv += ["--access", str(here / "access.yaml"), *options]
        environment = {**os.environ, "XDG_STATE_HOME": str(here / "state")}
        with (
            fleet(here, devices, ROUND_TRIP / 2) as said,
            (here / "out").open("w+b") as out,
            (here / "err").open("w+b") as err,
        ):
            write_access(here / "access.yaml", said)
            process = subprocess.Popen(argv, stdout=out, stderr=err, env=environment)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"the deployment failed:\n{(here / 'err').read_text()[-2000:]}")
        report = json.loads((here / "out").read_text())
    cpu = usage.ru_utime + usage.ru_stime
    return Run(len(report["results"]), float(report["seconds"]), cpu, usage.ru_maxrss / 1024)


def replayed(work: Path, devices: int) -> float:
    """Seconds that the bytes alone take, sent to fakes that run nothing yet."""
    with tempfile.TemporaryDirectory(dir=work) as made:
        here = Path(made)
        write_city(here / "city", devices)
        words = ["deploy", "-i", str(here / "city"), "--access", str(here / "access.yaml")]
        player = [sys.executable, "-m", "benchmarks.replay"]
        environment = {**os.environ, "XDG_STATE_HOME": str(here / "state")}
        with fleet(here, devices, ROUND_TRIP / 2) as said:
            write_access(here / "access.yaml", said)
            recording = [*player, "record", str(here / "bytes"), *words]
            subprocess.run(recording, check=True, capture_output=True, env=environment)
        with fleet(here, devices, ROUND_TRIP / 2) as said:
            (here / "said").write_text(json.dumps(said))
            playing = [*player, "replay", str(here / "bytes"), str(here / "said")]
            done = subprocess.run(playing, check=True, capture_output=True, text=True)
    return float(done.stdout)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--forks", help="as of `citynet deploy`")
    options = parser.parse_args()
    forks = ["--forks", options.forks] if options.forks else []
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        here = Path(work)
        alone = max(deployed(here, SIZES[0], ["--limit", each]).seconds for each in ALONE)
        print(f"a device alone: {alone:.2f} s; {cores} processors; goal: {GOAL} of the floor")
        print("\ndevices  seconds  alone  bytes  floor  ratio  to the bytes  CPU s  peak MB")
        for size in options.devices:
            run, replay = deployed(here, size, forks), replayed(here, size)
            floor = alone + replay
            print(
                f"{run.devices:7}  {run.seconds:7.2f}  {alone:5.2f}  {replay:5.2f}  {floor:5.2f}  "
                f"{run.seconds / floor:5.2f}  {run.seconds / replay:12.2f}  "
                f"{run.cpu:5.1f}  {run.megabytes:7.0f}"
            )


if __name__ == "__main__":
    main()
