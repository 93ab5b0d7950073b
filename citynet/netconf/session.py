"""A NETCONF session: ncclient's operations, over a stream that this module reads and writes.

ncclient builds the requests and pairs replies with them. Its own loop is not run.
Measured with ncclient 0.7.1: its thread looks for work ten times a second, so that each request
waits up to 100 ms to be sent; its parser looks at the whole of what it has again with every
4096 bytes (`benchmarks/netconf_large.py` prints what that costs); its writing has no time-out;
and it logs every message, secrets included. Here whoever asks reads the stream until the answer
is there: no thread that could be left behind, no message logged, every wait bounded.

Several requests may be on their way at once (RFC 6241, section 4.5): `call` sends all of them
before it reads, which costs one round trip. A session that is lost, silent or says what is no
NETCONF is closed, and stays closed.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from logging import Logger, getLogger
from typing import Any, Self

from lxml import etree
from ncclient.devices.default import DefaultDeviceHandler
from ncclient.manager import Manager
from ncclient.operations import RaiseMode
from ncclient.operations.errors import OperationError
from ncclient.transport.errors import TransportError
from ncclient.transport.session import NetconfBase
from ncclient.transport.ssh import SSHSession

from citynet.deploy.driver import UnreachableError
from citynet.fleet.jump import Tunnel
from citynet.lab.host import NodeAccess
from citynet.netconf.framing import Frames, FramingError, framed, shown
from citynet.netconf.reply import Reply, read_errors
from citynet.netconf.transport import BROKEN, Connection, connect

BASE_10, BASE_11 = "urn:ietf:params:netconf:base:1.0", "urn:ietf:params:netconf:base:1.1"
READ = 1 << 17
"""Bytes taken from the channel at once, at most."""

Operation = Callable[[Any], Any]
"""Called with ncclient's `Manager`; gives its `RPC`."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to log in and be greeted; for an answer; for one that changes something."""

    connect: float = 30.0
    answer: float = 60.0
    change: float = 300.0

    def at_most(self, seconds: float | None) -> "Timeouts":
        """None of them longer than this; None is as they are."""
        if seconds is None:
            return self
        return Timeouts(*(min(each, seconds) for each in (self.connect, self.answer, self.change)))


class _Handler(DefaultDeviceHandler):  # type: ignore[misc]  # ncclient has no types
    """What we say we can do: no more than the two framings (RFC 6241, section 8.1)."""

    def get_capabilities(self) -> list[str]:
        return [BASE_10, BASE_11]


def _silent() -> Logger:
    """A logger that nobody hears: messages hold secrets."""
    logger = getLogger("citynet.netconf.silent")
    logger.disabled = True
    return logger


class _Names(threading.local):
    """A dictionary of XML names for each thread; made by using lxml in it once.

    lxml keeps one for each thread, and takes for a new thread that of the parser that it uses
    first. ncclient has one parser for all, so that threads came to write to the same dictionary
    at the same time: measured with lxml 6.1.3, replies that do not parse, and crashes.
    """

    def __init__(self) -> None:
        etree.fromstring(b"<own/>", etree.XMLParser())


_NAMES = _Names()


class _Stream(SSHSession):  # type: ignore[misc]
    """ncclient's session without its thread: the caller reads until it has what it waits for."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        super().__init__(_Handler())
        self.logger = _silent()
        self._frames = Frames()
        self._channel = connection.channel
        self._transport = connection.channel.get_transport()
        self._connected = True
        self._parser = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)
        self._replies: dict[str, Reply] = {}
        self.deadline = deadline

    def greet(self) -> None:
        """Exchange hellos."""
        self._post_connect(max(0.0, self.deadline - time.monotonic()))
        self._frames.chunked = self._base == NetconfBase.BASE_11

    def start(self) -> None:
        """What ncclient calls to wait for the peer's hello."""
        self.read_until(lambda: self._server_capabilities is not None)

    def send(self, message: str) -> None:
        """Write a message, within the deadline."""
        for piece in framed(message.encode(), chunked=self._frames.chunked):
            left = piece
            while left:
                self._channel.settimeout(self._left())
                left = left[self._channel.send(left) :]

    def read_until(self, done: Callable[[], bool]) -> None:
        """Read and hand out messages until `done`, within the deadline."""
        while not done():
            self._channel.settimeout(self._left())
            data = self._channel.recv(READ)
            if not data:
                raise EOFError("the device ended the session")
            for message in self._frames.feed(data):
                self._dispatch_message(message)

    def _left(self) -> float:
        left: float = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _dispatch_message(self, raw: bytes) -> None:
        """Give a message to whoever waits for it. Raises `FramingError` if it is no XML."""
        message = raw.strip()
        if b"<!DOCTYPE" in message[:1024]:
            raise FramingError("a document type declaration has no place in NETCONF")
        try:
            text = message.decode()
            root = etree.fromstring(message, self._parser)
        except (ValueError, SyntaxError, TypeError) as error:
            raise FramingError(f"it said what is no XML: {shown(message)}") from error
        self._replies[str(root.get("message-id", ""))] = Reply(text, read_errors(root))
        for listener in list(self._listeners):
            listener.callback((root.tag, root.attrib), text)

    def reply(self, number: str) -> Reply:
        """The answer to a request, once; every message is taken apart when it comes."""
        return self._replies.pop(number)

    def close(self) -> None:
        """Nothing of ncclient's runs, so nothing is to be waited for."""
        self._connected = False


class NetconfSession:
    """One session to one device. Every method may raise `UnreachableError`; then it is over."""

    def __init__(self, device: str, connection: Connection, timeouts: Timeouts) -> None:
        self._device = device
        self._connection = connection
        self._timeouts = timeouts
        self._stream = _Stream(connection, time.monotonic() + timeouts.connect)
        self._manager = Manager(self._stream, _Handler(), raise_mode=RaiseMode.NONE)
        self._manager.async_mode = True
        self._manager.huge_tree = True
        self.closed = False
        self._guarded("hello", timeouts.connect, self._stream.greet)
        self.capabilities: frozenset[str] = frozenset(self._stream.server_capabilities or ())
        self.id = str(self._stream.id or "")
        if not self.capabilities & {BASE_10, BASE_11} or not self.id.isdecimal():
            self.drop()
            missing = "session-id" if self.capabilities else "capabilities"
            raise UnreachableError(f"{device}: its hello has no {missing}: no NETCONF server")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def chunked(self) -> bool:
        """Whether both sides speak NETCONF 1.1."""
        return BASE_11 in self.capabilities

    def can(self, abbreviation: str) -> bool:
        """Whether the device said so in its hello: `:candidate`, `:confirmed-commit:1.1`."""
        return bool(abbreviation in self._stream.server_capabilities)

    def call(self, *operations: Operation, timeout: float | None = None) -> list[Reply]:
        """Ask, and give the answers in order: one round trip for all of them.

        The device works on them one after the other and does not stop at a failure: only what
        may go wrong independently belongs into one call.
        """
        if self.closed:
            raise UnreachableError(f"{self._device}: the session is over")
        seconds = self._timeouts.answer if timeout is None else timeout
        asked: list[Any] = []

        def ask() -> None:
            self._stream.deadline = time.monotonic() + seconds
            asked.extend(operation(self._manager) for operation in operations)
            self._stream.read_until(lambda: all(rpc.event.is_set() for rpc in asked))

        self._guarded("request", seconds, ask)
        return [self._stream.reply(rpc.id) for rpc in asked]

    def change(self, *operations: Operation) -> list[Reply]:
        """`call` with the time that changing something may take."""
        return self.call(*operations, timeout=self._timeouts.change)

    def close(self, *, politely: bool = True) -> None:
        """End the session; `politely` waits a moment for the device to have let go of locks."""
        if self.closed:
            return
        try:
            if politely:
                self.call(lambda manager: manager.close_session(), timeout=5.0)
        except UnreachableError:
            pass
        finally:
            self.drop()

    def drop(self) -> None:
        """Cut the connection."""
        self.closed = True
        self._stream.close()
        self._connection.close()

    def _guarded(self, what: str, seconds: float, work: Callable[[], None]) -> None:
        """Do it, or close the session and say what became of it."""
        vars(_NAMES)  # makes those of this thread, before ncclient's parser is used in it
        try:
            work()
        except TimeoutError as error:
            self.drop()
            said = f"no answer to a {what} within {seconds:g} s; the session was closed"
            raise UnreachableError(f"{self._device}: {said}") from error
        except (FramingError, OperationError) as error:
            self.drop()
            raise UnreachableError(f"{self._device}: it does not speak NETCONF: {error}") from error
        except (*BROKEN, TransportError) as error:
            self.drop()
            said = str(error) or type(error).__name__
            raise UnreachableError(f"{self._device}: the session was lost: {said}") from error


def open_session(
    device: str, access: NodeAccess, tunnel: Tunnel | None, timeouts: Timeouts
) -> NetconfSession:
    """Log in to a device and greet it. Raises `UnreachableError`.

    Ten round trips: TCP, SSH's version, its two of key exchange, service, authentication,
    channel, subsystem, hello; the first of them is the tunnel's where there is one.
    """
    return NetconfSession(device, connect(device, access, tunnel, timeouts.connect), timeouts)
