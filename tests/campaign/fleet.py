"""An in-process fleet: real NETCONF over SSH on loopback, in front of devices in memory.

It is no lab and says so in its hello. What it is good for: a fault exactly where it is wanted,
before a request of a device or after it, and the truth at any moment.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Self

import asyncssh
from msgspec.structs import replace

from citynet.lab.host import NodeAccess
from citynet.netconf.tree import digest, node
from citynet.xml import Element
from tests.campaign.city import Shape
from tests.campaign.door import Door
from tests.campaign.reference import reference
from tests.campaign.truth import Truth, Wanted
from tests.netconf.fake import NETOPEER2, Event, FakeDevice, FakeFleet
from tests.netconf.fake.device import STARTUP
from tests.netconf.fake.faults import Fault
from tests.netconf.fake.server import USER

logging.getLogger("asyncio").setLevel(logging.ERROR)  # connections are cut here all the time
Hook = Callable[[Event], Fault | None]


def fingerprint(config: Element) -> str:
    return digest(node(config, frozenset()))


class Fleet:
    """The devices of a case, each behind a door, running what they ran before the change."""

    def __init__(
        self, made: Shape, folder: Path, hook: Hook, like_netopeer2: Collection[str] = ()
    ) -> None:
        self._states = states = reference(made)
        self.devices = {name: FakeDevice(name, hook=hook) for name in made.names}
        for name, device in self.devices.items():
            device.running = device.kept = device.candidate = states[name][0]
            if name in like_netopeer2:
                device.habits = NETOPEER2
                device.capabilities = (*device.capabilities, STARTUP)
        self.wanted = {
            name: Wanted(fingerprint(old), fingerprint(new), fingerprint(_with_more(new)))
            for name, (old, new) in states.items()
        }
        self.doors: dict[str, Door] = {}
        self.impostor = 0
        self.liars: frozenset[str] = frozenset()
        self._meddled: set[str] = set()
        self._servers = FakeFleet(list(self.devices.values()), folder)

    def __enter__(self) -> Self:
        self._servers.__enter__()
        self.doors = {name: Door(device.port) for name, device in self.devices.items()}
        self._servers.run(self._open())
        host = self._servers.known_hosts.read_text().split()[1:3]
        lines = [f"[127.0.0.1]:{door.port} {' '.join(host)}\n" for door in self.doors.values()]
        self._servers.known_hosts.write_text("".join(lines))
        return self

    def __exit__(self, *_: object) -> None:
        self._servers.run(self._close())
        self._servers.__exit__()

    async def _open(self) -> None:
        for door in self.doors.values():
            await door.open()
        key = asyncssh.generate_private_key("ssh-ed25519")
        self._other = await asyncssh.listen("127.0.0.1", 0, server_host_keys=[key])
        self.impostor = self._other.get_port()

    async def _close(self) -> None:
        for door in self.doors.values():
            door.close()
        self._other.close()

    @property
    def meddled(self) -> frozenset[str]:
        return frozenset(self._meddled)

    def access(self) -> Mapping[str, NodeAccess]:
        files = self._servers
        return {
            name: NodeAccess("127.0.0.1", door.port, USER, files.key_file, files.known_hosts)
            for name, door in self.doors.items()
        }

    def truth(self) -> Mapping[str, Truth]:
        """All of them at the same moment: the devices' own thread does it."""
        found: Mapping[str, Truth] = self._servers.run(self._truth())
        return found

    async def _truth(self) -> Mapping[str, Truth]:
        now = asyncio.get_running_loop().time()
        return {name: _truth(device, now) for name, device in self.devices.items()}

    def do(self, act: Callable[[], Any]) -> Any:
        """Do something in the thread that the devices live in."""

        async def done() -> Any:
            return act()

        return self._servers.run(done())

    def meddle(self, name: str) -> None:
        """Somebody with a console changes what a device runs and keeps. In the devices' thread."""
        self._meddled.add(name)
        device = self.devices[name]
        untouched = device.candidate is device.running
        device.running = device.kept = _with_more(device.running)
        if untouched:
            device.candidate = device.running

    def edit(self, name: str, *, follows: bool) -> None:
        """Another client edits what a device runs, and not what it starts with.

        `follows`: so does a candidate that is the same. In the devices' thread.
        """
        self._meddled.add(name)
        device = self.devices[name]
        untouched = device.candidate is device.running
        device.running = _with_more(device.running)
        if follows and untouched:
            device.candidate = device.running

    def accept(self) -> None:
        """What another client has added belongs to both configurations, where it still is."""
        self.liars = frozenset()
        self._meddled = {n for n in self._meddled if self.devices[n].running.child("else")}
        for name in self._meddled:
            saved = fingerprint(self._states[name][1])
            old, new = (fingerprint(_with_more(each)) for each in self._states[name])
            self.wanted[name] = Wanted(old, new, new, saved)
        self._meddled.clear()


def _with_more(config: Element) -> Element:
    """As somebody else leaves it: with what is not citynet's to remove."""
    return replace(config, children=(*config.children, Element("urn:somebody", "else")))


def _truth(device: FakeDevice, now: float) -> Truth:
    waits = device.pending
    until = None if waits is None else max(0.0, waits.timer.when() - now)
    return Truth(fingerprint(device.running), fingerprint(device.kept), until)
