"""A fleet that reaches nothing: drivers in memory, through Nornir and its plugins as they are."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from msgspec.structs import replace

from citynet.deploy.driver import (
    Capability,
    Change,
    Confirm,
    MovedError,
    NotPendingError,
    Refusal,
    Refused,
    UnreachableError,
)
from citynet.fleet.target import Reachable
from citynet.lab.host import NodeAccess, SshJump
from citynet.pipeline import Prepared
from citynet.render.artifact import Artifact


@dataclass
class World:
    """What the devices of a test run, and how they misbehave.

    `silent_from`: device -> the call from which on it is away. `slow`: device -> the seconds that
    its commit takes. `until`: device -> when its timer goes off, where `timed`. `deaf`: device ->
    how many times it does not hear that its timer is started again. `edited`: device -> the call
    before which another has changed what it runs, `edits` times. `unsaved`: run what they should,
    and do not boot it. `unheard`: confirm, and lose the session before they say so.
    """

    running: dict[str, dict[str, str]] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    silent_from: dict[str, str] = field(default_factory=dict)
    refusing: dict[str, Refusal] = field(default_factory=dict)
    lost_in_commit: set[str] = field(default_factory=set)
    lost_in_confirm: set[str] = field(default_factory=set)
    unconfirming: set[str] = field(default_factory=set)
    waiting: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    timed: bool = False
    slow: dict[str, float] = field(default_factory=dict)
    until: dict[str, float] = field(default_factory=dict)
    deaf: dict[str, int] = field(default_factory=dict)
    edited: dict[str, str] = field(default_factory=dict)
    edits: int = 1
    unsaved: set[str] = field(default_factory=set)
    unheard: set[str] = field(default_factory=set)


class MemoryDriver:
    """A `Driver` whose device is a dictionary."""

    def __init__(self, world: World, target: Reachable) -> None:
        self._world = world
        self._name = target.name
        self._staged: Artifact | None = None

    @property
    def capabilities(self) -> frozenset[Capability]:
        alone = self._name in self._world.unconfirming
        return frozenset() if alone else frozenset({Capability.CONFIRMED_COMMIT})

    def _called(self, what: str) -> None:
        self._world.calls.append((self._name, what))
        if self._world.silent_from.get(self._name) == what:
            self._world.away.add(self._name)
        if self._world.edited.get(self._name) == what:
            self._world.edits -= 1
            if not self._world.edits:
                del self._world.edited[self._name]
            self._world.running[self._name]["by hand"] = "another"
        if self._name in self._world.away:
            raise UnreachableError(f"{self._name}: no route to host")

    def lock(self, owner: str) -> None:
        self._called("lock")

    def unlock(self) -> None:
        self._world.calls.append((self._name, "unlock"))

    def read(self) -> Mapping[str, str]:
        self._called("read")
        return self._world.running.get(self._name, {})

    def stage(self, artifact: Artifact, *, additive: bool = False) -> Change:
        self._called("add" if additive else "stage")
        self._staged = artifact
        same = self._world.running.get(self._name) == artifact.files
        same = same and self._name not in self._world.unsaved
        return Change(self._name, "" if same else "+ something", 0 if same else 1, 0)

    def validate(self) -> None:
        self._called("validate")
        if self._name in self._world.refusing:
            raise Refused(self._name, [self._world.refusing[self._name]])

    def commit(self, confirm: Confirm | None = None) -> None:
        self._called("commit")
        if self._name in self._world.lost_in_commit:
            raise UnreachableError(f"{self._name}: the session was lost")
        assert self._staged is not None
        time.sleep(self._world.slow.get(self._name, 0.0))
        if confirm is not None:
            self._world.until[self._name] = time.monotonic() + confirm.within
            before = self._world.running.get(self._name, {})
            self._world.waiting[self._name] = (confirm.run, before)
        self._world.running[self._name] = dict(self._staged.files)

    def fingerprint(self, *, last: bool = False) -> str:
        self._called("read")
        return self._mark()

    def probe(self) -> None:
        self._called("probe")

    def extend(self, confirm: Confirm, runs: str = "") -> None:
        self._called("compare" if runs else "extend")
        if self._world.deaf.get(self._name, 0):
            self._world.deaf[self._name] -= 1
            raise UnreachableError(f"{self._name}: the session was lost")
        self._waits(confirm.run)
        self._world.until[self._name] = time.monotonic() + confirm.within
        self._compare(runs)

    def _compare(self, runs: str) -> None:
        if runs and runs != self._mark():
            raise MovedError(f"{self._name} runs something else: by hand")

    def _mark(self) -> str:
        return repr(sorted(self._world.running.get(self._name, {}).items()))

    def _waits(self, run: str) -> dict[str, str]:
        world = self._world
        if world.timed and time.monotonic() >= world.until.get(self._name, inf):
            world.until[self._name] = inf
            _, world.running[self._name] = world.waiting.pop(self._name)
        name, before = world.waiting.get(self._name, ("", {}))
        if name != run:
            raise NotPendingError(f"{self._name}: nothing waits as {run}")
        return before

    def confirm(self, run: str, runs: str = "") -> None:
        self._called("confirm")
        self._waits(run)
        if self._name in self._world.lost_in_confirm:
            self._world.lost_in_confirm.discard(self._name)
            raise UnreachableError(f"{self._name}: the session was lost")
        del self._world.waiting[self._name]
        self._world.unsaved.discard(self._name)
        if self._name in self._world.unheard:
            self._world.unheard.discard(self._name)
            raise UnreachableError(f"{self._name}: the session was lost")
        self._compare(runs)

    def roll_back(self, run: str) -> None:
        self._called("roll back")
        self._world.running[self._name] = self._waits(run)
        del self._world.waiting[self._name]

    def close(self) -> None:
        self._world.calls.append((self._name, "close"))


@dataclass(frozen=True)
class Anywhere:
    """Access to every device of a city that is never used."""

    nodes: Mapping[str, NodeAccess]
    jump: SshJump | None = None


def reach(prepared: Prepared) -> Anywhere:
    access = NodeAccess("192.0.2.1", 22, "root", Path("key"), Path("known"))
    return Anywhere(dict.fromkeys(prepared.facts, access))


def with_world(prepared: Prepared, world: World) -> Prepared:
    """The same city, its platforms driven in memory; the world is found by the class's module."""
    WORLDS[prepared.name] = world
    platforms = {
        name: replace(platform, driver="tests.deploy.fakes:driver")
        for name, platform in prepared.house.platforms.items()
    }
    return replace(prepared, house=replace(prepared.house, platforms=platforms))


WORLDS: dict[str, World] = {}


def driver(target: Reachable) -> MemoryDriver:
    """What the platforms of `with_world` name."""
    return MemoryDriver(WORLDS["demo"], target)
