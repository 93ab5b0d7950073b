"""The knocking agent: packets as a neighbour on a link would send them, and what answers them.

`citynet.verify.knocking` sends `agent_packets.py` and this file to `python3 -` on a router, with a
last line that calls `main`. Packets leave in frames of their own, so that no route or filter of the
router that sends them has a say, and answers are seen before its filters have theirs (packet(7)).

Request::

    {"nonce": 7, "wait": 1.0, "patience": 4, "copies": 3,
     "knocks": [[id, via, own, neighbor, address, kind, port, own_port, hops, sid, wanted]]}

Answer: `{"said": [[id, what or null, error or null]]}`. `what` is what came back, null is silence.
A knock is sent `copies` times, one that is `wanted` until it is answered, in at most `patience`
rounds. `error`: it was not sent.

Formats: neighbour discovery (RFC 4861), TCP (RFC 9293), UDP (RFC 768), IPv4 (RFC 791).
"""

from __future__ import annotations

import json
import select
import socket
import struct
import time

from citynet.verify.agent_packets import checksum, echo, ipv6, packed, routed, summed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

ETHERNET_IPV6, OUTGOING = 0x86DD, 4
MARK = struct.Struct("!8sQI")
MAGIC = b"knocked\0"
TCP, SEGMENT = 6, struct.Struct("!HHIIBBHHH")
UDP, DATAGRAM = 17, struct.Struct("!HHHH")
INSIDE_IPV4, ROUTING_HEADER, ICMP_IPV6 = 4, 43, 58
SYN, RST, ACK = 0x02, 0x04, 0x10
SOLICIT, ADVERTISE, ASKED, ANSWERED = 135, 136, 128, 129
HEAD, NEAREST, FIRST_PORT, PORTS = 40, 255, 20000, 10000


class Knock:
    """One packet, and what came back."""

    def __init__(self, row: list[Any], nonce: int) -> None:
        self.id, self.via, self.own, self.neighbor, self.address, self.kind = row[:6]
        self.port, own_port, self.hops, self.sid, self.wanted = row[6:]
        self.own_port = own_port or FIRST_PORT + (nonce + self.id) % PORTS
        self.mark = MARK.pack(MAGIC, nonce, self.id)
        self.what: str | None = None
        self.error: str | None = None

    @property
    def link(self) -> tuple[str, str, str]:
        """Interface, source address, neighbour."""
        return self.via, self.own, self.neighbor

    def packet(self) -> bytes:
        """The packet, its IPv6 header included."""
        made: bytes = getattr(self, "packet_" + self.kind)()
        return limited(made, self.hops)

    def packet_icmp(self) -> bytes:
        """An echo request."""
        return echo(self.own, self.address, self.id, 0, self.mark)

    def packet_tcp(self) -> bytes:
        """The first segment of a connection."""
        return segment(self, SYN, 1, self.mark)

    def packet_udp(self) -> bytes:
        """A datagram."""
        size = DATAGRAM.size + len(self.mark)
        body = DATAGRAM.pack(self.own_port, self.port, size, 0) + self.mark
        body = summed(self.own, self.address, UDP, body, 6)
        return ipv6(self.own, self.address, UDP, body)

    def packet_ipv4(self) -> bytes:
        """IPv4 inside: an echo request between two addresses that no network has (RFC 5737)."""
        data = struct.pack("!BBHHH", 8, 0, 0, self.id, 0) + self.mark
        data = data[:2] + struct.pack("!H", checksum(data)) + data[4:]
        ends = bytes([192, 0, 2, 1, 192, 0, 2, 2])
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(data), 0, 0, 64, 1, 0) + ends
        head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
        return ipv6(self.own, self.address, INSIDE_IPV4, head + data)

    def packet_ipv6(self) -> bytes:
        """IPv6 inside: an echo request to the neighbour itself, which it answers if it unpacks."""
        return ipv6(self.own, self.address, 41, self.inside())

    def packet_rh0(self) -> bytes:
        """An echo request behind a routing header of type 0 with a segment left (RFC 5095)."""
        inside = echo(self.own, self.neighbor, self.id, 0, self.mark)[HEAD:]
        header = struct.pack("!BBBBI", ICMP_IPV6, 2, 0, 1, 0) + packed(self.neighbor)
        return ipv6(self.own, self.address, ROUTING_HEADER, header + inside)

    def packet_srh(self) -> bytes:
        """The same inside of a packet that a routing header leads to a SID (RFC 8754)."""
        return routed(self.own, (self.address, self.sid), self.inside())

    def inside(self) -> bytes:
        """An echo request to the neighbour."""
        return echo(self.own, self.neighbor, self.id, 0, self.mark)

    def row(self) -> list[Any]:
        """What is reported."""
        return [self.id, self.what, self.error]


def limited(packet: bytes, hops: int) -> bytes:
    """An IPv6 packet with another hop limit."""
    return packet[:7] + bytes([hops]) + packet[8:]


def segment(knock: Knock, flags: int, number: int, data: bytes) -> bytes:
    """A TCP segment of a knock's connection."""
    body = SEGMENT.pack(knock.own_port, knock.port, number, 0, 5 << 4, flags, 1024, 0, 0) + data
    return ipv6(knock.own, knock.address, TCP, summed(knock.own, knock.address, TCP, body, 16))


class Door:
    """A link with a neighbour: what is sent to it, and what comes back."""

    def __init__(self, link: tuple[str, str, str], knocks: list[Knock]) -> None:
        self.via, self.own, self.neighbor = link
        self.knocks = knocks
        self.mac: bytes | None = None
        kind = socket.SOCK_DGRAM
        self.sock = socket.socket(socket.AF_PACKET, kind, socket.htons(ETHERNET_IPV6))
        self.sock.bind((self.via, ETHERNET_IPV6))
        self.sock.settimeout(0)

    def send(self, packet: bytes, mac: bytes) -> None:
        """One frame."""
        self.sock.sendto(packet, (self.via, ETHERNET_IPV6, 0, 0, mac))

    def solicit(self) -> None:
        """Ask who has the neighbour's address."""
        low = packed(self.neighbor)[13:]
        group = "ff02::1:ff" + low[:1].hex() + ":" + low[1:].hex()
        option = struct.pack("!BB", 1, 1) + self.sock.getsockname()[4]
        body = struct.pack("!BBHI", SOLICIT, 0, 0, 0) + packed(self.neighbor) + option
        packet = ipv6(self.own, group, ICMP_IPV6, summed(self.own, group, ICMP_IPV6, body, 2))
        self.send(limited(packet, NEAREST), b"\x33\x33\xff" + low)

    def hear(self) -> Iterator[tuple[bytes, bytes]]:
        """What waits, for our address and with no header but IPv6's, as (packet, MAC address)."""
        own = packed(self.own)
        while True:
            try:
                data, (_, _, kind, _, mac) = self.sock.recvfrom(65536)
            except BlockingIOError:
                return
            if kind != OUTGOING and len(data) > HEAD and data[24:HEAD] == own:
                yield data, mac

    def take(self) -> None:
        """Note what is an answer."""
        for data, mac in self.hear():
            if data[6] == TCP:
                self.on_segment(data)
            elif data[6] == ICMP_IPV6:
                self.on_message(data, mac)

    def on_segment(self, data: bytes) -> None:
        """An answer by TCP; what was half opened is closed again."""
        theirs, ours, _, number, _, flags = SEGMENT.unpack_from(data.ljust(HEAD + 20), HEAD)[:6]
        for knock in self.knocks:
            mine = (knock.kind, knock.port, knock.own_port) == ("tcp", theirs, ours)
            if mine and data[8:24] == packed(knock.address):
                knock.what = "a TCP reset" if flags & RST else "a TCP SYN with ACK"
                if not flags & RST and self.mac:
                    reset = segment(knock, RST, number, b"")
                    self.send(limited(reset, NEAREST), self.mac)

    def on_message(self, data: bytes, mac: bytes) -> None:
        """An answer by ICMPv6: an echo, or an error that quotes what was sent."""
        kind, code = data[HEAD], data[HEAD + 1]
        if kind == ADVERTISE and data[HEAD + 8 : HEAD + 24] == packed(self.neighbor):
            self.mac = mac
        if kind == ASKED:
            return
        for knock in self.knocks:
            if knock.mark in data[HEAD:]:
                error = f"ICMPv6 type {kind} code {code}"
                knock.what = "an echo reply" if kind == ANSWERED else error

    def knock(self, copies: int, *, first: bool) -> None:
        """Send what is due: everything at first, then what is wanted and was not answered.

        Copies come after one of each kind: a kernel sends few errors at once, of all kinds.
        """
        for number in range(copies if first else 1):
            for each in self.knocks:
                if self.mac is None:
                    lost = f"{self.neighbor} answers no neighbour solicitation on {self.via}"
                    each.error = lost
                elif (not each.wanted and first) or (each.wanted and not number and not each.what):
                    self.try_to_send(each, self.mac)

    def try_to_send(self, knock: Knock, mac: bytes) -> None:
        """Send a knock; what the kernel refuses is its error."""
        try:
            self.send(knock.packet(), mac)
        except OSError as error:
            knock.error = error.strerror or str(error)


def found(doors: list[Door]) -> bool:
    """Whether every neighbour is found."""
    return all(door.mac for door in doors)


def answered(doors: list[Door]) -> bool:
    """Whether everything has an answer, so that nothing is left to wait for."""
    return all(each.what for door in doors for each in door.knocks)


def wait(doors: list[Door], seconds: float, enough: Callable[[list[Door]], bool]) -> None:
    """Hear for so long, or until it is enough."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not enough(doors):
        select.select([door.sock for door in doors], [], [], max(0.0, end - time.monotonic()))
        for door in doors:
            door.take()


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Find the neighbours, knock, hear, and report."""
    knocks = [Knock(row, request["nonce"]) for row in request["knocks"]]
    doors = []
    for link in sorted({each.link for each in knocks}):
        mine = [each for each in knocks if each.link == link]
        try:
            doors.append(Door(link, mine))
        except OSError as error:
            for each in mine:
                each.error = f"{each.via}: {error.strerror or error}"
    for _ in range(request["patience"]):
        for door in doors:
            if door.mac is None:
                door.solicit()
        wait(doors, request["wait"], found)
    for number in range(request["patience"]):
        late = [door for door in doors if any(k.wanted and not k.what for k in door.knocks)]
        for door in late if number else doors:
            door.knock(request["copies"], first=not number)
        if late or not number:
            wait(doors, request["wait"], answered)
    return {"said": [each.row() for each in knocks]}


def main(text: str) -> None:
    """Run the request in `text` and print the answer as JSON."""
    print(json.dumps(run(json.loads(text))))  # noqa: T201 - this is the answer
