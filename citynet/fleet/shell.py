"""A shell on a device: what drivers of Linux devices and checks need of a session."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Output:
    """What a command printed, and its exit status."""

    stdout: str
    stderr: str
    status: int


@dataclass(frozen=True, slots=True)
class Held:
    """A command that keeps running on the device until `release`, or until the session ends.

    `stdout` is what it printed up to the line that was waited for. `ended` tells whether it has
    come to its end all the same.
    """

    stdout: str
    release: Callable[[], None]
    ended: Callable[[], bool]


class Shell(Protocol):
    """Runs commands on one device over a verified session. Raises `DeviceError`."""

    def run(self, command: str, *, stdin: str | None = None, timeout: float = 30.0) -> Output:
        """Run `command` in the device's POSIX shell; `timeout` is in seconds."""
        ...

    def hold(self, command: str, *, until: str, timeout: float = 30.0) -> Held | Output:
        """Start `command`, wait for the line `until`, and leave it running.

        Returns an `Output` if the command ends before it prints that line. When the session
        ends, however it ends, the command reads the end of its standard input.
        """
        ...

    def close(self) -> None:
        """End the session."""
        ...
