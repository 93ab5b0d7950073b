"""The links of a twin: Ethernet ports of its container, or UDP between twins on one machine.

A file says which: a list of `{"port": …, "device": …}`, or `{"port": …, "local": …, "remote": …}`
with UDP ports of 127.0.0.1. A container's links come after its programs, and may be made again:
what is not there is tried again with every hello.
"""

import asyncio
import json
import logging
import socket
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .neighbours import EVERY, Neighbours

LOG = logging.getLogger("twin")
ETHERTYPE = 0x88B5
"""For experiments in one's own network (IEEE Std 802, local experimental EtherType 1)."""
GROUP = bytes.fromhex("09002b000005")
"""All intermediate systems (ISO 10589, table 4)."""
LENGTH = struct.Struct("!I")
LARGEST = 1 << 16
LARGEST_MESSAGE = 1 << 20
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Link:
    """A port of the device, and either a device of Linux or two UDP ports."""

    port: str
    device: str = ""
    local: int = 0
    remote: int = 0


def links(file: Path) -> tuple[Link, ...]:
    """The links that a file names. Raises `OSError`."""
    try:
        return tuple(Link(**each) for each in json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError, AttributeError) as error:
        raise OSError(f"{file} names no links: {error}") from error


class Wire:
    """One link, open when it can be."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self._socket: socket.socket | None = None

    def carrier(self) -> bool:
        """Whether the link is up at this end; of UDP there is nothing to be seen."""
        if not self.link.device:
            return True
        file = Path(f"/sys/class/net/{self.link.device}/carrier")
        try:
            return file.read_text(encoding="ascii").strip() == "1"
        except OSError:  # not there, or set down
            return False

    def open(self, ready: Callable[[], None]) -> None:
        """Open it if it is not; `ready` is called when something has come. Raises `OSError`."""
        if self._socket is not None:
            return
        made = self._ethernet() if self.link.device else self._udp()
        made.settimeout(0)
        self._socket = made
        asyncio.get_running_loop().add_reader(made, ready)

    def close(self) -> None:
        """Close it; it may be opened again."""
        made, self._socket = self._socket, None
        if made is not None:
            asyncio.get_running_loop().remove_reader(made)
            made.close()

    def send(self, data: bytes) -> None:
        """Say something, if the link is open. Raises `OSError`."""
        if self._socket is not None:
            self._socket.send(self._head(len(data)) + data)

    def receive(self) -> bytes:
        """What has come; raises `BlockingIOError` where nothing has, `OSError`."""
        if self._socket is None:
            raise BlockingIOError
        frame = self._socket.recv(LARGEST)
        return frame[len(self._head(0)) :] if self.link.device else frame

    def _head(self, length: int) -> bytes:
        if not self.link.device or self._socket is None:
            return b""
        own: bytes = self._socket.getsockname()[4]
        return GROUP + own + struct.pack("!H", ETHERTYPE)

    def _ethernet(self) -> socket.socket:
        made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETHERTYPE))
        try:
            made.bind((self.link.device, ETHERTYPE))
        except OSError:
            made.close()
            raise
        return made

    def _udp(self) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            made.bind((HOST, self.link.local))
            made.connect((HOST, self.link.remote))
        except OSError:
            made.close()
            raise
        return made


def packed(message: bytes) -> bytes:
    """A message as it goes over a wire: its length, and it compressed (frames are padded)."""
    data = zlib.compress(message)
    return LENGTH.pack(len(data)) + data


def unpacked(frame: bytes) -> bytes:
    """The message in a frame. Raises `ValueError`."""
    try:
        (length,) = LENGTH.unpack_from(frame)
        inside = zlib.decompressobj()
        message = inside.decompress(frame[LENGTH.size : LENGTH.size + length], LARGEST_MESSAGE)
    except (struct.error, zlib.error) as error:
        raise ValueError("not a twin's frame") from error
    if not inside.eof:
        raise ValueError("not the whole of a twin's frame")
    return message


class Wires:
    """All links of a twin: says hello on them, and passes on what is news.

    The file that names them is read again whenever it has changed: a lab that grows has more.
    """

    def __init__(self, file: Path, neighbours: Callable[[], Neighbours]) -> None:
        self._file = file
        self._read: tuple[int, int] | None = None
        self._wires: dict[str, Wire] = {}
        self._neighbours = neighbours
        self._task: asyncio.Task[None] | None = None

    def carrier(self, port: str) -> bool:
        """Whether a port's link is up at this end; of a port without a link, no."""
        wire = self._wires.get(port)
        return wire is not None and wire.carrier()

    def start(self) -> None:
        """Begin to talk."""
        self._task = asyncio.get_running_loop().create_task(self._talk())

    async def _talk(self) -> None:
        while True:
            self._look()
            self.say()
            await asyncio.sleep(EVERY)

    def _look(self) -> None:
        """The links as the file has them now; those that it has no more are closed."""
        try:
            about = self._file.stat()
            now = (about.st_mtime_ns, about.st_ino)
            if now == self._read:
                return
            every = links(self._file)
            self._read = now
        except FileNotFoundError:
            return
        except OSError as error:
            LOG.warning("%s", error)
            return
        old, self._wires = self._wires, {}
        for each in every:
            kept = old.pop(each.port, None)
            if kept is not None and kept.link != each:
                kept.close()
                kept = None
            self._wires[each.port] = kept or Wire(each)
        for wire in old.values():
            wire.close()

    def say(self) -> None:
        """A hello on every link, and what this twin has configured."""
        neighbours = self._neighbours()
        entry = neighbours.entry()
        for port, wire in self._wires.items():
            hello = neighbours.hello(port)
            for each in (hello, entry):
                if each is not None:
                    self._send(wire, packed(each))

    def _send(self, wire: Wire, frame: bytes) -> None:
        try:
            wire.open(lambda: self._come(wire))
            wire.send(frame)
        except ConnectionRefusedError:
            pass  # UDP: the other twin is not there yet, or no more
        except OSError:
            wire.close()

    def _come(self, wire: Wire) -> None:
        while True:
            try:
                frame = wire.receive()
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue
            except OSError:
                wire.close()
                return
            with suppress(ValueError):
                if self._neighbours().receive(wire.link.port, unpacked(frame)):
                    self._pass_on(wire, frame)

    def _pass_on(self, source: Wire, frame: bytes) -> None:
        for wire in self._wires.values():
            if wire is not source:
                self._send(wire, frame)
