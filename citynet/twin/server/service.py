"""Sessions on one device: asyncio for the network, one thread for everything of the device."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from .device import Device
from .message import Request
from .monitoring import Login, Monitored
from .operations import CAPABILITIES, perform
from .session import Channel, Session
from .store import Store, give_back_memory

LOG = logging.getLogger("twin")
LARGE = 1 << 20
"""Bytes of a reply or request after which memory is given back."""


class Service:
    """What all sessions share. Everything of `Device` and its store happens on `_worker`."""

    def __init__(self, folder: Path, schemas: Path, open_store: Callable[[], Store]) -> None:
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
        self._about = Monitored(self._offered, self._schemas, store.namespaces, self._kill)

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
