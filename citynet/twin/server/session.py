"""One NETCONF session: hello, then requests one after the other (RFC 6241, RFC 6242)."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from . import message
from .errors import RefusedError, RpcError
from .framing import Chunks, EndMarks, Framing, FramingError
from .message import Request
from .operations import closes

LOG = logging.getLogger("twin")
BLOCK = 1 << 16


class Channel(Protocol):
    """The bytes of a session."""

    async def read(self, most: int) -> bytes:
        """Some bytes; none at the end. Raises `OSError` where the connection broke."""

    async def write(self, data: bytes) -> None:
        """Send; waits while the other side does not take more."""


Handler = Callable[[int, Request], Awaitable[bytes]]
"""Performs a request for a session: the reply. Raises `RefusedError`."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session's number, what the server offers, who performs, and names for error paths."""

    number: int
    offered: tuple[str, ...]
    handler: Handler
    namespaces: dict[str, str]

    async def run(self, channel: Channel) -> None:
        """Serve until either side ends it. Raises `FramingError`, `RefusedError`, `OSError`."""
        first = EndMarks()
        await channel.write(first.wrap(message.hello(self.offered, self.number)))
        framing, early = await self._hello(channel, first)
        messages = framing.feed(early)
        while True:
            for each in messages:
                if await self._answer(channel, framing, each):
                    return
            block = await channel.read(BLOCK)
            if not block:
                return
            messages = framing.feed(block)

    async def _hello(self, channel: Channel, first: EndMarks) -> tuple[Framing, bytes]:
        said = None
        while said is None:
            block = await channel.read(BLOCK)
            if not block:
                raise FramingError("the client left before it said hello")
            said = first.first(block)
        theirs = message.capabilities(message.parse(said))
        if message.BASE_1_1 in theirs:
            return Chunks(), first.rest()
        if message.BASE_1_0 in theirs:
            return EndMarks(), first.rest()
        raise FramingError("the client speaks neither NETCONF 1.0 nor 1.1")

    async def _answer(self, channel: Channel, framing: Framing, data: bytes) -> bool:
        """Answer one message; whether it was the last."""
        root = None
        try:
            root = message.parse(data)
            asked = message.request(root)
            reply = await self.handler(self.number, asked)
            last = closes(asked)
        except RefusedError as error:
            reply, last = message.failure(root, error.errors, self.namespaces), False
        except Exception:
            LOG.exception("session %d: a request failed inside the server", self.number)
            wrong = RpcError("operation-failed", "the server failed inside; its log says more")
            reply, last = message.failure(root, [wrong], self.namespaces), False
        await channel.write(framing.wrap(reply))
        return last
