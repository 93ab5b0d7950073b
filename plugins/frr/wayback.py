"""Going back, on the device itself: whatever was left half done, until it runs as before."""

import json
import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from citynet.deploy.driver import DeviceError, Refused

from . import change, script, snapshot
from .pending import BACK, LEFT, REVERTING, Failure, Store, free, held, now, write
from .state import running

LONGEST = 300.0
"""Seconds for one script, vtysh's included."""
PATIENCE = 20.0
"""Seconds that processes which change the device have to end."""
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between attempts; the last one for ever."""


def pause(attempt: int) -> float:
    """Seconds to wait after an attempt (from 0) that was not enough."""
    return PAUSES[min(attempt, len(PAUSES) - 1)]


def go_back(store: Store) -> list[str]:
    """One attempt to make the device run what it ran before; gives what is left of the change.

    Whatever still carries out the commit is ended first, and so are the scripts of somebody who
    was killed while going back: they hold the same lock. Who calls this holds `deciding`.
    """
    _end_changes(store)
    try:
        way = snapshot.load(store.read(BACK))
    except (KeyError, TypeError) as error:
        raise Failure("failed", f"the way back cannot be read: {error!r}") from error
    goal = way.goal
    reading = script.reading(sorted(goal.sysctl_paths()), "")
    device = change.Device(
        run=lambda text: _run(store, text),
        read=lambda output: way.seen(running(goal.artifact.device, output, goal)),
        reading=reading,
    )
    try:
        before = device.read(device.run(reading))
        outcome = change.carry_out(device, goal, before, back=True)
        left = [each.message for each in outcome.refusals]
    except (DeviceError, Refused, OSError) as error:
        left = [str(error)]
    if left:
        with suppress(OSError):
            write(store.state / REVERTING / LEFT, json.dumps(left))
    return left


def _run(store: Store, text: str) -> str:
    """Run a script in a session of its own, and with the lock of changes.

    All of it can be ended, by this process or by the one that goes on after this one was killed.
    """
    command = ["/bin/sh", "-c", script.RUN]
    with (
        held(store.changing, PATIENCE) as lock,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=(lock,),
            cwd="/",
        ) as process,
    ):
        try:
            output, _ = process.communicate(script.whole(text).encode(), timeout=LONGEST)
        except subprocess.TimeoutExpired as error:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise DeviceError(f"no answer within {LONGEST:.0f} s") from error
    return output.decode(errors="replace")


def _end_changes(store: Store) -> None:
    """End every process that holds the lock of changes: a commit whose session is gone."""
    end = now() + PATIENCE
    while not free(store.changing):
        for process in _holders(store.changing):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        if now() > end:
            raise Failure("failed", "what carries out the commit does not end")
        time.sleep(0.05)


def _holders(path: Path) -> list[int]:
    """The processes that have `path` open, but this one."""
    wanted = path.stat()
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        with suppress(OSError):
            for handle in (process / "fd").iterdir():
                seen = handle.stat()
                if (seen.st_dev, seen.st_ino) == (wanted.st_dev, wanted.st_ino):
                    found.append(int(process.name))
                    break
    return found
