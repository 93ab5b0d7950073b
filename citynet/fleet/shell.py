"""A shell on a device: what drivers of Linux devices and checks need of a session."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Output:
    """What a command printed, and its exit status."""

    stdout: str
    stderr: str
    status: int


class Shell(Protocol):
    """Runs commands on one device over a verified session. Raises `DeviceError`."""

    def run(self, command: str, *, stdin: str | None = None, timeout: float = 30.0) -> Output:
        """Run `command` in the device's POSIX shell; `timeout` is in seconds."""
        ...

    def close(self) -> None:
        """End the session."""
        ...
