"""Starts a daemon of FRR again, with the words that it was started with. Runs on the device.

`python3 -IS - DAEMON`: exits 0 once the daemon answers, or says in a line why it does not.
watchfrr would give the daemon what the device boots, which is another configuration: it is
stopped meanwhile, and goes on in any case after `LONGEST`.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

RUN = Path("/run/frr")
PATIENCE = 15.0
"""Seconds that a daemon has to end, and that it has to answer."""
LONGEST = 60


def process_of(daemon: str, run: Path) -> int:
    """The process of a daemon by its file; 0 where there is none."""
    try:
        number = int((run / f"{daemon}.pid").read_text(encoding="ascii"))
        os.kill(number, 0)
    except (OSError, ValueError):
        return 0
    return number


def words_of(process: int) -> list[str]:
    """The words that a process was started with."""
    said = Path(f"/proc/{process}/cmdline").read_bytes().rstrip(b"\0")
    return [os.fsdecode(word) for word in said.split(b"\0")]


def ended(process: int) -> bool:
    """Ask a process to end, and make it; whether it has."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        end = time.monotonic() + PATIENCE
        with suppress(ProcessLookupError):
            os.kill(process, number)
            while time.monotonic() < end:
                os.kill(process, 0)
                time.sleep(0.05)
            continue
        return True
    return False


def answers(daemon: str, run: Path) -> bool:
    """Whether the daemon takes commands, in time."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as door:
            door.connect(str(run / f"{daemon}.vty"))
            return True
        time.sleep(0.05)
    return False


def detached(words: list[str]) -> "subprocess.Popen[bytes]":
    """Start something that keeps nothing of ours: no file, no lock, no terminal."""
    nothing = subprocess.DEVNULL
    return subprocess.Popen(
        words, stdin=nothing, stdout=nothing, stderr=nothing, cwd="/", start_new_session=True
    )


def again(daemon: str, run: Path = RUN) -> str:
    """End the daemon and start it; empty, or why it does not run."""
    process, keeper = process_of(daemon, run), process_of("watchfrr", run)
    if not process:
        return f"{daemon} does not run"
    words = words_of(process)
    if keeper:
        detached(["/bin/sh", "-c", f"sleep {LONGEST}; kill -CONT {keeper}"])
        os.kill(keeper, signal.SIGSTOP)
    try:
        if not ended(process):
            return f"{daemon} does not end"
        status = detached(words).wait(PATIENCE)
        if status or not answers(daemon, run):
            return f"{daemon} does not start again: status {status}"
    finally:
        if keeper:
            os.kill(keeper, signal.SIGCONT)
    return ""


if __name__ == "__main__":
    sys.exit(again(sys.argv[1]) or None)
