"""The probe agent: runs where the probes start, needs python3 and its standard library only.

`citynet.verify.probe` sends `agent_packets.py` and this file to `python3 -`, with a last line that
calls `main`. One process opens the sockets of every network namespace (a socket stays in the one it
was made in), sends every probe, answers as every receiver, and prints one JSON object.

Request::

    {"nonce": 7, "wait": 1.0, "tries": 2, "patience": 4,
     "spaces": {"health.platform": {"4": "10.0.0.2", "6": "fd00::2"}},
     "probes": [[id, from, to or null, "icmp"|"tcp"|"udp", "4"|"6", address, port, size,
                 wanted, own, via, route]]}

`size` is the length of the whole IP packet in bytes, sent with DF (TCP: of what is said, more
than one full segment). `own` and `via`, unless empty, are the IPv6 source address and the
interface of an ICMP probe. `route`, unless empty, is where an outer IPv6 header with a routing
header leads an ICMPv6 probe. A space named "" is the namespace the agent is started in. Probes
that are `wanted` and not answered are tried up to `patience` times, all others `tries` times.

Answer: `{"results": [[id, answered, reached, error or null, unsent or null]], "strays": [[id,
space]]}`. `reached`: its receiver saw the probe, even if no answer came back. A stray is a probe
in a namespace it was not meant for. `unsent` is the kernel's own error (`ENETUNREACH`) if no try
left; what came back later is never in it: no socket here is told of that while it sends.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import resource
import selectors
import socket
import struct
import time

from citynet.verify.agent_packets import checksum, echo, only_echo, routed, whole_packets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Handler = Callable[..., None]

MAGIC = b"citynet\0"
MARK, ECHO = struct.Struct("!8sQIB"), struct.Struct("!BBHHH")
FAMILY = {"4": socket.AF_INET, "6": socket.AF_INET6}
ANY = {"4": "0.0.0.0", "6": "::"}  # noqa: S104 - in a namespace of its own
REQUEST, REPLY = {"4": 8, "6": 128}, {"4": 0, "6": 129}
HEADERS = {"icmp4": 28, "icmp6": 48, "udp4": 28, "udp6": 48, "tcp4": 0, "tcp6": 0}
CLONE_NEWNET, SYN, ACK, FLAGS = 0x40000000, 0x02, 0x10, 13
BATCH, BUFFER, FILES = 8, 4 << 20, 1 << 16


def enter(file: int) -> None:
    """Move this process into the network namespace of an open file."""
    if hasattr(os, "setns"):
        os.setns(file, CLONE_NEWNET)
    elif ctypes.CDLL(None, use_errno=True).setns(file, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class Probe:
    """One probe and what became of it."""

    def __init__(self, row: list[Any]) -> None:
        self.id, self.source, self.target, self.protocol, self.family = row[:5]
        self.address, self.port, self.size, self.wanted, self.own, self.via, self.route = row[5:]
        self.answered = self.reached = False
        self.error: str | None = None
        self.unsent: str | None = "not tried"
        self.key = self.protocol + self.family

    def row(self) -> list[Any]:
        """What is reported."""
        return [self.id, int(self.answered), int(self.reached), self.error, self.unsent]


class Agent:
    """All sockets, all probes, one selector."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.request = request
        self.nonce = request["nonce"]
        self.probes = sorted(map(Probe, request["probes"]), key=lambda probe: probe.source)
        self.by_id = {probe.id: probe for probe in self.probes}
        self.selector = selectors.DefaultSelector()
        self.files: dict[str, int] = {}
        self.senders: dict[tuple[str, str, str], socket.socket] = {}
        self.syns: dict[tuple[str, int, int], Probe] = {}
        self.clients: dict[int, socket.socket] = {}
        self.strays: set[tuple[int, str]] = set()

    def enter(self, space: str) -> None:
        """Go where the sockets of `space` are made."""
        if space:
            if space not in self.files:
                self.files[space] = os.open("/var/run/netns/" + space, os.O_RDONLY)
            enter(self.files[space])

    def watch(self, sock: socket.socket, events: int, handler: Handler, *args: Any) -> None:
        """Call `handler` when `sock` is ready."""
        sock.settimeout(0)
        self.selector.register(sock, events, (handler, sock, args))

    def make(self, family: str, kind: int, protocol: int = 0) -> socket.socket:
        """A socket, with room for a burst; datagrams leave whole."""
        sock = socket.socket(FAMILY[family], kind, protocol)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        if kind != socket.SOCK_STREAM:
            whole_packets(sock, family)
        return sock

    def bound(self, space: str, family: str, kind: int, port: int) -> socket.socket:
        """A socket at the space's own address, so that answers come from where they should."""
        sock = self.make(family, kind)
        if family == "6":
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        own = self.request["spaces"][space].get(family)
        sock.bind((own or ANY[family], port))
        return sock

    def open(self) -> None:
        """Open every sender and every receiver that the probes need."""
        wanted: dict[str, set[tuple[str, int]]] = {}
        for probe in self.probes:
            wanted.setdefault(probe.source, set()).add((probe.key, 0))
            if probe.target is not None:
                wanted.setdefault(probe.target, set()).add((probe.key, probe.port))
        for space, needs in sorted(wanted.items()):
            self.enter(space)
            for key, port in sorted(needs):
                getattr(self, "open_" + key[:-1])(space, key[-1], port)

    def open_icmp(self, space: str, family: str, port: int) -> None:
        """One raw socket sends, hears answers and requests."""
        if (space, "icmp", family) not in self.senders:
            protocol = socket.IPPROTO_ICMP if family == "4" else socket.IPPROTO_ICMPV6
            sock = self.make(family, socket.SOCK_RAW, protocol)
            only_echo(sock, family)
            self.senders[space, "icmp", family] = sock
            self.watch(sock, selectors.EVENT_READ, self.on_icmp, space, family)

    def open_udp(self, space: str, family: str, port: int) -> None:
        """A sender for the space, or a receiver at a port."""
        if port or (space, "udp", family) not in self.senders:
            sock = self.bound(space, family, socket.SOCK_DGRAM, port)
            if not port:
                self.senders[space, "udp", family] = sock
            self.watch(sock, selectors.EVENT_READ, self.on_udp, space)

    def open_tcp(self, space: str, family: str, port: int) -> None:
        """A listener, and a raw socket that sees what only knocks."""
        if not port:
            return
        listener = self.bound(space, family, socket.SOCK_STREAM, port)
        listener.listen(1024)
        self.watch(listener, selectors.EVENT_READ, self.on_accept)
        if (space, "syn", family) not in self.senders:
            raw = self.make(family, socket.SOCK_RAW, socket.IPPROTO_TCP)
            self.senders[space, "syn", family] = raw
            self.watch(raw, selectors.EVENT_READ, self.on_segment, space, family)

    def drained(self, sock: socket.socket, length: int) -> Iterator[tuple[bytes, Any]]:
        """All that waits on a socket, as (data, address)."""
        with contextlib.suppress(BlockingIOError):
            while True:
                with contextlib.suppress(ConnectionError):
                    yield sock.recvfrom(length)

    def marked(self, data: bytes) -> tuple[Probe | None, int]:
        """The probe a payload names, and if it is an answer; (None, 0) for other traffic."""
        if len(data) < MARK.size:
            return None, 0
        magic, nonce, number, answer = MARK.unpack_from(data)
        mine = (magic, nonce) == (MAGIC, self.nonce)
        return (self.by_id.get(number), answer) if mine else (None, 0)

    def seen(self, probe: Probe, space: str) -> None:
        """A receiver says that a probe arrived."""
        if probe.target == space:
            probe.reached = True
        else:
            self.strays.add((probe.id, space))

    def on_icmp(self, sock: socket.socket, space: str, family: str) -> None:
        """Requests that arrive (the kernel answers them), and answers."""
        for data, _ in self.drained(sock, 256):
            start = (data[0] & 15) * 4 if family == "4" else 0
            probe, _ = self.marked(data[start + ECHO.size :])
            if probe is None:
                continue
            if data[start] == REQUEST[family] and space != probe.source:
                self.seen(probe, space)
            elif data[start] == REPLY[family] and space == probe.source:
                probe.answered = True

    def on_udp(self, sock: socket.socket, space: str) -> None:
        """Answer what is asked; note what is answered."""
        for data, peer in self.drained(sock, 65536):
            probe, answer = self.marked(data)
            if probe is None:
                continue
            if answer:
                probe.answered = probe.answered or space == probe.source
                continue
            self.seen(probe, space)
            reply = MARK.pack(MAGIC, self.nonce, probe.id, 1) + data[MARK.size :]
            try:
                sock.sendto(reply, peer)
            except OSError as error:
                probe.error = "answer: " + str(error)

    def on_segment(self, sock: socket.socket, space: str, family: str) -> None:
        """A SYN has arrived, even if its answer finds no way back."""
        for data, peer in self.drained(sock, 80):
            start = (data[0] & 15) * 4 if family == "4" else 0
            segment = data[start : start + FLAGS + 1]
            if len(segment) > FLAGS and segment[FLAGS] & (SYN | ACK) == SYN:
                key = (peer[0], *struct.unpack_from("!HH", segment))
                if key in self.syns:
                    self.seen(self.syns[key], space)

    def on_accept(self, listener: socket.socket) -> None:
        """Somebody has connected."""
        try:
            sock, _ = listener.accept()
        except OSError:
            return
        self.watch(sock, selectors.EVENT_READ, self.on_server, bytearray())

    def on_server(self, sock: socket.socket, said: bytearray) -> None:
        """Say back what was said, once all of it is there."""
        try:
            data = sock.recv(65536)
        except OSError:
            data = b""
        said += data
        probe, _ = self.marked(bytes(said[: MARK.size]))
        if data and probe is not None and len(said) >= probe.size:
            sock.sendall(bytes(said))
        if not data:
            self.drop(sock)

    def on_client(self, sock: socket.socket, probe: Probe, heard: bytearray | None) -> None:
        """Connected: say the payload, hear it back. Where nothing is wanted, that is too much."""
        failed = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failed or not probe.wanted:
            probe.answered = not failed
            self.end_client(probe, os.strerror(failed) if failed else None)
            return
        try:
            if heard is None:
                sock.sendall(self.payload(probe, probe.size))
                read = (self.on_client, sock, (probe, bytearray()))
                self.selector.modify(sock, selectors.EVENT_READ, read)
                return
            data = sock.recv(65536)
        except OSError as error:
            self.end_client(probe, str(error))
            return
        heard += data
        if len(heard) >= probe.size:
            probe.answered = self.marked(bytes(heard))[0] is probe
        if not data or probe.answered:
            self.end_client(probe, None if probe.answered else "closed early")

    def drop(self, sock: socket.socket) -> None:
        """Forget a connection."""
        self.selector.unregister(sock)
        sock.close()

    def end_client(self, probe: Probe, error: str | None) -> None:
        """A TCP probe is over."""
        sock = self.clients.pop(probe.id, None)
        probe.error = error
        if sock is not None:
            self.drop(sock)

    def payload(self, probe: Probe, length: int) -> bytes:
        """What identifies a probe, padded to `length` bytes."""
        return MARK.pack(MAGIC, self.nonce, probe.id, 0).ljust(length, b"\0")

    def send(self, probe: Probe, number: int) -> None:
        """Send a probe; what the kernel refuses is its error."""
        probe.error = None
        try:
            getattr(self, "send_" + probe.protocol)(probe, number)
            probe.unsent = None
        except OSError as error:
            probe.error = error.strerror or str(error)
            probe.unsent = probe.unsent and errno.errorcode.get(error.errno or 0, "error")

    def send_icmp(self, probe: Probe, number: int) -> None:
        """An echo request."""
        if probe.route:
            self.send_routed(probe, number)
            return
        body = self.payload(probe, max(probe.size - HEADERS[probe.key], MARK.size + 1))
        ident = (self.nonce + probe.id) & 0xFFFF
        head = ECHO.pack(REQUEST[probe.family], 0, 0, ident, number)
        if probe.family == "4":  # zeros at the end do not count
            value = checksum((head + body)[: ECHO.size + MARK.size + 1])
            head = ECHO.pack(REQUEST["4"], 0, value, ident, number)
        sock = self.senders[probe.source, "icmp", probe.family]
        extra = []
        if probe.own:
            own = socket.inet_pton(socket.AF_INET6, probe.own)
            index = socket.if_nametoindex(probe.via) if probe.via else 0
            info = own + struct.pack("=I", index)
            extra = [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, info)]
        sock.sendmsg([head, body], extra, 0, (probe.address, 0))

    def send_routed(self, probe: Probe, number: int) -> None:
        """An echo request inside a header with a routing header, which no kernel makes for us."""
        key = probe.source, "route", "6"
        if key not in self.senders:
            self.senders[key] = socket.socket(FAMILY["6"], socket.SOCK_RAW, socket.IPPROTO_RAW)
        own = self.request["spaces"][probe.source]["6"]
        ident = (self.nonce + probe.id) & 0xFFFF
        data = self.payload(probe, MARK.size + 1)
        inside = echo(own, probe.address, ident, number, data)
        self.senders[key].sendto(routed(own, probe.route, inside), (probe.route[0], 0))

    def send_udp(self, probe: Probe, number: int) -> None:
        """A datagram."""
        body = self.payload(probe, max(probe.size - HEADERS[probe.key], MARK.size))
        sender = self.senders[probe.source, "udp", probe.family]
        sender.sendto(body, (probe.address, probe.port))

    def send_tcp(self, probe: Probe, number: int) -> None:
        """A new connection; one from an earlier try is given up."""
        self.end_client(probe, None)
        sock = self.bound(probe.source, probe.family, socket.SOCK_STREAM, 0)
        sock.settimeout(0)
        self.syns[(*sock.getsockname()[:2], probe.port)] = probe
        code = sock.connect_ex((probe.address, probe.port))
        if code not in (0, errno.EINPROGRESS):
            sock.close()
            raise OSError(code, os.strerror(code))
        self.clients[probe.id] = sock
        self.watch(sock, selectors.EVENT_WRITE, self.on_client, probe, None)

    def poll(self, seconds: float) -> None:
        """Handle what is ready, or wait for it."""
        for key, _ in self.selector.select(seconds):
            handler, sock, args = key.data
            if sock.fileno() >= 0:
                handler(sock, *args)

    def round(self, number: int, pending: list[Probe]) -> None:
        """Send all pending probes, then hear until all have answered or time is over."""
        space = None
        for count, probe in enumerate(pending):
            if probe.source != space:
                space = probe.source
                self.enter(space)
            self.send(probe, number)
            if count % BATCH == 0:
                self.poll(0)
        end = time.monotonic() + self.request["wait"]
        while time.monotonic() < end and not all(probe.answered for probe in pending):
            self.poll(max(0.0, min(0.05, end - time.monotonic())))

    def run(self) -> dict[str, Any]:
        """All rounds, and the report."""
        started = time.monotonic()
        self.open()
        for number in range(self.request["patience"]):
            late = number >= self.request["tries"]
            pending = [p for p in self.probes if not p.answered and (p.wanted or not late)]
            if pending:
                self.round(number, pending)
        return {
            "results": [probe.row() for probe in self.probes],
            "strays": sorted(self.strays),
            "seconds": round(time.monotonic() - started, 3),
        }


def main(text: str) -> None:
    """Run the request in `text` and print the answer as JSON."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    for most in (hard, max(hard, FILES)):
        with contextlib.suppress(ValueError):  # who may not raise it has to do with less
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(json.dumps(Agent(json.loads(text)).run()))  # noqa: T201 - this is the answer
