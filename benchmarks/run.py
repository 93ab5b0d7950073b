"""`make bench`: citynet and netlab on the same ring, interleaved, as whole processes.

Each round runs every contestant once, so that a machine whose speed drifts hurts all alike,
and everyone writes into a new folder: what was there before is nobody's cost or gain.
Prints time (median), peak memory, the ratio pair by pair, and how citynet's time grows.
netlab lives in a virtual environment of its own, kept in the user's cache folder.
"""

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.netlab import write_topology
from benchmarks.synthetic import write_city

NETLAB = "networklab==26.10"
BOTH = (20, 100)
ALONE = (1_000, 10_000)


@dataclass(frozen=True, slots=True)
class Run:
    """One process: wall-clock seconds and peak resident memory in MB."""

    seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Contest:
    """One thing to run: who, how many devices, the command, and the folder it reads from."""

    who: str
    devices: int
    command: tuple[str, ...]
    source: Path


def measured(contest: Contest, work: Path) -> Run:
    """Run to the end in a new folder; a failure stops the benchmark with what was printed."""
    folder = Path(tempfile.mkdtemp(dir=work))
    shutil.copytree(contest.source, folder, dirs_exist_ok=True)
    with tempfile.TemporaryFile() as printed:
        begin = time.perf_counter()
        process = subprocess.Popen(
            contest.command, cwd=folder, stdout=printed, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            printed.seek(0)
            sys.exit(f"{' '.join(contest.command)} failed:\n{printed.read().decode()[-2000:]}")
    return Run(seconds, usage.ru_maxrss / 1024)


def netlab_command() -> Path:
    """The command of netlab, installed once into its own virtual environment."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    home = cache / "citynet" / "peers" / NETLAB.replace("==", "-")
    command = home / "bin" / "netlab"
    if not command.exists():
        print(f"installing {NETLAB} into {home}", file=sys.stderr)
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([home / "bin" / "pip", "install", "--quiet", NETLAB], check=True)
    return command


def contests(work: Path, netlab: Path, sizes: Sequence[int]) -> list[Contest]:
    """Everything to run: citynet at every size, netlab where both can."""
    citynet = Path(sys.executable).parent / "citynet"
    found = []
    for devices in sizes:
        ours, theirs = work / f"citynet-{devices}", work / f"netlab-{devices}"
        write_city(devices, ours)
        command = (str(citynet), "render", "-i", ".", "-o", "out")
        found.append(Contest("citynet", devices, command, ours))
        if devices in BOTH:
            write_topology(devices, theirs)
            create = (str(netlab), "create", "topology.yml")
            found.append(Contest("netlab", devices, create, theirs))
    return found


def exponent(medians: Mapping[int, float]) -> float:
    """The slope of log time over log devices, least squares, without the smallest."""
    points = [(math.log(size), math.log(seconds)) for size, seconds in medians.items()]
    points = sorted(points)[1:] if len(points) > len(BOTH) else points
    mean_x = statistics.fmean(x for x, _ in points)
    mean_y = statistics.fmean(y for _, y in points)
    above = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return above / sum((x - mean_x) ** 2 for x, _ in points)


def report(results: Mapping[Contest, Sequence[Run]]) -> dict[str, object]:
    """Medians, ratios and growth, ready to print."""
    rows, seconds = [], {}
    for contest, runs in results.items():
        median = statistics.median(run.seconds for run in runs)
        seconds[contest.who, contest.devices] = [run.seconds for run in runs]
        peak = max(run.megabytes for run in runs)
        rows.append(
            {
                "who": contest.who,
                "devices": contest.devices,
                "seconds": round(median, 3),
                "best": round(min(run.seconds for run in runs), 3),
                "megabytes": round(peak, 1),
            }
        )
    ratios = {
        devices: round(
            statistics.median(
                theirs / ours
                for ours, theirs in zip(
                    seconds["citynet", devices], seconds["netlab", devices], strict=True
                )
            ),
            1,
        )
        for devices in BOTH
        if ("netlab", devices) in seconds
    }
    ours = {
        size: statistics.median(all_) for (who, size), all_ in seconds.items() if who == "citynet"
    }
    return {"runs": rows, "netlab over citynet": ratios, "exponent": round(exponent(ours), 3)}


def show(found: Mapping[str, object]) -> None:
    """Print the report as a table."""
    print(f"{'who':<10}{'devices':>9}{'median s':>11}{'best s':>9}{'peak MB':>10}")
    for row in json.loads(json.dumps(found["runs"])):
        print(
            f"{row['who']:<10}{row['devices']:>9}{row['seconds']:>11.3f}"
            f"{row['best']:>9.3f}{row['megabytes']:>10.1f}"
        )
    for devices, ratio in dict(json.loads(json.dumps(found["netlab over citynet"]))).items():
        print(f"netlab takes {ratio} times as long as citynet at {devices} devices")
    print(f"citynet's time grows with devices to the power {found['exponent']}")


def main() -> None:
    """Run the benchmark and print it; `--json FILE` keeps it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds for the sizes both run")
    parser.add_argument("--largest", type=int, default=max(ALONE), help="largest city")
    parser.add_argument("--json", type=Path, help="write the report here as well")
    arguments = parser.parse_args()
    sizes = [size for size in (*BOTH, *ALONE) if size <= arguments.largest]
    work = Path(tempfile.mkdtemp(prefix="citynet-bench-"))
    try:
        every = contests(work, netlab_command(), sizes)
        results: dict[Contest, list[Run]] = {contest: [] for contest in every}
        for turn in range(arguments.rounds):
            for contest in every:
                if contest.devices in BOTH or turn == 0:
                    print(f"round {turn + 1}: {contest.who} {contest.devices}", file=sys.stderr)
                    results[contest].append(measured(contest, work))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    found = report(results)
    show(found)
    if arguments.json:
        arguments.json.write_text(json.dumps(found | {"peer": NETLAB}, indent=2) + "\n")


if __name__ == "__main__":
    main()
