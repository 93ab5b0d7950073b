"""Sessions on one device: asyncio for the network, one thread for everything of the device."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from .acting import load
from .device import Device
from .message import Request
from .monitoring import Login, Monitored
from .neighbours import EVERY, Neighbours
from .operations import CAPABILITIES, perform
from .session import Channel, Session
from .store import Store, give_back_memory
from .telling import Teller
from .wires import Wires

LOG = logging.getLogger("twin")
LARGE = 1 << 20
"""Bytes of a reply or request after which memory is given back."""


class Service:
    """What all sessions share. Everything of `Device` and its store happens on `_worker`.

    `acting` is the vendor's part of what is made up, `wires` says which links there are.
    """

    def __init__(
        self,
        folder: Path,
        schemas: Path,
        open_store: Callable[[], Store],
        acting: Path,
        wires: Path,
    ) -> None:
        self._wires = Wires(wires, lambda: self._neighbours)
        self._neighbours = Neighbours(time.monotonic, self._wires.carrier, time.time())
        actor = load(acting) if acting.is_file() else None
        self._teller = Teller(folder, actor, self._neighbours)
        self._folder = folder
        self._schemas = schemas
        self._open_store = open_store
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="device")
        self._closers: dict[int, Callable[[], None]] = {}
        self._last = 0
        self._timer: asyncio.TimerHandle | None = None
        self.broken: asyncio.Future[None]

    async def start(self) -> None:
        """Open the datastores and run what is kept."""
        self._loop = asyncio.get_running_loop()
        self.broken = self._loop.create_future()
        self._device = await self._loop.run_in_executor(self._worker, self._open)
        store = self._device.store
        self._offered = (*CAPABILITIES, *store.modules)
        self._about = Monitored(
            self._offered, self._schemas, store.namespaces, self._kill, told=self._told
        )
        self._wires.start()
        self._following = self._loop.create_task(self._follow())

    async def _follow(self) -> None:
        """What has come to run is said to the neighbours, also when no client asks."""
        while True:
            await self._on_device(self._now)
            await asyncio.sleep(EVERY)

    def _now(self) -> None:
        self._teller.follow(self._device.store, self._device.runs)

    def _told(self) -> bytes:
        """On the device's thread: what is told of the state."""
        self._now()
        return self._teller.state()

    def _open(self) -> Device:
        device = Device(self._open_store(), self._folder, time.monotonic, self._alarm)
        device.start()
        return device

    async def serve(
        self, channel: Channel, user: str, host: str, close: Callable[[], None]
    ) -> None:
        """One session from hello to its end. Raises what `Session.run` raises."""
        self._last += 1
        number = self._last
        self._closers[number] = close
        since = datetime.now(UTC).isoformat(timespec="seconds")
        self._about.sessions[number] = Login(user, host, since)
        namespaces = self._device.store.namespaces
        LOG.info("session %d: %s from %s", number, user, host)
        try:
            await Session(number, self._offered, self._perform, namespaces).run(channel)
        finally:
            del self._about.sessions[number], self._closers[number]
            await asyncio.shield(self._on_device(self._device.ended, number))
            LOG.info("session %d is over", number)

    async def _perform(self, number: int, asked: Request) -> bytes:
        reply = await self._loop.run_in_executor(
            self._worker, perform, self._device, self._about, number, asked
        )
        if len(reply) > LARGE:
            self._worker.submit(give_back_memory)
        return reply

    async def _on_device(self, action: Callable[..., None], *arguments: object) -> None:
        """Something that must not fail: a device that cannot go back must not go on."""
        try:
            await self._loop.run_in_executor(self._worker, action, *arguments)
        except Exception as error:
            LOG.exception("the device cannot do what it must; it ends")
            if not self.broken.done():
                self.broken.set_exception(error)

    def _kill(self, number: int) -> None:
        """From the device's thread: close another session's channel."""
        close = self._closers.get(number)
        if close is not None:
            self._loop.call_soon_threadsafe(close)

    def _alarm(self, deadline: float | None) -> None:
        """From the device's thread: wake up at this time of the monotonic clock, or never."""
        self._loop.call_soon_threadsafe(self._set_timer, deadline)

    def _set_timer(self, deadline: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if deadline is not None:
            wait = max(0.0, deadline - time.monotonic())
            self._timer = self._loop.call_later(wait, self._ring)

    def _ring(self) -> None:
        task = self._loop.create_task(self._on_device(self._device.expire))
        self._ringing = task
