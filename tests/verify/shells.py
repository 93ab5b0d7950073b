"""A session with a network namespace of this machine, as if it were a router."""

import subprocess
from collections.abc import Sequence

from citynet.fleet.shell import Held, Output


class Local:
    """Runs each command behind `words`, which lead to where it is to run."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)

    def run(self, command: str, *, stdin: str | None = None, timeout: float = 30.0) -> Output:
        done = subprocess.run(
            [*self.words, "sh", "-c", command],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Output(done.stdout, done.stderr, done.returncode)

    def hold(self, command: str, *, until: str, timeout: float = 30.0) -> Held | Output:
        raise NotImplementedError

    def close(self) -> None:
        """Nothing is held."""
