"""A real SSH server in this process (paramiko's), with exec channels and TCP forwarding."""

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED

from citynet.lab.host import NodeAccess, SshJump


@dataclass
class Server:
    """Listens on loopback. `accepted` counts logins, `silent` makes it say nothing at all.

    `typed` talks to who wants a terminal.
    """

    key: paramiko.PKey
    client: paramiko.PKey
    listener: socket.socket
    silent: bool = False
    accepted: int = 0
    typed: Callable[[paramiko.Channel], None] | None = None
    transports: list[paramiko.Transport] = field(default_factory=list)

    @property
    def port(self) -> int:
        port: int = self.listener.getsockname()[1]
        return port

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            if self.silent:
                continue
            threading.Thread(target=self._session, args=(connection,), daemon=True).start()

    def _session(self, connection: socket.socket) -> None:
        transport = paramiko.Transport(connection)
        transport.add_server_key(self.key)
        self.transports.append(transport)
        interface = _Interface(self)
        try:
            transport.start_server(server=interface)
        except (OSError, EOFError, paramiko.SSHException):
            return
        kept = []  # paramiko closes a channel that nobody refers to
        while transport.is_active():
            channel = transport.accept(0.2)
            kept.append(channel)
            if channel is not None and channel.chanid in interface.targets:
                far = socket.create_connection(interface.targets[channel.chanid])
                threading.Thread(target=_copy, args=(channel, far), daemon=True).start()
                threading.Thread(target=_copy, args=(far, channel), daemon=True).start()

    def drop(self) -> None:
        """Lose every session, as when a cable is pulled and the kernel notices."""
        for transport in self.transports:
            transport.close()


class _Interface(paramiko.ServerInterface):
    def __init__(self, server: Server) -> None:
        self._server = server
        self.targets: dict[int, tuple[str, int]] = {}

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        if username == "root" and key == self._server.client:
            self._server.accepted += 1
            return AUTH_SUCCESSFUL
        return AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def check_channel_direct_tcpip_request(
        self, chanid: int, origin: tuple[str, int], destination: tuple[str, int]
    ) -> int:
        self.targets[chanid] = destination
        return OPEN_SUCCEEDED

    def check_channel_pty_request(self, channel: paramiko.Channel, *_: object) -> bool:
        return self._server.typed is not None

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        if self._server.typed is not None:
            threading.Thread(target=self._server.typed, args=(channel,), daemon=True).start()
        return self._server.typed is not None

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(target=_execute, args=(channel, command.decode()), daemon=True).start()
        return True


def _execute(channel: paramiko.Channel, command: str) -> None:
    time.sleep(0.05)  # the request is answered by another thread, and has to be first
    pipe = subprocess.PIPE
    with subprocess.Popen(["sh", "-c", command], stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdout
        assert process.stderr
        threading.Thread(target=_input, args=(channel, process), daemon=True).start()
        errors = threading.Thread(target=_output, args=(process.stderr, channel.sendall_stderr))
        errors.start()
        _output(process.stdout, channel.sendall)
        errors.join()
        channel.shutdown_write()  # as sshd: the end of what it prints, before the end of it
        status = process.wait()
    try:
        channel.send_exit_status(status)
        channel.close()
    except (OSError, EOFError):
        return


def _input(channel: paramiko.Channel, process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None
    try:
        while data := channel.recv(4096):
            process.stdin.write(data)
            process.stdin.flush()
        process.stdin.close()
    except OSError:
        return


def _output(stream: object, send: object) -> None:
    assert hasattr(stream, "read1")
    assert callable(send)
    try:
        while data := stream.read1(4096):
            send(data)
    except OSError:
        return


def _copy(
    source: socket.socket | paramiko.Channel, target: socket.socket | paramiko.Channel
) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    target.close()


@contextmanager
def server(client: paramiko.PKey) -> Iterator[Server]:
    """A server that lets `client` in as root."""
    listener = socket.create_server(("127.0.0.1", 0))
    made = Server(paramiko.ECDSAKey.generate(), client, listener)
    threading.Thread(target=made.serve, daemon=True).start()
    try:
        yield made
    finally:
        listener.close()
        made.drop()


def known_hosts(file: Path, *entries: tuple[int, paramiko.PKey]) -> Path:
    """What `ssh-keyscan` would write."""
    file.write_text(
        "".join(
            f"[127.0.0.1]:{port} {key.get_name()} {key.get_base64()}\n" for port, key in entries
        )
    )
    return file


def private(file: Path, key: paramiko.PKey) -> Path:
    """A key file."""
    key.write_private_key_file(str(file))
    return file


def access(port: int, key: Path, known: Path) -> NodeAccess:
    """How to log in to a server here."""
    return NodeAccess("127.0.0.1", port, "root", key, known)


def jump(port: int, key: Path, known: Path) -> SshJump:
    """A server here as a jump host."""
    return SshJump("127.0.0.1", port, "root", key, known)
