"""A ring of twins on loopback: the government domain of the vendors city, with links of UDP."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from citynet.lab.vm import free_port
from citynet.pipeline import render
from citynet.verify.asking import open_models
from citynet.verify.observe import Adjacency, BfdSession, BgpSession, Kind, State
from tests.speed import seconds
from tests.twin.twins import Twin, started
from tests.verify.told import reader, vendors

RING = ("gov-core1", "gov-agg1", "gov-agg2", "gov-core2")
"""Routers of two vendors, each with a link to the next and the last with the first, and one
across, from gov-core1 to gov-agg2."""
VPN = ("ipv4 vpn", "ipv6 vpn")


@dataclass
class Relay:
    """A link between two twins, of UDP; `cut` lets nothing through."""

    ends: tuple[socket.socket, socket.socket]
    to: tuple[int, int]
    cut: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        for source, target, port in ((0, 1, self.to[1]), (1, 0, self.to[0])):
            threading.Thread(target=self._pass, args=(source, target, port), daemon=True).start()

    def _pass(self, source: int, target: int, port: int) -> None:
        while True:
            try:
                data = self.ends[source].recv(65536)
                if not self.cut.is_set():
                    self.ends[target].sendto(data, ("127.0.0.1", port))
            except ConnectionRefusedError:
                continue
            except OSError:
                return

    def close(self) -> None:
        for each in self.ends:
            each.close()


def bound() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    return made


def load(twin: Twin, text: str) -> None:
    """Make the twin run a configuration, whole."""
    with twin.session() as session:
        session.edit_config(target="candidate", config=text, default_operation="replace")
        session.commit()


def rendered(device: str, **settings: object) -> str:
    (text,) = render(vendors())[device].files.values()
    for old, new in settings.items():
        assert old in text
        text = text.replace(old, str(new))
    return text


def told(twin: Twin, device: str, kind: Kind) -> State | str:
    asking = open_models(device, twin.access, None)
    try:
        assert asking.made_up
        found = reader(device)
        (reply,) = asking.get([found.questions[kind].filter], 60)
        return found.read(kind, reply)
    finally:
        asking.close()


def until(condition: Callable[[], bool], bound: float = 30.0) -> None:
    end = time.monotonic() + seconds(bound)
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


@dataclass
class Ring:
    """The government ring of the vendors city, as twins on loopback."""

    twins: dict[str, Twin]
    relays: dict[str, Relay]

    def up(self, device: str) -> set[str]:
        """The neighbours that are up."""
        found = told(self.twins[device], device, Kind.ISIS)
        assert not isinstance(found, str), found
        return {each.peer for each in found if isinstance(each, Adjacency) and each.up}

    def bfd(self, device: str) -> list[bool]:
        found = told(self.twins[device], device, Kind.BFD)
        return [each.up for each in found if isinstance(each, BfdSession)]

    def bgp(self, device: str) -> set[tuple[str, ...]]:
        found = told(self.twins[device], device, Kind.BGP)
        return {each.families for each in found if isinstance(each, BgpSession)}

    def deploy(self) -> None:
        """Everything runs what it should, and is up."""
        for relay in self.relays.values():
            relay.cut.clear()
        for name, twin in self.twins.items():
            (twin.files.folder / "state" / "operational.xml").unlink(missing_ok=True)
            load(twin, rendered(name))
        until(self.whole)

    def whole(self) -> bool:
        links = vendors().context.index.links
        near = {name: {each.far(name).node for each in links[name]} for name in RING}
        healthy = all(self.up(name) == peers for name, peers in near.items())
        return healthy and self.bgp("gov-agg1") == {VPN}


@contextmanager
def ring_of_twins(folder: Path) -> Iterator[Ring]:
    """Started and empty; `Ring.deploy` makes it whole."""
    prepared = vendors()
    links: dict[str, list[dict[str, object]]] = {name: [] for name in RING}
    relays: dict[str, Relay] = {}
    with ExitStack() as stack:
        for link in prepared.plan.links.values():
            a, b = link.ends
            if a.node not in RING:
                continue
            relay = Relay((bound(), bound()), (free_port(), free_port()))
            stack.callback(relay.close)
            for end, port, far in zip((a, b), relay.to, relay.ends, strict=True):
                entry = {"port": end.interface, "local": port, "remote": far.getsockname()[1]}
                links[end.node].append(entry)
            relay.run()
            relays[link.id] = relay
        twins: dict[str, Twin] = {}
        for name in RING:
            (folder / name).mkdir()
            file = folder / f"{name}.json"
            file.write_text(json.dumps(links[name]))
            platform = prepared.facts[name].platform
            twins[name] = stack.enter_context(started(platform, folder / name, links=file))
        yield Ring(twins, relays)
