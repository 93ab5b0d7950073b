"""What twins say to each other over their links, and what each makes of it.

Once a second a twin says on every link who it is and what it hears there (a `hello`), and what
it has configured (an `entry`), which every twin passes on. From that, and from nothing else,
each decides what is up. It is no IS-IS: it stands for what IS-IS, BFD and BGP would find.

* A neighbour on a port is up at each level that both have there (level 1 in one area only),
  once it hears us (the three-way handshake of RFC 5303). BFD is, where both ends ask for it.
* A BGP session is up where the peer is found, by neighbours that are up or, in a VRF, right on
  a link; where each end names an address of the other and its AS; for the families of both.
"""

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .acting import DEFAULT, Adjacent, Circuit, Peering, Seen, Session, Speaker

EVERY = 1.0
"""Seconds between two hellos."""
HOLD = 6.0
"""Seconds after which who has fallen silent is gone: a busy machine may be late."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """The last hello on a port, and when it came."""

    system: str
    host: str
    area: str
    circuit: Circuit | None
    hears: frozenset[str]
    when: float


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a twin has configured, its neighbours, and when it was last news."""

    speaker: Speaker
    up: frozenset[str]
    age: tuple[float, int]
    when: float


class Neighbours:
    """One twin's view; thread-safe. `carrier` says of a port whether its link is up at this end.

    `boot` is a time of day: what is said after a restart is news.
    """

    def __init__(
        self, clock: Callable[[], float], carrier: Callable[[str], bool], boot: float
    ) -> None:
        self._clock = clock
        self._carrier = carrier
        self._boot = boot
        self._said = 0
        self._speaker: Speaker | None = None
        self._heard: dict[str, _Heard] = {}
        self._entries: dict[str, _Entry] = {}
        self._lock = threading.RLock()

    def configured(self, speaker: Speaker | None) -> None:
        """This is what the twin has configured from now on."""
        with self._lock:
            self._speaker = speaker

    def hello(self, port: str) -> bytes | None:
        """What to say on a port; None where nothing is configured."""
        with self._lock:
            mine = self._speaker
            if mine is None:
                return None
            circuit = _circuit(mine, port)
            return _packed(
                kind="hello",
                system=mine.system,
                host=mine.host,
                area=mine.area,
                circuit=asdict(circuit) if circuit else None,
                hears=[each.system for name, each in self._fresh().items() if name == port],
            )

    def entry(self) -> bytes | None:
        """What to say of ourselves on every port; None where nothing is configured."""
        with self._lock:
            mine = self._speaker
            if mine is None:
                return None
            self._said += 1
            up = sorted({each.system for each in self._adjacencies(mine) if each.up})
            return _packed(kind="entry", speaker=asdict(mine), up=up, age=[self._boot, self._said])

    def receive(self, port: str, data: bytes) -> bool:
        """Take what came in on a port; whether it is news for the other ports.

        What is no message of a twin is passed over.
        """
        try:
            found: Any = json.loads(data)
            with self._lock:
                if found["kind"] == "hello":
                    self._hello(port, found)
                    return False
                return self._news(found)
        except (ValueError, KeyError, TypeError, AttributeError):
            return False

    def seen(self) -> Seen:
        """What is up now."""
        with self._lock:
            mine = self._speaker
            if mine is None:
                return Seen()
            adjacencies = tuple(sorted(self._adjacencies(mine), key=lambda each: each.port))
            found = self._reached(mine, adjacencies)
            direct = {each.system for each in self._fresh().values()}
            sessions = tuple(
                Session(each, self._families(mine, each, found if each.vrf == DEFAULT else direct))
                for each in mine.peers
            )
            return Seen(adjacencies, sessions)

    def _hello(self, port: str, said: Mapping[str, Any]) -> None:
        circuit = said["circuit"]
        self._heard[port] = _Heard(
            system=str(said["system"]),
            host=str(said["host"]),
            area=str(said["area"]),
            circuit=None if circuit is None else _made_circuit(circuit),
            hears=frozenset(map(str, said["hears"])),
            when=self._clock(),
        )

    def _news(self, said: Mapping[str, Any]) -> bool:
        speaker = _made_speaker(said["speaker"])
        age = (float(said["age"][0]), int(said["age"][1]))
        known = self._entries.get(speaker.system)
        mine = self._speaker
        if (known and known.age >= age) or (mine and mine.system == speaker.system):
            return False
        up = frozenset(map(str, said["up"]))
        self._entries[speaker.system] = _Entry(speaker, up, age, self._clock())
        return True

    def _fresh(self) -> dict[str, _Heard]:
        """Who is heard, by port: not long ago, and on a link that is up."""
        since = self._clock() - HOLD
        return {
            port: each
            for port, each in self._heard.items()
            if each.when > since and self._carrier(port)
        }

    def _adjacencies(self, mine: Speaker) -> Iterable[Adjacent]:
        heard = self._fresh()
        for own in mine.circuits:
            far = heard.get(own.port)
            if far is None or far.circuit is None or far.system == mine.system:
                continue
            up = mine.system in far.hears
            for level in _levels(own.levels, far.circuit.levels, same=mine.area == far.area):
                yield Adjacent(
                    port=own.port,
                    system=far.system,
                    host=far.host,
                    area=far.area,
                    level=level,
                    up=up,
                    address=far.circuit.address,
                    own=own.address,
                    bfd=(up and far.circuit.bfd) if own.bfd else None,
                )

    def _reached(self, mine: Speaker, adjacencies: Iterable[Adjacent]) -> set[str]:
        """Who is found over neighbours that both ends call up."""
        since = self._clock() - HOLD
        up = {each.speaker.system: each.up for each in self._entries.values() if each.when > since}
        up[mine.system] = frozenset(each.system for each in adjacencies if each.up)
        found, left = {mine.system}, [mine.system]
        while left:
            near = left.pop()
            beyond = {far for far in up[near] if near in up.get(far, ())} - found
            found |= beyond
            left += sorted(beyond)
        return found

    def _families(self, mine: Speaker, wanted: Peering, reached: set[str]) -> tuple[str, ...]:
        """The families that are up with a peer: those that it asks for too."""
        since = self._clock() - HOLD
        own = (mine.numbers or {}).get(wanted.vrf, 0)
        for entry in self._entries.values():
            far = entry.speaker
            if entry.when <= since or far.system not in reached or wanted.peer not in far.addresses:
                continue
            for theirs in far.peers:
                number = (far.numbers or {}).get(theirs.vrf, 0)
                named = theirs.peer in mine.addresses
                if named and (theirs.remote_as, number) == (own, wanted.remote_as):
                    return tuple(each for each in wanted.families if each in theirs.families)
        return ()


def _levels(own: tuple[int, ...], far: tuple[int, ...], *, same: bool) -> list[int]:
    """The levels of an adjacency; `same` is whether both are in one area (ISO 10589, 8.2.4)."""
    return [level for level in own if level in far and (same or level != 1)]


def _circuit(speaker: Speaker, port: str) -> Circuit | None:
    return next((each for each in speaker.circuits if each.port == port), None)


def _made_circuit(said: Mapping[str, Any]) -> Circuit:
    levels = tuple(int(each) for each in said["levels"])
    return Circuit(str(said["port"]), levels, bool(said["bfd"]), str(said["address"]))


def _made_speaker(said: Mapping[str, Any]) -> Speaker:
    return Speaker(
        host=str(said["host"]),
        system=str(said["system"]),
        area=str(said["area"]),
        circuits=tuple(map(_made_circuit, said["circuits"])),
        addresses=tuple(map(str, said["addresses"])),
        numbers={str(vrf): int(number) for vrf, number in (said["numbers"] or {}).items()},
        peers=tuple(
            Peering(
                str(each["vrf"]),
                str(each["peer"]),
                int(each["remote_as"]),
                tuple(map(str, each["families"])),
            )
            for each in said["peers"]
        ),
    )


def _packed(**content: Any) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
