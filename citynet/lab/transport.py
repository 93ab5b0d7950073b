"""One SSH connection with many commands over it (paramiko)."""

import io
import logging
import os
import shlex
import socket
import tarfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import paramiko

from citynet import xdg
from citynet.lab.errors import HostError
from citynet.lab.host import Completed, SshJump, Watch


class Connection(Protocol):
    """What the remote lab hosts need of SSH."""

    def run(
        self, argv: Sequence[str], *, stdin: bytes, timeout: float, watch: Watch | None
    ) -> Completed:
        """Run one command."""

    def listening(self, address: str, port: int) -> bool:
        """Whether TCP to there, from the far side, is accepted."""

    def host_key(self, address: str, port: int) -> str:
        """The key that an SSH server at the far side shows."""

    def close(self) -> None:
        """End the connection."""


CHUNK = 1 << 17
KEY_SECONDS = 30.0
LOG_CHANNEL = "citynet.lab.ssh"
logging.getLogger(LOG_CHANNEL).addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class ParamikoConnection:
    """An open connection; `connect` makes one."""

    client: paramiko.SSHClient
    label: str

    def run(
        self, argv: Sequence[str], *, stdin: bytes, timeout: float, watch: Watch | None
    ) -> Completed:
        """Run one command; its output is read on both streams at once, so it cannot block."""
        try:
            channel = self._transport().open_session(timeout=timeout)
            channel.settimeout(timeout)
            channel.exec_command(shlex.join(argv))
            errors: list[bytes] = []
            reader = threading.Thread(target=_drain, args=(channel, errors), daemon=True)
            writer = threading.Thread(target=_feed, args=(channel, stdin), daemon=True)
            reader.start()
            writer.start()
            output = _lines(channel.makefile("rb"), watch)
            reader.join(timeout)
            returncode = channel.recv_exit_status()
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise HostError(
                f"{self.label}: `{shlex.join(argv)[:120]}` did not end within {timeout:.0f} s "
                f"or the connection broke ({error or type(error).__name__})"
            ) from error
        return Completed(returncode, output, b"".join(errors).decode(errors="replace"))

    def listening(self, address: str, port: int) -> bool:
        """Whether TCP to there, from the far side, is accepted."""
        try:
            channel = self._tcp(address, port)
        except (OSError, EOFError, paramiko.SSHException):
            return False
        channel.close()
        return True

    def host_key(self, address: str, port: int) -> str:
        """The key that an SSH server at the far side shows. Raises `HostError`."""
        try:
            channel = self._tcp(address, port)
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise HostError(f"{self.label}: no SSH at {address} port {port}: {error}") from error
        return shown_key(channel)

    def close(self) -> None:
        """End the connection."""
        self.client.close()

    def _tcp(self, address: str, port: int) -> paramiko.Channel:
        """TCP to there, from the far side. Raises what paramiko does."""
        return self._transport().open_channel(
            "direct-tcpip", (address, port), ("127.0.0.1", 0), timeout=10
        )

    def _transport(self) -> paramiko.Transport:
        transport = self.client.get_transport()
        if transport is None or not transport.is_active():
            raise HostError(f"{self.label}: the SSH connection is gone; try again")
        return transport


def connect(jump: SshJump, label: str, timeout: float = 10.0) -> ParamikoConnection:
    """Log in; the host key must be the one in `known_hosts`."""
    client = paramiko.SSHClient()
    # A refused channel is an answer here, not something to warn about on a person's screen.
    client.set_log_channel(LOG_CHANNEL)
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    own = jump.key_file is not None
    try:
        client.load_host_keys(str(jump.known_hosts))
        client.connect(
            jump.host,
            port=jump.port,
            username=jump.username,
            key_filename=str(jump.key_file) if own else None,
            allow_agent=not own,
            look_for_keys=not own,
            timeout=timeout,
            banner_timeout=timeout,
            auth_timeout=timeout * 3,
        )
    except (OSError, EOFError, paramiko.SSHException) as error:
        client.close()
        raise HostError(_explain(jump, label, error)) from error
    return ParamikoConnection(client, label)


def shown_key(stream: socket.socket | paramiko.Channel) -> str:
    """Kind and Base64 of the host key at the other end. Raises `HostError`."""
    try:
        with closing(paramiko.Transport(stream)) as transport:
            transport.set_log_channel(LOG_CHANNEL)
            transport.start_client(timeout=KEY_SECONDS)
            key = transport.get_remote_server_key()
    except (OSError, EOFError, paramiko.SSHException) as error:
        raise HostError(f"an SSH server shows no host key: {error}") from error
    return f"{key.get_name()} {key.get_base64()}"


def archive(files: Mapping[str, bytes], mode: int) -> bytes:
    """A tar with these files under `/`, owned by root, with their folders for root only."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in sorted(files.items()):
            info = tarfile.TarInfo(name.lstrip("/"))
            info.size, info.mode = len(content), mode
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def _explain(jump: SshJump, label: str, error: Exception) -> str:
    place = f"{jump.username}@{jump.host} port {jump.port}"
    if isinstance(error, paramiko.BadHostKeyException):
        return f"{label}: the host key of {place} is not the one in {jump.known_hosts}"
    if "not found in known_hosts" in str(error):
        return f"{label}: {place} is unknown; log in once with `ssh` and accept its host key"
    return f"{label}: cannot log in to {place}: {error or type(error).__name__}"


def _drain(channel: paramiko.Channel, into: list[bytes]) -> None:
    try:
        while chunk := channel.recv_stderr(65536):
            into.append(chunk)
    except OSError:
        return


def _feed(channel: paramiko.Channel, stdin: bytes) -> None:
    try:
        # paramiko's sendall copies all that is left for every packet: never give it much.
        for start in range(0, len(stdin), CHUNK):
            channel.sendall(stdin[start : start + CHUNK])
        channel.shutdown_write()
    except OSError:
        return


def _lines(stream: "paramiko.ChannelFile", watch: Watch | None) -> str:
    """All output; each line also to `watch` as it comes."""
    if watch is None:
        return stream.read().decode(errors="replace")
    lines: list[str] = []
    for raw in stream:
        line = raw.decode(errors="replace") if isinstance(raw, bytes) else raw
        lines.append(line)
        watch(line.rstrip("\n"))
    return "".join(lines)


def user_known_hosts() -> Path:
    """The user's own list of host keys; OpenSSH's default place."""
    return xdg.home(os.environ) / ".ssh" / "known_hosts"
