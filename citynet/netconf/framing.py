"""Messages in a stream of bytes: end-of-message marks and chunks (RFC 6242, sections 4.2, 4.3).

Linear in the bytes received, however they are cut: nothing is looked at twice and nothing is
copied more than once before it is joined.
"""

import re
from collections.abc import Iterator

from citynet.errors import CitynetError

END = b"]]>]]>"
END_OF_CHUNKS = b"\n##\n"
LONGEST_HEADER = 14
"""Of a chunk: line break, `#`, ten digits, line break, and one to see that there is no more."""
CHUNK = 1 << 16
"""Bytes in each chunk that we send, at most."""
LARGEST = 1 << 28
"""Bytes of a message that is believed: 256 MiB."""

_HEADER = re.compile(rb"\n#(?:([1-9][0-9]{0,9})|(#))\n")
_HEADER_BEGINS = re.compile(rb"\n?\Z|\n#(?:#|[1-9][0-9]{0,9})?\Z")


class FramingError(CitynetError):
    """Bytes that are no NETCONF message."""


def shown(data: bytes, most: int = 60) -> str:
    """The beginning of what a peer said, for a sentence about it."""
    text = ascii(data[:most].decode(errors="replace"))
    return text if len(data) <= most else f"{text}…"


class Frames:
    """Takes bytes as they come and gives whole messages. `chunked` may be set between two."""

    def __init__(self, *, largest: int = LARGEST) -> None:
        self.chunked = False
        self._largest = largest
        self._parts: list[bytes] = []
        self._size = 0
        self._rest = bytearray()
        self._searched = 0
        self._wanted = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Every message that is complete now. Raises `FramingError`."""
        self._rest += data
        while (message := self._chunks() if self.chunked else self._marked()) is not None:
            yield message

    def _check(self, size: int) -> None:
        if size > self._largest:
            raise FramingError(f"a message of more than {self._largest} bytes")

    def _marked(self) -> bytes | None:
        at = self._rest.find(END, self._searched)
        if at < 0:
            self._check(len(self._rest))
            self._searched = max(0, len(self._rest) - len(END) + 1)
            return None
        message = bytes(self._rest[:at])
        del self._rest[: at + len(END)]
        self._searched = 0
        return message

    def _chunks(self) -> bytes | None:
        """Take chunks until the end of a message or of the bytes."""
        while self._rest:
            if self._wanted:
                self._take()
                continue
            header = _HEADER.match(self._rest)
            if header is None:
                self._check_header()
                return None
            size, end = header.group(1), header.group(2)
            del self._rest[: header.end()]
            if end:
                message = b"".join(self._parts)
                self._parts, self._size = [], 0
                return message
            self._wanted = int(size)
            self._check(self._size + self._wanted)
        return None

    def _take(self) -> None:
        taken = bytes(self._rest[: self._wanted])
        del self._rest[: len(taken)]
        self._parts.append(taken)
        self._size += len(taken)
        self._wanted -= len(taken)

    def _check_header(self) -> None:
        if not _HEADER_BEGINS.match(self._rest):
            raise FramingError(f"where a chunk should begin it said {shown(bytes(self._rest))}")


def framed(message: bytes, *, chunked: bool) -> Iterator[bytes]:
    """What is sent for a message, in pieces of about a chunk: most messages are one piece.

    Each piece that is sent is a packet of SSH at least, with its encryption and its digest.
    """
    view, last = memoryview(message), max(0, len(message) - 1) // CHUNK * CHUNK
    for start in range(0, last + 1, CHUNK):
        piece = view[start : start + CHUNK]
        head = b"\n#%d\n" % len(piece) if chunked and piece else b""
        end = (END_OF_CHUNKS if chunked else END) if start == last else b""
        yield b"".join((head, piece, end))
