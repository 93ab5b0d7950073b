"""How agents send and hear, and the packets they make: a part of `agent.py` and `agent_knock.py`.

It is sent to a device with either as one text.

Formats: IPv6 (RFC 8200), ICMPv6 (RFC 4443), the segment routing header (RFC 8754, section 2).
"""

from __future__ import annotations

import socket
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

IPV6, SRH, ICMP6 = struct.Struct("!IHBB"), struct.Struct("!BBBBBBH"), struct.Struct("!BBHHH")
IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, IPV6_DONTFRAG, PMTUDISC_PROBE = 10, 23, 62, 3
INSIDE_IPV6, ROUTING, ICMPV6, SEGMENTS, HOPS, ECHO_REQUEST = 41, 43, 58, 4, 64, 128


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071) of an even number of bytes."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def whole_packets(sock: socket.socket, family: str) -> None:
    """Send with DF and without regard to a path MTU that was learned before."""
    if family == "4":
        sock.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, PMTUDISC_PROBE)
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER, PMTUDISC_PROBE)
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_DONTFRAG, 1)


def only_echo(sock: socket.socket, family: str) -> None:
    """Let a raw socket see echo requests and replies alone (ICMP_FILTER, ICMP6_FILTER)."""
    if family == "4":
        sock.setsockopt(255, 1, struct.pack("=I", 0xFFFFFFFF & ~((1 << 8) | 1)))
    else:
        words = [0xFFFFFFFF] * 8
        words[128 // 32] &= ~0x3
        sock.setsockopt(socket.IPPROTO_ICMPV6, 1, struct.pack("=8I", *words))


def packed(address: str) -> bytes:
    """An IPv6 address in 16 bytes."""
    return socket.inet_pton(socket.AF_INET6, address)


def ipv6(source: str, target: str, protocol: int, body: bytes) -> bytes:
    """A packet."""
    head = IPV6.pack(6 << 28, len(body), protocol, HOPS)
    return head + packed(source) + packed(target) + body


def summed(source: str, target: str, protocol: int, body: bytes, at: int) -> bytes:
    """The body of a packet, of even length, with its checksum put in at `at` (RFC 8200, 8.1).

    One that comes out as 0 is sent as all ones, which is the same number and not "none" in UDP.
    """
    pseudo = packed(source) + packed(target) + struct.pack("!II", len(body), protocol)
    return body[:at] + struct.pack("!H", checksum(pseudo + body) or 0xFFFF) + body[at + 2 :]


def echo(source: str, target: str, ident: int, number: int, data: bytes) -> bytes:
    """An ICMPv6 echo request as a whole packet; `data` has an even length."""
    body = ICMP6.pack(ECHO_REQUEST, 0, 0, ident, number) + data
    return ipv6(source, target, ICMPV6, summed(source, target, ICMPV6, body, 2))


def routed(source: str, route: Sequence[str], inside: bytes) -> bytes:
    """`inside` in a packet that is sent to the first address of `route`, and then to the others."""
    first, *others = route
    segments = [*reversed(others), first]
    left = len(others)
    head = SRH.pack(INSIDE_IPV6, 2 * len(segments), SEGMENTS, left, len(segments) - 1, 0, 0)
    header = head + b"".join(map(packed, segments))
    return ipv6(source, first, ROUTING, header + inside)
