"""The SSH connection under a NETCONF session (RFC 6242): pinned host key, key or password.

Everything is bounded by one deadline. The shared tunnel to a lab's host is used where there is
one.
"""

import logging
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import paramiko

from citynet.deploy.driver import UnreachableError
from citynet.errors import CitynetError
from citynet.fleet.jump import KEEPALIVE, Tunnel
from citynet.fleet.secret import resolve
from citynet.lab.host import NodeAccess

SUBSYSTEM = "netconf"
LOG_CHANNEL = "citynet.netconf.ssh"
logging.getLogger(LOG_CHANNEL).addHandler(logging.NullHandler())  # errors are raised, not logged
BROKEN = (OSError, EOFError, paramiko.SSHException)
"""What paramiko raises when a connection is not what it should be."""


@dataclass(slots=True)
class Connection:
    """An open channel to the NETCONF subsystem, and what must be let go with it."""

    client: paramiko.SSHClient
    channel: paramiko.Channel
    tunnel: Tunnel | None

    def close(self) -> None:
        """End it at once; harmless when it has ended."""
        with suppress(*BROKEN):  # paramiko says so where it wanted to say goodbye
            self.channel.close()
        self.client.close()
        tunnel, self.tunnel = self.tunnel, None
        if tunnel is not None:
            tunnel.leave()


def connect(device: str, access: NodeAccess, tunnel: Tunnel | None, timeout: float) -> Connection:
    """Log in and start the subsystem. Raises `UnreachableError` with what went wrong."""
    client = _client(device, access)
    password = _password(device, access)
    sock: Any = None
    try:
        sock = _socket(access, tunnel, timeout)
        with _ended_after(timeout, client, sock):
            client.connect(
                access.host,
                port=access.port,
                username=access.username,
                password=password,
                pkey=_key(access),
                sock=sock,
                timeout=timeout,
                banner_timeout=timeout,
                auth_timeout=timeout,
                allow_agent=False,
                look_for_keys=False,
            )
            return Connection(client, _subsystem(client, timeout), tunnel)
    except (*BROKEN, ValueError, TypeError) as error:
        client.close()
        if sock is not None:
            sock.close()
            if tunnel is not None:
                tunnel.leave()
        raise UnreachableError(explain(device, access, error)) from error


def _client(device: str, access: NodeAccess) -> paramiko.SSHClient:
    """A client that knows the device's key and no other."""
    for file in (access.key_file, access.known_hosts):
        if file is not None and not Path(file).is_file():
            what = f"{file} is missing; without it nothing can be verified"
            raise UnreachableError(f"{device}: {what}")
    client = paramiko.SSHClient()
    client.set_log_channel(LOG_CHANNEL)
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    place = f"[{access.host}]:{access.port}"
    name = access.host if access.port == paramiko.config.SSH_PORT else place
    for kind, key in known_keys(access.known_hosts, access.host, access.port).items():
        client.get_host_keys().add(name, kind, key)
    return client


def known_keys(file: Path, host: str, port: int) -> Mapping[str, paramiko.PKey]:
    """What a file of known hosts says of one: kind -> the first key of that kind.

    As ssh does: what is known of the machine holds for its other ports. Paramiko reads every key
    of the file and compares each with all before it, at every login: with a file of a whole
    city that was more work than all the rest of logging in.
    """
    now = file.stat()
    known = _known(file, now.st_mtime_ns, now.st_size)
    place = host if port == paramiko.config.SSH_PORT else f"[{host}]:{port}"
    for wanted in (place, host):
        found: dict[str, paramiko.PKey] = {}
        for number in known.numbers(wanted):
            entry = _entry(known.lines[number])
            if entry is not None:
                found.setdefault(entry.key.get_name(), entry.key)
        if found:
            return found
    return {}


@dataclass(frozen=True, slots=True)
class _Known:
    """A file of known hosts: its lines, by the names on them, and those whose names are hashed."""

    lines: tuple[str, ...]
    named: Mapping[str, tuple[int, ...]]
    hashed: tuple[tuple[str, int], ...]

    def numbers(self, wanted: str) -> list[int]:
        """The lines about a name, in the file's order."""
        found = set(self.named.get(wanted, ()))
        found |= {
            number
            for name, number in self.hashed
            if paramiko.HostKeys.hash_host(wanted, name) == name
        }
        return sorted(found)


@lru_cache(maxsize=8)
def _known(file: Path, changed: int, size: int) -> _Known:
    """The file, read again only once it was `changed` (in ns) or has another `size`."""
    lines = tuple(file.read_text(encoding="utf-8", errors="replace").splitlines())
    named: dict[str, list[int]] = {}
    hashed = []
    for number, line in enumerate(lines):
        for name in line.strip().partition(" ")[0].split(","):
            if name.startswith("|1|"):
                hashed.append((name, number))
            else:
                named.setdefault(name, []).append(number)
    return _Known(lines, {name: tuple(each) for name, each in named.items()}, tuple(hashed))


def _entry(line: str) -> paramiko.hostkeys.HostKeyEntry | None:
    try:
        return paramiko.hostkeys.HostKeyEntry.from_line(line)
    except (paramiko.SSHException, ValueError):
        return None  # as paramiko: a line that nobody can read is of no host


def _key(access: NodeAccess) -> paramiko.PKey | None:
    file = access.key_file
    return None if file is None else _private_key(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _private_key(file: Path, changed: int) -> paramiko.PKey:
    """The key, read again only once its file was `changed` (in ns): all devices take one key."""
    return paramiko.PKey.from_path(file)


def _password(device: str, access: NodeAccess) -> str | None:
    if access.password is None:
        return None
    try:
        return resolve(access.password)
    except CitynetError as error:
        raise UnreachableError(f"{device}: {error}") from error


def _socket(access: NodeAccess, tunnel: Tunnel | None, timeout: float) -> Any:
    if tunnel is not None:
        return tunnel.channel(access.host, access.port, timeout)
    made = socket.create_connection((access.host, access.port), timeout)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


@contextmanager
def _ended_after(seconds: float, client: paramiko.SSHClient, sock: Any) -> Iterator[None]:
    """Close the connection after a time: some of paramiko's waiting has no end of its own."""

    def end() -> None:
        sock.close()
        client.close()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _subsystem(client: paramiko.SSHClient, timeout: float) -> paramiko.Channel:
    transport = client.get_transport()
    if transport is None:
        raise paramiko.SSHException("the connection ended at once")
    transport.set_keepalive(KEEPALIVE)
    channel = transport.open_session(timeout=timeout)
    try:
        channel.invoke_subsystem(SUBSYSTEM)
    except paramiko.SSHException as error:
        raise paramiko.SSHException(f"it offers no {SUBSYSTEM} subsystem: {error}") from error
    return channel


def explain(device: str, access: NodeAccess, error: Exception) -> str:
    """Which of the many things went wrong, for a person."""
    place = f"{access.username}@{access.host} port {access.port}"
    if isinstance(error, paramiko.BadHostKeyException):
        return (
            f"{device}: the host key of {place} is not the one in {access.known_hosts}; "
            "it is another machine, or its key was changed"
        )
    if "not found in known_hosts" in str(error):
        return f"{device}: {access.known_hosts} has no host key of {place}"
    if isinstance(error, paramiko.AuthenticationException):
        means = [f"the key {access.key_file}"] if access.key_file else []
        means += [f"the password from {access.password}"] if access.password else []
        return f"{device}: {place} does not accept {' or '.join(means) or 'no key and no password'}"
    return f"{device}: {place} is unreachable: {error or type(error).__name__}"
