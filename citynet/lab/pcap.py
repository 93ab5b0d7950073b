"""pcap files, packet by packet (draft-ietf-opsawg-pcap): whole records only."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from citynet.lab.errors import LabError

FILE_HEADER, RECORD_HEADER = 24, 16
ORDERS = {
    b"\xd4\xc3\xb2\xa1": "<",
    b"\xa1\xb2\xc3\xd4": ">",
    b"\x4d\x3c\xb2\xa1": "<",
    b"\xa1\xb2\x3c\x4d": ">",
}
"""Magic number -> byte order; the last two count nanoseconds."""


def pieces(stream: BinaryIO) -> Iterator[bytes]:
    """The file's header, then each record whole; what is cut off at the end is left out.

    Raises `LabError` for what is no pcap.
    """
    head = _exactly(stream, FILE_HEADER)
    if not head:
        return
    order = ORDERS.get(head[:4])
    if order is None or len(head) < FILE_HEADER:
        raise LabError("what was captured is no pcap file")
    yield head
    while len(record := _exactly(stream, RECORD_HEADER)) == RECORD_HEADER:
        (length,) = struct.unpack_from(f"{order}8xI4x", record)
        data = _exactly(stream, length)
        if len(data) < length:
            return
        yield record + data


def packets(stream: BinaryIO) -> Iterator[bytes]:
    """The packets of a pcap file, from their first byte. Raises `LabError`."""
    found = pieces(stream)
    next(found, None)
    return (record[RECORD_HEADER:] for record in found)


def _exactly(stream: BinaryIO, count: int) -> bytes:
    """That many bytes, fewer only at the end."""
    parts: list[bytes] = []
    while count and (part := stream.read(count)):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
