"""The network in front of one device: packets that are dropped, delayed or answered by others."""

import asyncio
from collections.abc import Callable
from contextlib import suppress


class Door:
    """A TCP port before a device's own. Everything happens in the event loop that it lives in.

    Dropped packets are sent again by TCP: to whoever talks it is a pause, and that is what
    `hold` makes of it.
    """

    def __init__(self, inside: int) -> None:
        self.port = 0
        self._inside = inside
        self._elsewhere = 0
        self._lag = 0.0
        self._shut = False
        self._held = asyncio.Event()
        self._held.set()
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._come, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        self.calm()
        self.cut()
        if self._server is not None:
            self._server.close()

    def calm(self) -> None:
        """As if nothing had ever been wrong."""
        self._elsewhere, self._lag, self._shut = 0, 0.0, False
        self._held.set()

    def hold(self, seconds: float) -> None:
        """Nothing gets through for a time."""
        self._held.clear()
        self._later(seconds, self._held.set)

    def lag(self, each: float) -> None:
        """Everything takes so much longer."""
        self._lag = each

    def cut(self) -> None:
        """Reset every connection, to both sides."""
        for pair in list(self._pairs):
            for writer in pair:
                writer.transport.abort()

    def half(self, seconds: float) -> None:
        """Reset every connection, and the device learns of it only after a time."""
        pairs, self._pairs = self._pairs, set()
        for outer, inner in pairs:
            outer.transport.abort()
            self._later(seconds, inner.transport.abort)

    def shut(self, seconds: float) -> None:
        """Nobody is there for a time."""
        self._shut = True
        self.cut()
        self._later(seconds, self._reopen)

    def turn(self, port: int, seconds: float) -> None:
        """New connections come out somewhere else for a time."""
        self._elsewhere = port
        self._later(seconds, self._return)

    def _reopen(self) -> None:
        self._shut = False

    def _return(self) -> None:
        self._elsewhere = 0

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(seconds, act)

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._held.wait()
        if self._shut:
            writer.transport.abort()
            return
        try:
            near, far = await asyncio.open_connection("127.0.0.1", self._elsewhere or self._inside)
        except OSError:  # nobody is there
            writer.transport.abort()
            return
        pair = (writer, far)
        self._pairs.add(pair)
        toward = asyncio.ensure_future(self._pass(reader, far))
        back = asyncio.ensure_future(self._pass(near, writer))
        await asyncio.wait({toward, back})
        self._pairs.discard(pair)

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(1 << 16):
                if self._lag:
                    await asyncio.sleep(self._lag)
                await self._held.wait()
                if sink.is_closing():
                    break
                sink.write(data)
                await sink.drain()
        if not any(sink in pair for pair in self._pairs):
            return  # one side was reset, and the other must not notice
        sink.close()
