"""Twins on loopback: sysrepo with a vendor's modules behind NETCONF, one process a device."""

import asyncio
import os
import shutil
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from citynet.deploy.driver import UnreachableError
from citynet.fleet.target import Target
from citynet.house import open_house
from citynet.lab.build import Builder
from citynet.lab.host import NodeAccess
from citynet.lab.keys import known_host
from citynet.lab.paths import paths
from citynet.lab.progress import Silent
from citynet.lab.vm import free_port
from citynet.netconf import rpc
from citynet.netconf.datastore import PENDING
from citynet.netconf.session import NetconfSession, Timeouts, open_session
from citynet.netconf.tree import digest, node
from citynet.pipeline import prepare, render
from citynet.twin.run import ADDRESS, Options, TwinFiles, command, running
from citynet.twin.run import prepare as twin_files
from citynet.xml import Element, parse_document
from tests.campaign.case import Case, Fault, Kind
from tests.campaign.city import Shape, shape, write_city
from tests.campaign.door import Door
from tests.campaign.real import RealStage, later
from tests.campaign.stage import Rival
from tests.campaign.truth import Truth, Wanted
from tests.speed import seconds
from tests.twin.twins import started
from tests.yang.models import MODELS

PLATFORM = "huawei_vrp"
TIMES = Timeouts(15.0, 15.0, 15.0)
TIMEOUT = 5.0
LAG = 0.05
FULL = "/dev/full"
KEPT = "startup.xml"
UNTOLD = 0.0
"""That a commit waits a twin tells, and not how long: every time that a report names is taken."""


class Loop:
    """An event loop in a thread of its own, for doors."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def do(self, act: Callable[[], object]) -> None:
        async def done() -> None:
            act()

        self.run(done())

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)


def of_data(data: Element) -> str:
    """A configuration's digest, however it was read."""
    return digest(node(Element(rpc.BASE, "data", children=data.children), frozenset()))


def of_file(text: bytes) -> str:
    return of_data(parse_document(b"<data>" + text + b"</data>"))


class TwinDevice:
    """One twin behind a door. `login` is without the door: for who asks what is true."""

    def __init__(self, name: str, files: TwinFiles, port: int, loop: Loop) -> None:
        self.name = name
        self._files = files
        self._loop = loop
        self.login = NodeAccess(ADDRESS, port, "root", files.key, files.known_hosts)
        self._argv = _argv(files, port)
        self._process = ExitStack()
        self._pid = 0
        self._over = False
        self._lock = threading.RLock()
        self._somebody: NetconfSession | None = None
        self._full = False
        self.door = Door(port)
        self.start()
        loop.run(self.door.open())

    def access(self) -> NodeAccess:
        """Through the door."""
        public = (self._files.folder / "host_key.pub").read_text(encoding="ascii").strip()
        known = self._files.folder / "known_hosts.door"
        known.write_text(known_host(ADDRESS, self.door.port, public))
        return NodeAccess(ADDRESS, self.door.port, "root", self._files.key, known)

    # -- its process ------------------------------------------------------------------------

    def start(self) -> None:
        """Its power is there again."""
        with self._lock:
            if not self._pid and not self._over:
                process = running(self._argv, self._files.folder / "log")
                self._pid = self._process.enter_context(process).pid

    def off(self) -> None:
        with self._lock:
            if self._pid:
                os.kill(self._pid, signal.SIGKILL)
                self._process.close()
            self._pid = 0

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):  # without the lock: who holds it may wait for this
            if self._pid:
                os.kill(self._pid, number)

    def close(self) -> None:
        self.calm()
        self._loop.do(self.door.close)
        with self._lock:
            self._over = True
            self.off()

    # -- what happens -----------------------------------------------------------------------

    def happens(self, fault: Fault) -> None:
        seconds, door, do = fault.seconds, self.door, self._loop.do
        match fault.kind:
            case Kind.POWER:
                self.off()
                later(seconds, self.start)
            case Kind.SLOW:
                self._signal(signal.SIGSTOP)
                later(seconds, lambda: self._signal(signal.SIGCONT))
            case Kind.FULL:
                self._fill()
                later(seconds + 4.0, self._empty)
            case Kind.LOCKED:
                self._hold(rpc.CANDIDATE if fault.after else rpc.RUNNING)
                later(seconds + 1.0, self._let_go)
            case Kind.SESSION:
                do(door.cut)
            case Kind.HALF:
                do(lambda: door.half(seconds + 2.0))
            case Kind.SERVER:
                do(lambda: door.shut(seconds))
            case Kind.DROPPED:
                do(lambda: door.hold(seconds))
            case Kind.DELAYED:
                do(lambda: door.lag(LAG * seconds))
            case _:
                raise AssertionError(fault)

    def _fill(self) -> None:
        """What it would keep is written to a place that is always full."""
        self._full = True
        self._fill_again()

    def _fill_again(self) -> None:
        if self._full:
            with suppress(FileExistsError):
                (self._files.folder / "state" / f"{KEPT}.new").symlink_to(FULL)
            later(0.02, self._fill_again)

    def _empty(self) -> None:
        self._full = False
        link = self._files.folder / "state" / f"{KEPT}.new"
        if link.is_symlink():
            link.unlink(missing_ok=True)

    def _hold(self, store: str) -> None:
        self._somebody = open_session(self.name, self.login, None, TIMES)
        assert not self._somebody.call(rpc.lock(store))[0].errors

    def _let_go(self) -> None:
        somebody, self._somebody = self._somebody, None
        if somebody is not None:
            somebody.close()

    def calm(self) -> None:
        self._loop.do(self.door.calm)
        self._signal(signal.SIGCONT)
        self._empty()
        self._let_go()
        self.start()

    # -- the truth --------------------------------------------------------------------------

    def truth(self) -> Truth:
        with self._lock:
            kept = of_file((self._files.folder / "state" / KEPT).read_bytes())
            if not self._pid:
                return Truth(kept, kept)
            with open_session(self.name, self.login, None, TIMES) as session:
                now, lock = session.call(rpc.get(rpc.RUNNING), rpc.lock(rpc.RUNNING))
            data = parse_document(now.text.encode()).child("data")
            assert data is not None, now
            waits = any(PENDING.search(each.message) for each in lock.errors)
            return Truth(of_data(data), kept, UNTOLD if waits else None)


def _argv(files: TwinFiles, port: int) -> list[str]:
    models = open_house().platforms[PLATFORM].models
    assert models is not None
    return command(Builder(paths(os.environ), Silent()), models, MODELS, files, Options(port))


# -- what they run before and after -----------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """A device's two configurations, and the file that it starts with before."""

    wanted: Wanted
    startup: bytes


@cache
def reference(made: Shape) -> Mapping[str, Known]:
    """Learned by configuring twins once, without the transaction."""
    with TemporaryDirectory(prefix="campaign-") as folder:
        here = Path(folder)
        old = prepare(write_city(here / "old", made, new=False))
        new = prepare(write_city(here / "new", made, new=True))
        before, after = render(old), render(new)
        found = {}
        for name in made.names:
            with started(PLATFORM, here / name) as twin:
                login = NodeAccess(
                    ADDRESS, twin.port, "root", twin.files.key, twin.files.known_hosts
                )
                platform = old.house.platforms[PLATFORM]
                kept = here / name / "state" / KEPT
                texts = []
                for artifact in (before[name], after[name]):
                    driver = Target(name, platform, login, None).driver()
                    driver.lock("the campaign's reference")
                    if driver.stage(artifact):
                        driver.commit()
                    driver.close()
                    texts.append(kept.read_bytes())
            found[name] = Known(Wanted(of_file(texts[0]), of_file(texts[1])), texts[0])
    return found


@contextmanager
def twin_stage(case: Case, folder: Path, rival: Rival) -> Iterator[RealStage]:
    """The twins of a case, running what they ran before the change."""
    known = reference(shape(case))
    loop = Loop()
    devices: dict[str, TwinDevice] = {}
    try:
        for name, each in known.items():
            port = free_port()
            files = twin_files(folder / name, Options(port))
            (folder / name / "state" / KEPT).write_bytes(each.startup)
            devices[name] = TwinDevice(name, files, port, loop)
        yield RealStage(
            devices=devices,
            logins={name: device.access() for name, device in devices.items()},
            wanted={name: each.wanted for name, each in known.items()},
            armed=list(case.faults),
            rival=rival,
            clock=folder / "clock",
            timeout=seconds(TIMEOUT),
        )
    finally:
        for device in devices.values():
            with suppress(UnreachableError):
                device.close()
        loop.end()
        for name in devices:
            shutil.rmtree(folder / name, ignore_errors=True)
