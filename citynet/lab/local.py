"""This machine as a lab host: no SSH, and sudo where citynet is not run by root."""

import os
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from citynet.lab.errors import HostError
from citynet.lab.host import Completed, SshJump, Watch
from citynet.lab.remote import UNPACK
from citynet.lab.transport import archive, shown_key


@dataclass(frozen=True, slots=True)
class LocalHost:
    """Implements `LabHost` with subprocesses."""

    directory: str
    name: str = "local"

    def run(
        self,
        argv: Sequence[str],
        *,
        stdin: bytes = b"",
        timeout: float = 60.0,
        watch: Watch | None = None,
    ) -> Completed:
        """Run a command as root. `watch` sees the lines when the command has ended."""
        prefix = () if os.geteuid() == 0 else ("sudo", "-n", "--")
        try:
            done = subprocess.run(
                [*prefix, *argv], input=stdin, capture_output=True, timeout=timeout, check=False
            )
        except FileNotFoundError:
            return Completed(127, "", f"{argv[0]}: command not found")
        except (OSError, subprocess.TimeoutExpired) as error:
            raise HostError(f"local: {error}") from error
        output = done.stdout.decode(errors="replace")
        for line in output.splitlines() if watch else ():
            watch(line)  # type: ignore[misc]
        return Completed(done.returncode, output, done.stderr.decode(errors="replace"))

    def put(self, files: Mapping[str, bytes], mode: int = 0o600) -> None:
        """Write files as root, the way a remote host does."""
        completed = self.run(UNPACK, stdin=archive(files, mode))
        if completed.returncode:
            raise HostError(f"local: cannot write files: {completed.stderr.strip()}")

    def listening(self, address: str, port: int) -> bool:
        """Whether TCP to there is accepted."""
        try:
            with socket.create_connection((address, port), timeout=5):
                return True
        except OSError:
            return False

    def host_key(self, address: str, port: int) -> str:
        """What the SSH server there shows."""
        try:
            with socket.create_connection((address, port), timeout=5) as opened:
                return shown_key(opened)
        except OSError as error:
            raise HostError(f"local: no SSH at {address} port {port}: {error}") from error

    def jump(self) -> SshJump | None:
        """Nothing in between."""
        return None

    def close(self) -> None:
        """Nothing is open."""
