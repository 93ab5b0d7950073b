"""Sessions over SSH: netmiko with strict host keys, and commands on exec channels under it.

Nothing is typed at a prompt and nothing is read back from one: each command has a channel of
its own, with its standard input, both outputs and its exit status.
"""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TypeVar

import paramiko
from netmiko.base_connection import BaseConnection
from netmiko.linux.linux_ssh import LinuxSSH

from citynet.deploy.driver import DeviceError, UnreachableError
from citynet.fleet.jump import KEEPALIVE, Tunnel
from citynet.fleet.secret import SecretError, resolve
from citynet.fleet.shell import Held, Output
from citynet.lab.host import NodeAccess

CONNECT_TIMEOUT = 30.0
"""Seconds for TCP, and again for the banner and for authentication: labs may be emulated."""

LOG_CHANNEL = "citynet.fleet.ssh"
logging.getLogger(LOG_CHANNEL).addHandler(logging.NullHandler())  # errors are raised, not logged

Made = TypeVar("Made", bound=BaseConnection)

_BROKEN = (OSError, EOFError, paramiko.SSHException)


class ExecSSH(LinuxSSH):
    """netmiko's Linux connection without the interactive shell, which no command here needs."""

    def _open(self) -> None:
        self._modify_connection_params()
        self.remote_conn_pre = self._build_ssh_client()
        self.remote_conn_pre.set_log_channel(LOG_CHANNEL)
        try:
            self.remote_conn_pre.connect(**self._connect_params_dict())
        except BaseException:
            self.paramiko_cleanup()
            raise

    def cleanup(self, command: str = "exit") -> None:
        """Nothing was typed, so there is nothing to leave."""


def parameters(
    access: NodeAccess, sock: Any = None, timeout: float = CONNECT_TIMEOUT
) -> dict[str, Any]:
    """What netmiko is called with: the known host key and our key, nothing else opens the door.

    Where the device has no key of ours, its password does. Raises what paramiko does for a key
    file that it cannot read, and `SecretError`.
    """
    return {
        "device_type": "linux",
        "host": access.host,
        "port": access.shell_port or access.port,
        "username": access.username,
        "password": resolve(access.password) if access.password else None,
        "use_keys": False,
        "pkey": paramiko.PKey.from_path(access.key_file) if access.key_file else None,
        "allow_agent": False,
        "ssh_strict": True,
        "system_host_keys": False,
        "alt_host_keys": True,
        "alt_key_file": str(access.known_hosts),
        "conn_timeout": timeout,
        "banner_timeout": timeout,
        "auth_timeout": timeout,
        "sock": sock,
    }


def open_shell(
    device: str, access: NodeAccess, tunnel: Tunnel | None, timeout: float = CONNECT_TIMEOUT
) -> "SshShell":
    """Log in to a device. Raises `DeviceError` saying which of the many things went wrong."""
    return SshShell(device, log_in(ExecSSH, device, access, tunnel, timeout), tunnel)


def log_in(
    make: Callable[..., Made],
    device: str,
    access: NodeAccess,
    tunnel: Tunnel | None,
    timeout: float = CONNECT_TIMEOUT,
) -> Made:
    """A connection of netmiko's, by what makes it. Raises `UnreachableError`."""
    for file in (access.key_file, access.known_hosts):
        if file is not None and not Path(file).is_file():
            what = f"{file} is missing; without it nothing can be verified"
            raise UnreachableError(f"{device}: {what}")
    port = access.shell_port or access.port
    sock = tunnel.channel(access.host, port, timeout) if tunnel else None
    try:
        return make(**parameters(access, sock, timeout))
    except (*_BROKEN, ValueError, TypeError, SecretError) as error:
        if sock is not None:
            sock.close()
        if tunnel is not None:
            tunnel.leave()
        raise UnreachableError(_explain(device, access, error)) from error


def _explain(device: str, access: NodeAccess, error: Exception) -> str:
    place = f"{access.username}@{access.host} port {access.shell_port or access.port}"
    # netmiko wraps what paramiko says wherever it also opens a terminal.
    if paramiko.BadHostKeyException in (type(error), type(error.__context__)):
        return (
            f"{device}: the host key of {place} is not the one in {access.known_hosts}; "
            "it is another machine, or its key was changed"
        )
    if "not found in known_hosts" in str(error):
        return f"{device}: {access.known_hosts} has no host key of {place}"
    if isinstance(error, paramiko.AuthenticationException):
        means = " or ".join(
            [f"the key {access.key_file}"] * bool(access.key_file)
            + [f"the password from {access.password}"] * bool(access.password)
        )
        return f"{device}: {place} does not accept {means}"
    return f"{device}: {place} is unreachable: {error or type(error).__name__}"


class SshShell:
    """Implements `Shell` over one netmiko connection."""

    def __init__(self, device: str, connection: ExecSSH, tunnel: Tunnel | None) -> None:
        self._device = device
        self._connection = connection
        self._tunnel = tunnel
        client = connection.remote_conn_pre
        transport = client.get_transport() if client else None
        if transport is None:
            raise UnreachableError(f"{device}: the session ended at once")
        transport.set_keepalive(KEEPALIVE)
        self._transport: paramiko.Transport = transport
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, command: str, *, stdin: str | None = None, timeout: float = 30.0) -> Output:
        """Run a command to its end; it has `timeout` seconds, all told."""
        deadline = time.monotonic() + timeout
        errors: list[bytes] = []
        try:
            channel = self._start(command, timeout)
            with channel:
                drain = threading.Thread(target=_drain, args=(channel, errors), daemon=True)
                feed = threading.Thread(target=_feed, args=(channel, stdin), daemon=True)
                drain.start()
                feed.start()
                output = _read(channel, deadline)
                drain.join(max(0.1, deadline - time.monotonic()))
                status = _status(channel, deadline)
        except _BROKEN as error:
            raise self._failure(command, timeout, error) from error
        text = output.decode(errors="replace")
        return Output(text, b"".join(errors).decode(errors="replace"), status)

    def hold(self, command: str, *, until: str, timeout: float = 30.0) -> Held | Output:
        """Start a command and leave it running once it has printed the line `until`."""
        deadline = time.monotonic() + timeout
        try:
            channel = self._start(command, timeout)
            try:
                return _held(channel, until, deadline)
            except _BROKEN:
                channel.close()  # what it holds by then is nobody's
                raise
        except _BROKEN as error:
            raise self._failure(command, timeout, error) from error

    def close(self) -> None:
        """End the session; harmless when it has ended."""
        if self._closed:
            return
        self._closed = True
        self._connection.disconnect()
        if self._tunnel is not None:
            self._tunnel.leave()

    def _start(self, command: str, timeout: float) -> paramiko.Channel:
        channel = self._transport.open_session(timeout=timeout)
        channel.settimeout(timeout)
        channel.exec_command(command)
        return channel

    def _failure(self, command: str, timeout: float, error: Exception) -> DeviceError:
        what = f"{self._device}: `{_short(command)}`"
        if isinstance(error, TimeoutError) and self._transport.is_active():
            return DeviceError(f"{what} did not end within {timeout:.0f} s")
        return UnreachableError(
            f"{what}: the session was lost: {str(error) or type(error).__name__}"
        )


def _short(command: str, most: int = 60) -> str:
    first = command.strip().partition("\n")[0]
    return first if len(first) <= most else f"{first[:most]}…"


def _read(channel: paramiko.Channel, deadline: float, until: bytes | None = None) -> bytes:
    """Standard output up to its end, or up to and with `until`."""
    output = bytearray()
    while until is None or not output.endswith(until):
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        channel.settimeout(left)
        chunk = channel.recv(65536)
        if not chunk:
            break
        output += chunk
    return bytes(output)


def _status(channel: paramiko.Channel, deadline: float) -> int:
    """The exit status of a command that may run on though it has closed its outputs."""
    if not channel.status_event.wait(max(0.1, deadline - time.monotonic())):
        raise TimeoutError
    status = channel.recv_exit_status()
    if status < 0:
        raise EOFError("no exit status")
    return status


def _held(channel: paramiko.Channel, until: str, deadline: float) -> Held | Output:
    """The command that printed `until` and runs on, or what it gave as it ended instead."""
    line = f"{until}\n"
    text = _read(channel, deadline, line.encode()).decode(errors="replace")
    if text.endswith(line):
        return Held(text.removesuffix(line), channel.close, channel.exit_status_ready)
    status = _status(channel, deadline)
    errors = channel.makefile_stderr("rb").read().decode(errors="replace")
    channel.close()
    return Output(text, errors, status)


def _drain(channel: paramiko.Channel, into: list[bytes]) -> None:
    try:
        while chunk := channel.recv_stderr(65536):
            into.append(chunk)
    except OSError:
        return


def _feed(channel: paramiko.Channel, stdin: str | None) -> None:
    try:
        if stdin:
            channel.sendall(stdin.encode())
        channel.shutdown_write()
    except OSError:
        return
