"""`python -m benchmarks.transaction`: one transaction over many NETCONF devices, and its floor.

The devices are fakes (`tests.netconf.fake`) in a process of their own, 20 ms away; `citynet
deploy` gives all of them their first configuration, as a process that is measured from outside.
Seconds are those of the transaction, from the first login to the last answer.

Two floors, measured in the same run:

alone   the slowest of some devices, each deployed to alone: what the protocol's round trips take
logins  that, and the processor time of logging in twice to every device (a session, and the probe
        by a new login), measured by itself, of citynet and of the fakes, over all processors
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from citynet.lab.host import NodeAccess
from citynet.netconf.session import Timeouts, open_session

ROUND_TRIP = 0.020
"""Seconds."""
GOAL = 1.3
RING = 25
SIZES = (50, 100, 200)
ALONE = ("r1", "r17", "r42")
LOGINS = 40
LOGINS_OF_A_DEVICE = 2
TICKS = os.sysconf("SC_CLK_TCK")


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


def _cpu(pid: int) -> float:
    """Processor seconds of a process so far (proc(5): utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def login(work: Path) -> tuple[float, float]:
    """Processor seconds of one login and its hello: citynet's, and the fake's."""
    with (
        tempfile.TemporaryDirectory(dir=work) as made,
        fleet(Path(made), LOGINS, 0.0) as said,
    ):
        files = (Path(said["key_file"]), Path(said["known_hosts"]))
        access = {
            name: NodeAccess("127.0.0.1", port, str(said["username"]), *files)
            for name, port in said["ports"].items()
        }
        open_session("r1", access["r1"], None, Timeouts()).close()
        ours, theirs = time.process_time(), _cpu(said["pid"])
        opened = [open_session(name, each, None, Timeouts()) for name, each in access.items()]
        ours, theirs = time.process_time() - ours, _cpu(said["pid"]) - theirs
        for each in opened:
            each.close()
    return ours / LOGINS, theirs / LOGINS


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
        ours, theirs = login(here)
        print(f"a device alone: {alone:.2f} s; one login: {ours * 1e3:.1f} ms of processor here,")
        print(f"{theirs * 1e3:.1f} ms at the fake; {cores} processors; goal: {GOAL} of the floor")
        print("\ndevices  seconds  floor: alone  ratio  floor: logins  ratio  CPU s  peak MB")
        for size in options.devices:
            run = deployed(here, size, forks)
            logins = alone + LOGINS_OF_A_DEVICE * run.devices * (ours + theirs) / cores
            print(
                f"{run.devices:7}  {run.seconds:7.2f}  {alone:12.2f}  {run.seconds / alone:5.1f}  "
                f"{logins:13.2f}  {run.seconds / logins:5.1f}  {run.cpu:5.1f}  {run.megabytes:7.0f}"
            )


if __name__ == "__main__":
    main()
