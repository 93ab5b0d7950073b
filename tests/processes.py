"""Processes that tests start, and that are gone when a test is over, however it ends."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

HEARS = ("env", "--default-signal=INT,HUP")
"""A shell's background job ignores SIGINT, and what it starts would too: the tests may be one."""


@contextmanager
def started(
    argv: Sequence[str], environment: Mapping[str, str] | None = None
) -> Iterator["subprocess.Popen[str]"]:
    """A process that hears Ctrl-C, with pipes from its stdout and its stderr."""
    with subprocess.Popen(
        [*HEARS, *argv],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            yield process
        finally:
            process.kill()
