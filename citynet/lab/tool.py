"""A tool that runs for minutes and has to tidy up after itself, also when citynet is stopped."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress

PATIENCE = 60.0
"""Seconds that it may take to remove what it has made so far."""


def run_tool(
    command: Sequence[str], environment: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    """Run it and take its words. Where citynet is stopped meanwhile, it is stopped first.

    `subprocess.run` would kill it after a quarter of a second, and leave a root file system with
    its mounts in the folder for temporary files. It has a process group of its own, because
    mmdebstrap waits for its children, and those wait for a signal of their own.
    """
    with subprocess.Popen(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as process:
        try:
            output, errors = process.communicate()
        except BaseException:
            _stop(process)
            raise
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


def _stop(process: "subprocess.Popen[str]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
