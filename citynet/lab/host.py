"""Where a lab runs: the one interface that this machine, another machine and a VM share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from citynet.lab.errors import HostError

Watch = Callable[[str], None]
"""Called with every line that a command prints, as it prints it."""


@dataclass(frozen=True, slots=True)
class Completed:
    """A command that ended, whatever its exit status."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class SshJump:
    """The SSH server through which the management network of a lab is reached.

    `key_file` is None where the user's own agent and default keys are what opens the door.
    """

    host: str
    port: int
    username: str
    key_file: Path | None
    known_hosts: Path


@dataclass(frozen=True, slots=True)
class NodeAccess:
    """How to log in to one node; through the lab's `jump` where it has one.

    `password` says where a password is (`citynet.fleet.secret`), for devices that take no key;
    such a device may have no `key_file`. `shell_port` is where it takes commands, unless at
    `port`. `timeout`: the seconds that an answer of it may take, where somebody has said so.
    """

    host: str
    port: int
    username: str
    key_file: Path | None
    known_hosts: Path
    password: str | None = None
    shell_port: int | None = None
    timeout: float | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a city needs of a lab host, whether it is met, why, and what would meet it."""

    name: str
    met: bool
    why: str
    remedy: str


class LabHost(Protocol):
    """A machine with a container engine, as root."""

    @property
    def name(self) -> str:
        """For people: `local`, `vm`, `ssh:root@198.51.100.7`."""

    @property
    def directory(self) -> str:
        """Absolute folder on the host that belongs to this lab alone."""

    def run(
        self,
        argv: Sequence[str],
        *,
        stdin: bytes = b"",
        timeout: float = 60.0,
        watch: Watch | None = None,
    ) -> Completed:
        """Run a command as root; raises `HostError` if it cannot be run or takes too long."""

    def put(self, files: Mapping[str, bytes], mode: int = 0o600) -> None:
        """Write files (absolute path -> content) for root only, or with `mode`."""

    def listening(self, address: str, port: int) -> bool:
        """Whether something on the lab's management network accepts TCP there."""

    def host_key(self, address: str, port: int) -> str:
        """The SSH host key that is shown there, as `known_hosts` has it: kind and Base64.

        It is what a lab trusts from then on: for nodes that bring a key of their own, asked
        once, over the host's own bridge. Raises `HostError`.
        """

    def jump(self) -> SshJump | None:
        """How the management network is reached from here; None where it is local."""

    def close(self) -> None:
        """Let go of connections; the machine stays as it is."""


def checked(
    host: LabHost, argv: Sequence[str], *, timeout: float = 60.0, watch: Watch | None = None
) -> str:
    """Standard output of a command that must succeed."""
    completed = host.run(argv, timeout=timeout, watch=watch)
    if completed.returncode:
        said = (completed.stderr.strip() or completed.stdout.strip())[-2000:]
        raise HostError(
            f"{host.name}: `{' '.join(argv)[:200]}` exited {completed.returncode}: {said}"
        )
    return completed.stdout
