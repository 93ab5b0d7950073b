"""The SSH server in front of a lab: one connection that all sessions go through."""

import threading
from collections.abc import Callable
from typing import Protocol

import paramiko

from citynet.deploy.driver import UnreachableError
from citynet.lab.errors import HostError
from citynet.lab.host import SshJump
from citynet.lab.transport import connect

KEEPALIVE = 15
"""Seconds between keepalives, so that a lost session is noticed."""


class Tunnel(Protocol):
    """Opens TCP from the far side of a jump host."""

    def channel(self, host: str, port: int, timeout: float) -> paramiko.Channel:
        """A connection to `host`; give it back with `leave`."""
        ...

    def leave(self) -> None:
        """A user of a channel is done."""
        ...


class Jump:
    """Connects when the first session wants it, and lets go after the last. Thread-safe."""

    def __init__(self, at: SshJump) -> None:
        self._at = at
        self._lock = threading.Lock()
        self._close: Callable[[], None] | None = None
        self._transport: paramiko.Transport | None = None
        self._users = 0

    def channel(self, host: str, port: int, timeout: float) -> paramiko.Channel:
        """TCP to `host` from the jump host, as what paramiko takes for a socket."""
        with self._lock:
            self._users += 1
        try:
            return self._connected().open_channel(
                "direct-tcpip", (host, port), ("127.0.0.1", 0), timeout=timeout
            )
        except (OSError, EOFError, paramiko.SSHException) as error:
            self.leave()
            through = f"{self._at.host}:{self._at.port}"
            raise UnreachableError(
                f"{host}:{port} is unreachable through {through}: {error or 'connection lost'}"
            ) from error
        except UnreachableError:
            self.leave()
            raise

    def leave(self) -> None:
        """A session has ended; after the last one the connection ends too."""
        with self._lock:
            self._users -= 1
            if self._users > 0:
                return
            close, self._close, self._transport = self._close, None, None
        if close is not None:
            close()

    def _connected(self) -> paramiko.Transport:
        with self._lock:
            if self._transport is None or not self._transport.is_active():
                self._connect()
            if self._transport is None:
                raise UnreachableError(f"the connection to {self._at.host} is gone; try again")
            return self._transport

    def _connect(self) -> None:
        try:
            made = connect(self._at, "lab host")
        except HostError as error:
            raise UnreachableError(str(error)) from error
        self._close = made.close
        self._transport = made.client.get_transport()
        if self._transport is not None:
            self._transport.set_keepalive(KEEPALIVE)
