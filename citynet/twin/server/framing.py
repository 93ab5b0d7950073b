"""Messages in a stream of bytes: RFC 6242, end-of-message marks and chunks.

Both decoders look at every byte once, however the stream is cut into pieces.
"""

import re
from typing import Protocol

END = b"]]>]]>"
LARGEST = 256 << 20
"""Bytes in a message; more is somebody's mistake, and memory is finite."""
LONGEST_HEADER = 13
"""`LF # ten digits LF`: a chunk has at most 4294967295 bytes."""
_HEADER = re.compile(rb"\n#([1-9][0-9]{0,9}|#)\n")


class FramingError(Exception):
    """The stream is not what RFC 6242 says; there is no way back into it."""


class Framing(Protocol):
    """Takes a stream apart into messages, and wraps messages for the stream."""

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are complete now. Raises `FramingError`."""

    def rest(self) -> bytes:
        """What has come behind the last message and is not one yet."""

    def wrap(self, message: bytes) -> bytes:
        """The message as it goes into the stream."""


class EndMarks:
    """NETCONF 1.0, and every hello: each message ends with `]]>]]>`."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._seen = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are complete now."""
        self._buffer += data
        found: list[bytes] = []
        while (at := self._buffer.find(END, self._seen)) >= 0:
            found.append(bytes(self._buffer[:at]))
            del self._buffer[: at + len(END)]
            self._seen = 0
        self._seen = max(0, len(self._buffer) - len(END) + 1)
        if len(self._buffer) > LARGEST:
            raise FramingError(f"a message of more than {LARGEST} bytes")
        return found

    def first(self, data: bytes) -> bytes | None:
        """The first message alone, if it is complete now; what follows stays in `rest`."""
        self._buffer += data
        at = self._buffer.find(END, self._seen)
        if at < 0:
            self._seen = max(0, len(self._buffer) - len(END) + 1)
            return None
        message = bytes(self._buffer[:at])
        del self._buffer[: at + len(END)]
        self._seen = 0
        return message

    def rest(self) -> bytes:
        """What has come behind the last message."""
        return bytes(self._buffer)

    def wrap(self, message: bytes) -> bytes:
        """The message and its end."""
        return message + END


class Chunks:
    """NETCONF 1.1: a message is chunks with their lengths, and `LF ## LF` behind them."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._left = 0
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are complete now. Raises `FramingError`."""
        self._buffer += data
        found: list[bytes] = []
        at = 0
        while at < len(self._buffer):
            taken = self._chunk(at) if self._left else self._header(at, found)
            if not taken:
                break
            at += taken
        del self._buffer[:at]
        return found

    def _chunk(self, at: int) -> int:
        part = bytes(self._buffer[at : at + self._left])
        self._parts.append(part)
        self._left -= len(part)
        return len(part)

    def _header(self, at: int, found: list[bytes]) -> int:
        header = _HEADER.match(self._buffer, at)
        if header is None:
            return self._incomplete(at)
        if header[1] == b"#":
            if not self._parts:
                raise FramingError("a message without a chunk")
            found.append(b"".join(self._parts))
            self._parts, self._size = [], 0
        else:
            self._left = int(header[1])
            self._size += self._left
            if self._size > LARGEST:
                raise FramingError(f"a message of more than {LARGEST} bytes")
        return len(header[0])

    def _incomplete(self, at: int) -> int:
        """Nothing taken where a header may still become one; an error where it cannot."""
        start = bytes(self._buffer[at : at + LONGEST_HEADER])
        if re.fullmatch(rb"\n(#(#|[1-9][0-9]{0,9})?)?", start):
            return 0
        raise FramingError(f"expected a chunk, found {start!r}")

    def rest(self) -> bytes:
        """What has come behind the last message."""
        return bytes(self._buffer)

    def wrap(self, message: bytes) -> bytes:
        """The message as one chunk."""
        return b"\n#%d\n%b\n##\n" % (len(message), message)
