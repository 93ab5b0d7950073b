"""NETCONF over SSH (RFC 6242): asyncssh, the `netconf` subsystem and nothing else."""

import hmac
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh

from .errors import RefusedError
from .framing import FramingError
from .service import Service

LOG = logging.getLogger("twin")
KEEPALIVE = 10
MISSED = 3
"""A client that does not answer for 3 times 10 s is gone, and its session with it."""
ONLY = "this is a twin: management plane only, and of that only NETCONF (subsystem netconf)\n"


@dataclass(frozen=True, slots=True)
class Login:
    """Who may log in, and with what. The files are read when somebody tries."""

    user: str
    authorized_keys: Path | None
    password: Path | None


class Authenticator(asyncssh.SSHServer):
    """One user, by key or, where a file has one, by password."""

    def __init__(self, login: Login) -> None:
        self._login = login
        self._connection: Any = None

    def connection_made(self, conn: Any) -> None:
        """Remember the connection, whose keys are set when a user is named."""
        self._connection = conn

    def begin_auth(self, username: str) -> bool:
        """Everyone must prove who they are; only our user can."""
        keys = self._login.authorized_keys
        if username == self._login.user and keys is not None:
            self._connection.set_authorized_keys(str(keys))
        return True

    def password_auth_supported(self) -> bool:
        """Only where there is a password."""
        return self._login.password is not None

    def validate_password(self, username: str, password: str) -> bool:
        """Compare without telling by the time how much was right; an empty file opens nothing."""
        if self._login.password is None or username != self._login.user:
            return False
        wanted = self._login.password.read_text(encoding="utf-8").strip()
        return wanted != "" and hmac.compare_digest(wanted.encode(), password.encode())


@dataclass(frozen=True, slots=True)
class ProcessChannel:
    """A session's bytes over an SSH channel."""

    process: Any

    async def read(self, most: int) -> bytes:
        """Some bytes, none at the end."""
        try:
            found: bytes = await self.process.stdin.read(most)
        except (asyncssh.Error, asyncssh.BreakReceived) as error:
            raise ConnectionError(str(error)) from error
        return found

    async def write(self, data: bytes) -> None:
        """Send, at the other side's pace."""
        self.process.stdout.write(data)
        await self.process.stdout.drain()


async def _serve(service: Service, process: Any) -> None:
    """One channel: a NETCONF session, or a sentence for who wants a shell."""
    if process.subsystem != "netconf":
        process.stderr.write(ONLY.encode())
        process.exit(1)
        return
    user = process.get_extra_info("username")
    host = (process.get_extra_info("peername") or ("?",))[0]
    try:
        await service.serve(ProcessChannel(process), user, host, process.close)
    except (FramingError, RefusedError) as error:
        LOG.warning("a session is dropped: %s", error)
    except (OSError, asyncssh.Error) as error:
        LOG.info("a session was lost: %s", error or type(error).__name__)
    process.exit(0)


async def listen(service: Service, login: Login, host_key: Path, address: str, port: int) -> Any:
    """Start to listen; returns asyncssh's acceptor. Raises `OSError`."""

    async def factory(process: Any) -> None:
        await _serve(service, process)

    return await asyncssh.listen(
        address,
        port,
        server_factory=lambda: Authenticator(login),
        server_host_keys=[str(host_key)],
        process_factory=factory,
        encoding=None,
        keepalive_interval=KEEPALIVE,
        keepalive_count_max=MISSED,
        agent_forwarding=False,
        x11_forwarding=False,
        allow_pty=False,
        server_version="citynet-twin",
    )
