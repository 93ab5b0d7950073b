"""Captures: tcpdump on a router, its pcap file decoded here.

Formats: pcap (draft-ietf-opsawg-pcap), LINUX_SLL2 (tcpdump.org, link type 276), IPv6
(RFC 8200), the segment routing header (RFC 8754).
"""

import base64
import struct
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from citynet.verify.observe import Frame, NotObservedError

FILE = "/run/citynet-verify.pcap"
SNAP = 256
LONGEST = 60
"""Seconds after which a capture that nobody stops ends on its own."""
FILTER = (
    "ip6[6] == 43 or ip6[6] == 41 or ip6[6] == 4 "
    "or icmp[icmptype] == 8 or (ip6[6] == 58 and ip6[40] == 128)"
)
"""Packets inside IPv6, and echo requests as they are."""
SLL2, SLL2_HEADER = 276, 20
ETHERNET_IPV4, ETHERNET_IPV6 = b"\x08\x00", b"\x86\xdd"
IPV6_HEADER = 40
ROUTING, SEGMENT_ROUTING, INSIDE_4, INSIDE_6, ICMPV6 = 43, 4, 4, 41, 58
MAGIC = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">"}


def start_command() -> str:
    """Start capturing what arrives encapsulated, and return once tcpdump listens."""
    return (
        f"rm -f {FILE} {FILE}.log; "
        f"nohup timeout {LONGEST} tcpdump -i any -Q in -nn -s {SNAP} -c 5000 -U --immediate-mode "
        f"-Z root -y LINUX_SLL2 -w {FILE} '{FILTER}' >{FILE}.log 2>&1 </dev/null & p=$!; "
        f"i=0; until grep -q listening {FILE}.log 2>/dev/null; do i=$((i+1)); "
        f"[ $i -lt 100 ] || {{ cat {FILE}.log; exit 1; }}; sleep 0.05; done; echo $p"
    )


def stop_command(process: int) -> str:
    """End a capture, print it in base64, and leave nothing behind."""
    return (
        f"kill {process}; while kill -0 {process} 2>/dev/null; do sleep 0.05; done; "
        f"base64 {FILE}; rm -f {FILE} {FILE}.log"
    )


def _packets(data: bytes) -> Iterator[bytes]:
    order = MAGIC.get(data[:4])
    if order is None or struct.unpack_from(f"{order}I", data, 20)[0] != SLL2:
        raise NotObservedError("the capture is not a pcap file of LINUX_SLL2")
    offset = 24
    while offset + 16 <= len(data):
        (length,) = struct.unpack_from(f"{order}8xI4x", data, offset)
        yield data[offset + 16 : offset + 16 + length]
        offset += 16 + length


def _inner(data: bytes, protocol: int) -> tuple[str, str] | None:
    if protocol == INSIDE_4 and len(data) >= 20:  # noqa: PLR2004 - an IPv4 header (RFC 791)
        return str(IPv4Address(data[12:16])), str(IPv4Address(data[16:20]))
    if protocol == INSIDE_6 and len(data) >= IPV6_HEADER:
        return str(IPv6Address(data[8:24])), str(IPv6Address(data[24:40]))
    return None


def _frame(node: str, packet: bytes) -> Frame | None:
    """One packet as a frame; None for what is neither inside IPv6 nor an echo request."""
    outer = packet[SLL2_HEADER:]
    if packet[:2] == ETHERNET_IPV4:
        bare = _inner(outer, INSIDE_4)
        return Frame(node, *bare, (), *bare) if bare else None
    if packet[:2] != ETHERNET_IPV6 or len(outer) < IPV6_HEADER:
        return None
    protocol, rest = outer[6], outer[IPV6_HEADER:]
    if protocol == ICMPV6:
        protocol, rest = INSIDE_6, outer
    segments: list[str] = []
    if protocol == ROUTING and len(rest) > 8 and rest[2] == SEGMENT_ROUTING:  # noqa: PLR2004
        length = 8 + 8 * rest[1]
        count = rest[4] + 1
        segments = [str(IPv6Address(rest[8 + 16 * i : 24 + 16 * i])) for i in range(count)]
        protocol, rest = rest[0], rest[length:]
    inner = _inner(rest, protocol)
    if inner is None:
        return None
    source, destination = str(IPv6Address(outer[8:24])), str(IPv6Address(outer[24:40]))
    return Frame(node, source, destination, tuple(segments), *inner)


def frames(node: str, text: str) -> tuple[Frame, ...]:
    """The frames in a base64 pcap that `node` printed. Raises `NotObservedError`."""
    try:
        data = base64.b64decode(text, validate=False)
        found = [_frame(node, packet) for packet in _packets(data)]
    except (ValueError, struct.error, IndexError) as error:
        raise NotObservedError(f"{node}: the capture cannot be read: {error}") from error
    return tuple(frame for frame in found if frame is not None)
