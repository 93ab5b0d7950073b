"""Knocks: packets that a router sends its neighbour on a link, as that may send them by itself.

A probe goes where its router routes it, and past its filters. A knock leaves in a frame of its own,
from the router's own address on the link, with any protocol, header and hop limit: what a router
sends that lies. Its answer is seen before the router's own filters drop it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Protocol = Literal["icmp", "tcp", "udp", "ipv4", "ipv6", "rh0", "srh"]
WORDS: Mapping[str, str] = {
    "icmp": "echo request",
    "ipv4": "IPv4 inside of IPv6",
    "ipv6": "IPv6 inside of IPv6",
    "rh0": "routing header of type 0",
    "srh": "segment routing header",
}
COPIES = 3
"""How often a knock is sent that must not be answered, so that a counter which lacks one kind lacks
more than what else is refused meanwhile: the reset that the own kernel adds to what is answered."""


@dataclass(frozen=True, slots=True, order=True)
class Knock:
    """One packet from `source`, out of `via` and with its address `own` there, for `address`.

    The frame is for the interface that has `neighbor`. `own_port`, unless 0, is the port it is
    sent from; `hops` its hop limit; `sid` what a segment routing header leads it to.
    """

    source: str
    via: str
    own: str
    neighbor: str
    address: str
    protocol: Protocol
    port: int = 0
    own_port: int = 0
    hops: int = 255
    sid: str = ""
    wanted: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        what = WORDS.get(self.protocol, f"{self.protocol}/{self.port}")
        port = f" from port {self.own_port}" if self.own_port else ""
        hops = f", hop limit {self.hops}" if self.hops < 255 else ""  # noqa: PLR2004 - the most
        led = f" over {self.sid}" if self.sid else ""
        return f"{self.source} by {self.via} -> {self.address} {what}{port}{led}{hops}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, in words; None is silence."""

    said: str | None
