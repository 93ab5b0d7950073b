"""A lab host behind SSH: another machine, or the VM that citynet started."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from citynet.lab.errors import HostError
from citynet.lab.host import Completed, SshJump, Watch
from citynet.lab.transport import Connection, archive, connect, user_known_hosts

UNPACK = ("sh", "-c", "umask 077; exec tar -C / -xf - --no-same-owner")


@dataclass(frozen=True, slots=True)
class RemoteHost:
    """Implements `LabHost` over one SSH connection; `sudo` where the login is not root."""

    name: str
    directory: str
    connection: Connection
    through: SshJump
    sudo: bool = False

    def run(
        self,
        argv: Sequence[str],
        *,
        stdin: bytes = b"",
        timeout: float = 60.0,
        watch: Watch | None = None,
    ) -> Completed:
        """Run a command as root over the connection."""
        prefix = ("sudo", "-n", "--") if self.sudo else ()
        return self.connection.run([*prefix, *argv], stdin=stdin, timeout=timeout, watch=watch)

    def put(self, files: Mapping[str, bytes], mode: int = 0o600) -> None:
        """Write all files in one round trip."""
        completed = self.run(UNPACK, stdin=archive(files, mode), timeout=300)
        if completed.returncode:
            raise HostError(f"{self.name}: cannot write files: {completed.stderr.strip()}")

    def listening(self, address: str, port: int) -> bool:
        """Whether TCP to there, from the host, is accepted."""
        return self.connection.listening(address, port)

    def host_key(self, address: str, port: int) -> str:
        """What the SSH server there shows, seen from the host."""
        return self.connection.host_key(address, port)

    def jump(self) -> SshJump | None:
        """The way in is this SSH server."""
        return self.through

    def close(self) -> None:
        """End the connection."""
        self.connection.close()


def machine(target: str) -> SshJump:
    """`user@address[:port]` as it is written after `--host ssh:`; user defaults to root."""
    parts = urlsplit(f"ssh://{target}")
    try:
        port = parts.port or 22
    except ValueError as error:
        raise HostError(f"--host ssh:{target}: the port is not a number from 1 to 65535") from error
    _, at, place = parts.netloc.rpartition("@")
    empty = (at and not parts.username) or place.endswith(":")
    if empty or not parts.hostname or parts.path or parts.password:
        raise HostError(f"--host ssh:{target}: expected ssh:user@address or ssh:user@address:port")
    known: Path = user_known_hosts()
    if not known.is_file():
        raise HostError(f"{known} does not exist; log in once with `ssh {target}` to make it")
    return SshJump(parts.hostname, port, parts.username or "root", None, known)


def open_machine(target: str, lab: str) -> RemoteHost:
    """Another machine as a lab host. It must run commands as root, by login or by sudo -n."""
    through = machine(target)
    name = f"ssh:{target}"
    connection = connect(through, name)
    return RemoteHost(
        name=name,
        directory=f"/var/lib/citynet/labs/{lab}",
        connection=connection,
        through=through,
        sudo=through.username != "root",
    )
