"""What several calls of pytest found, in one line at the end.

A pytest plugin: with `CITYNET_TALLY` set to a folder each call writes a summary there. And a
program that adds them up: `python -m tests.tally FOLDER`. It fails where a call failed, and where
all calls together found more flaky tests than may be the machine's.
"""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from citynet.environ import setting
from tests.flaky import FLAKY, MOST

ENVIRON = "CITYNET_TALLY"
FOLDER = pytest.StashKey[str]()
SLOWEST = 20
COUNTED = ("passed", "xfailed", "failed")
"""Each test is in one of these, or stopped by an error, or was not run."""
NOT_RUN = ("skipped", "not run")


@dataclass(frozen=True)
class Tally:
    """One call of pytest. `not_run`: why -> how many; `times`: seconds by test."""

    at: float
    status: int
    tests: int
    flaky: Sequence[str]
    not_run: Mapping[str, int]
    times: Mapping[str, float]


def pytest_configure(config: pytest.Config) -> None:
    """Take the folder out of the environment: what a test starts is no call of its own."""
    config.stash[FOLDER] = setting(os.environ, ENVIRON, "a folder") or ""
    os.environ.pop(ENVIRON, None)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    folder = config.stash[FOLDER]
    if folder and not config.option.collectonly:
        found = tally(terminalreporter.stats, int(exitstatus), time.time())
        file = Path(folder) / f"{os.getpid()}-{time.time_ns()}.json"
        file.write_text(json.dumps(asdict(found)), encoding="utf-8")


def tally(stats: Mapping[str, Sequence[Any]], status: int, at: float) -> Tally:
    """Of what pytest's terminal reporter has."""
    names = {each.nodeid for kind in (*COUNTED, "error") for each in stats.get(kind, ())}
    times: Counter[str] = Counter()
    for reports in stats.values():
        for each in reports:
            if hasattr(each, "duration") and hasattr(each, "nodeid"):
                times[each.nodeid] += each.duration
    reasons = Counter(_why(each) for kind in NOT_RUN for each in stats.get(kind, ()))
    flaky = [each.nodeid for each in stats.get(FLAKY, ())]
    slowest = dict(times.most_common(SLOWEST))
    return Tally(at, status, len(names), flaky, dict(reasons), slowest)


def _why(report: Any) -> str:
    """The reason of a test that was not run."""
    found = report.longrepr
    why = str(found[2]) if isinstance(found, tuple) else str(found or "no reason given")
    return why.removeprefix("Skipped: ")


def read(folder: Path) -> list[Tally]:
    """All that was written, in the order of time."""
    found = [Tally(**json.loads(file.read_text("utf-8"))) for file in folder.glob("*.json")]
    return sorted(found, key=lambda each: each.at)


def lines(found: Sequence[Tally]) -> Iterable[str]:
    """What a person wants to know at the end; the last line has the numbers."""
    times: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for each in found:
        times.update(each.times)
        reasons.update(each.not_run)
    flaky = [name for each in found for name in each.flaky]
    yield f"the slowest {SLOWEST} tests of all:"
    yield from (f"  {seconds:7.1f} s  {name}" for name, seconds in times.most_common(SLOWEST))
    yield from (f"flaky: {name}" for name in flaky)
    yield from (f"not run, {count}, because {why}" for why, count in reasons.most_common())
    if len(flaky) > MOST:
        yield f"{len(flaky)} flaky tests: more than {MOST} are a failure"
    tests = " + ".join(str(each.tests) for each in found) or "0"
    yield f"{tests} tests, {len(flaky)} flaky, {reasons.total()} not run"


def good(found: Sequence[Tally]) -> bool:
    """Whether all calls ended well and few tests were flaky."""
    flaky = sum(len(each.flaky) for each in found)
    return bool(found) and flaky <= MOST and not any(each.status for each in found)


def main(folder: Path) -> int:
    found = read(folder)
    sys.stdout.writelines(f"{line}\n" for line in lines(found))
    return 0 if good(found) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
