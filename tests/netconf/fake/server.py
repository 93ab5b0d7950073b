"""SSH and NETCONF in front of fake devices (asyncssh), many of them in one event loop.

As a program it serves until its standard input ends, and prints how to log in as JSON::

    python -m tests.netconf.fake --devices 200 --delay 0.01 --folder /tmp/fleet
"""

import argparse
import asyncio
import json
import sys
import threading
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import asyncssh

from citynet.lab.host import NodeAccess
from citynet.netconf.framing import Frames, FramingError, framed
from citynet.xml import XmlError, parse_document
from tests.netconf.fake.device import FakeDevice
from tests.netconf.fake.faults import (
    Drop,
    Fault,
    Garbage,
    Hang,
    Kill,
    Refuse,
    Restart,
    Say,
    Wait,
)
from tests.netconf.fake.habits import Habit, worded
from tests.netconf.fake.requests import answer, errors_text, hello, read

USER = "citynet"
PASSWORD = "let me in"  # noqa: S105 - of a fake


class _Auth(asyncssh.SSHServer):
    """One key and one password open the door."""

    def __init__(self, key: asyncssh.SSHKey) -> None:
        self._key = key.public_data

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == USER and key.public_data == self._key

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


class _Session:
    """One NETCONF session of one device."""

    def __init__(self, device: FakeDevice, process: "asyncssh.SSHServerProcess[bytes]") -> None:
        self._device = device
        self._process = process
        self._connection = process.channel.get_connection()  # a closed channel has none any more
        self._frames = Frames()
        self.number = device.joined(self, str(process.get_extra_info("username")))

    def abort(self) -> None:
        self._connection.abort()

    async def serve(self) -> None:
        try:
            self._write(hello(self._device.capabilities, self.number).encode())
            while data := await self._process.stdin.read(1 << 17):
                for message in self._frames.feed(data):
                    if not await self._one(message):
                        return
        except (FramingError, XmlError, asyncssh.Error, OSError):
            return
        finally:
            self._device.left(self.number)
            with suppress(asyncssh.Error, OSError):
                self._process.exit(0)

    def _write(self, message: bytes) -> None:
        for piece in framed(message, chunked=self._frames.chunked):
            self._process.stdin.channel.write(piece)

    async def _one(self, message: bytes) -> bool:
        """Answer a message; False where the session is over."""
        root = parse_document(message.strip())
        if root.name == "hello":
            theirs = {each.text.strip() for each in root.walk() if each.name == "capability"}
            ours = set(self._device.capabilities)
            self._frames.chunked = "urn:ietf:params:netconf:base:1.1" in theirs & ours
            return True
        request = read(root, self._device.name, self.number)
        self._device.asked.append(request.event("before"))
        before = await self._fault(self._device.hook(request.event("before")))
        if before is not None and not isinstance(before, Refuse | Say):
            return False
        text = _instead(before, self._device.habits) if before else answer(self._device, request)
        after = await self._fault(self._device.hook(request.event("after")))
        if isinstance(after, Say):
            text = after.content
        elif after is not None:
            return False
        self._write(request.reply(text).encode())
        return request.operation != "close-session"

    async def _fault(self, fault: Fault | None) -> Fault | None:
        """Let it happen; None where the session goes on as if nothing had."""
        match fault:
            case Wait(seconds):
                await asyncio.sleep(seconds)
                return None
            case Hang():
                await self._process.wait_closed()
            case Drop():
                self.abort()
            case Restart():
                self._device.restart()
            case Kill():
                self._device.killed()
            case Garbage(data):
                self._process.stdin.channel.write(data)
                await asyncio.sleep(0.2)
            case _:
                pass
        return fault


def _instead(fault: Refuse | Say, habits: frozenset[Habit]) -> str:
    if isinstance(fault, Say):
        return fault.content
    return errors_text(worded(habits, fault.errors))


class FakeFleet:
    """Fake devices on loopback ports, served by a thread of their own until the end.

    `delay` is in seconds, each way, for every byte: half a round trip.
    """

    def __init__(self, devices: Sequence[FakeDevice], folder: Path, *, delay: float = 0.0) -> None:
        self.devices = {device.name: device for device in devices}
        self._folder = folder
        self._delay = delay
        self._loop = asyncio.new_event_loop()
        self._host = asyncssh.generate_private_key("ssh-ed25519")
        self._client = asyncssh.generate_private_key("ssh-ed25519")
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._listeners: list[Any] = []

    def __enter__(self) -> Self:
        self._thread.start()
        self.run(self._start())
        self._client.write_private_key(str(self.key_file))
        public = self._host.export_public_key().decode().strip()
        lines = [f"[127.0.0.1]:{each.port} {public}\n" for each in self.devices.values()]
        self.known_hosts.write_text("".join(lines))
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def key_file(self) -> Path:
        return self._folder / "client"

    @property
    def known_hosts(self) -> Path:
        return self._folder / "known_hosts"

    def access(self, name: str) -> NodeAccess:
        """How to log in to a device."""
        return NodeAccess(
            "127.0.0.1", self.devices[name].port, USER, self.key_file, self.known_hosts
        )

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do something in the loop, where the devices live."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _start(self) -> None:
        for device in self.devices.values():
            device.port = await self._serve(device)

    async def _serve(self, device: FakeDevice) -> int:
        async def process(one: "asyncssh.SSHServerProcess[bytes]") -> None:
            if one.subsystem == "netconf":
                await _Session(device, one).serve()
            else:
                one.exit(1)

        acceptor = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[self._host],
            server_factory=lambda: _Auth(self._client),
            process_factory=process,
            encoding=None,
            line_editor=False,
        )
        self._listeners.append(acceptor)
        port: int = acceptor.get_port()
        if not self._delay:
            return port
        proxy = await asyncio.start_server(
            lambda reader, writer: _delayed(reader, writer, port, self._delay), "127.0.0.1", 0
        )
        self._listeners.append(proxy)
        far: int = proxy.sockets[0].getsockname()[1]
        return far

    async def _stop(self) -> None:
        for device in self.devices.values():
            for client in list(device.sessions.values()):
                client.abort()
        for listener in self._listeners:
            listener.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _delayed(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, delay: float
) -> None:
    """Pass bytes on, each some time after it came."""
    near, far = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(_pass(reader, far, delay), _pass(near, writer, delay))


async def _pass(source: asyncio.StreamReader, sink: asyncio.StreamWriter, delay: float) -> None:
    loop = asyncio.get_running_loop()
    with suppress(OSError):
        while data := await source.read(1 << 16):
            loop.call_later(delay, _put, sink, data)
    loop.call_later(delay, sink.close)


def _put(sink: asyncio.StreamWriter, data: bytes) -> None:
    if not sink.is_closing():
        sink.write(data)


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description="A fleet of fake NETCONF devices.")
    parser.add_argument("--devices", type=int, default=1)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds, each way")
    parser.add_argument("--folder", type=Path, required=True, help="for keys")
    parser.add_argument("--config", type=Path, help="an edit-config's payload that they all run")
    options = parser.parse_args()
    devices = [FakeDevice(f"r{number}") for number in range(1, options.devices + 1)]
    for device in devices:
        if options.config:
            device.load(options.config.read_text())
    with FakeFleet(devices, options.folder, delay=options.delay) as fleet:
        access = {"username": USER, "key_file": str(fleet.key_file)}
        access |= {"known_hosts": str(fleet.known_hosts)}
        ports = {name: device.port for name, device in fleet.devices.items()}
        print(json.dumps(access | {"ports": ports}), flush=True)  # noqa: T201
        sys.stdin.read()
