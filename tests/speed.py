"""How much slower than an idle machine of CI this one is now, so that waits end late enough.

`seconds(30)` is an upper bound of waiting: thirty seconds on an idle machine, more on a slow or
busy one. What happens sooner is seen sooner: a good case takes no longer. No test asserts a time.
`python -m tests.speed` measures the lab's routers as well, which is done once: it says what it
found, and prints the least factor for what follows, `CITYNET_SLOW`.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from citynet.environ import setting
from tests.cities import DEMO

ENVIRON = "CITYNET_SLOW"
"""The least factor, as measured in the lab."""
IDLE_HOST = 0.25
"""Seconds of `_work` on the machine the bounds were chosen on, idle."""
IDLE_FORK = 0.04
"""Seconds of a fork and exec in a router of an emulated lab there, idle."""
FORKS = 20
GOOD_FOR = 30
"""Seconds that a measure holds."""
MOST = 12.0
"""A machine that is slower than this fails, and does not wait all day."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Factors over an idle machine: computing, waiting for a core, a process in the lab."""

    host: float
    load: float
    lab: float = 1.0

    @property
    def factor(self) -> float:
        return min(MOST, max(1.0, self.host, self.load, self.lab))

    def __str__(self) -> str:
        parts = f"host x{self.host:.1f}, load x{self.load:.1f}, lab x{self.lab:.1f}"
        return f"this machine now: {parts}: waits end after {self.factor:.1f} times as long"


def _work() -> None:
    """Python and C, as tests and citynet are."""
    value = b"citynet"
    for _ in range(1_000_000):
        value = sha256(value).digest()


def host() -> Speed:
    """The host's speed now, in a quarter of a second."""
    begin = time.monotonic()
    _work()
    took = time.monotonic() - begin
    return Speed(took / IDLE_HOST, os.getloadavg()[0] / (os.cpu_count() or 1))


def lab(node: str = "x-gw1") -> float:
    """How slow processes start in a router of the demo city's lab; 1 without a lab."""
    script = (
        f"a=$(date +%s%N); for i in $(seq {FORKS}); do /bin/true; done; echo $(($(date +%s%N)-a))"
    )
    command = [sys.executable, "-m", "citynet", "lab", "exec", node, "-i", str(DEMO)]
    done = subprocess.run(
        [*command, "--", "sh", "-c", script], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        return 1.0
    return int(done.stdout) / 1e9 / FORKS / IDLE_FORK


@cache
def _measured(_period: int) -> float:
    return host().factor


def factor(environ: Mapping[str, str] = os.environ) -> float:
    """By how much waits are longer now."""
    return max(
        float(setting(environ, ENVIRON, "a factor, such as 2.5") or 1),
        _measured(int(time.monotonic() / GOOD_FOR)),
    )


def seconds(idle: float) -> float:
    """An upper bound of waiting that is `idle` seconds on an idle machine."""
    return idle * factor()


def main() -> None:
    measured = host()
    found = Speed(measured.host, measured.load, lab())
    sys.stderr.write(f"{found}\n")
    sys.stdout.write(f"{min(MOST, max(1.0, found.lab)):.2f}\n")


if __name__ == "__main__":
    main()
