"""The device behind the fake server: datastores, locks and a commit that waits.

All of it happens in the event loop's thread. `hook` is asked before and after every request;
what it answers happens (`tests.netconf.fake.faults`).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from citynet.netconf.reply import RpcError
from citynet.xml import Element, parse_document
from tests.netconf.fake.faults import Fault
from tests.netconf.fake.habits import Habit, named
from tests.netconf.fake.lies import Lies
from tests.netconf.fake.tree import BASE, EditError, merged

FAKE = "urn:citynet:fake"
"""A capability: no device, no models, nothing is forwarded."""
CAPABILITY = "urn:ietf:params:netconf:capability:"
CAPABILITIES = (
    "urn:ietf:params:netconf:base:1.0",
    "urn:ietf:params:netconf:base:1.1",
    f"{CAPABILITY}candidate:1.0",
    f"{CAPABILITY}confirmed-commit:1.1",
    f"{CAPABILITY}rollback-on-error:1.0",
    f"{CAPABILITY}validate:1.1",
    "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring",
    FAKE,
)
STARTUP = f"{CAPABILITY}startup:1.0"
SLOW = 0.3
"""Seconds until a session that was killed ends, where that takes its time."""
EMPTY = Element(BASE, "data")


@dataclass(frozen=True)
class Event:
    """A request of a session: `operation` is its name, but for the kinds of commit.

    These are `commit`, `commit confirmed`, `commit again` (extends) and `commit confirming`.
    `when` is `before` or `after`.
    """

    device: str
    session: int
    operation: str
    when: str


class Client(Protocol):
    """A session, to the device."""

    def abort(self) -> None:
        """Cut it."""


@dataclass
class Pending:
    """A commit that waits."""

    persist: str
    session: int
    before: Element
    timer: asyncio.TimerHandle


class RefusedError(Exception):
    """What the client is told."""

    def __init__(self, *errors: RpcError) -> None:
        self.errors = errors
        super().__init__(str(errors))


def _refuse(
    tag: str, message: str, *, app_tag: str = "", session: int | None = None
) -> RefusedError:
    info = () if session is None else (("session-id", str(session)),)
    return RefusedError(RpcError(tag, message, app_tag=app_tag, info=info))


@dataclass
class FakeDevice:
    """One device. `check` says what is wrong with a configuration; nothing, by default."""

    name: str = "r1"
    capabilities: tuple[str, ...] = CAPABILITIES
    habits: frozenset[Habit] = frozenset()
    running: Element = EMPTY
    kept: Element = EMPTY
    candidate: Element = EMPTY
    hook: Callable[[Event], Fault | None] = lambda _: None
    check: Callable[[Element], list[RpcError]] = lambda _: []
    port: int = 0
    locks: dict[str, int] = field(default_factory=dict)
    pending: Pending | None = None
    sessions: dict[int, Client] = field(default_factory=dict)
    users: dict[int, str] = field(default_factory=dict)
    logins: dict[int, datetime] = field(default_factory=dict)
    asked: list[Event] = field(default_factory=list)
    next_session: int = 0
    lies: Lies = field(default_factory=Lies)

    def load(self, config: str) -> None:
        """Run and keep this, as if somebody had come with a console."""
        self.running = Element(BASE, "data", children=parse_document(config.encode()).children)
        self.kept = self.candidate = self.running

    def joined(self, client: Client, user: str) -> int:
        self.next_session += 1
        self.sessions[self.next_session] = client
        self.users[self.next_session] = user
        self.logins[self.next_session] = datetime.now(UTC)
        return self.next_session

    def left(self, session: int) -> None:
        """Locks are let go of; a candidate that was locked is discarded (section 8.3.5.2)."""
        self.sessions.pop(session, None)
        self.users.pop(session, None)
        if self.locks.get("candidate") == session:
            self.candidate = self.running
        self.locks = {store: holder for store, holder in self.locks.items() if holder != session}

    def end(self, session: int) -> None:
        """End a session, at once or soon."""
        if Habit.SLOW_KILL in self.habits:
            asyncio.get_running_loop().call_later(SLOW, self._end, session)
        else:
            self._end(session)

    def _end(self, session: int) -> None:
        client = self.sessions.get(session)
        self.left(session)
        if client is not None:
            client.abort()

    def restart(self) -> None:
        clients = list(self.sessions.values())
        self._forget()
        self.running = self.candidate = self.kept
        self.locks.clear()
        for client in clients:
            client.abort()

    def killed(self) -> None:
        """The server is killed and starts again; what is staged stays where habits say so."""
        clients = list(self.sessions.values())
        staged = self.candidate
        for number in list(self.sessions):
            self.left(number)
        self.locks.clear()
        if Habit.KEPT in self.habits:
            self.candidate = staged
            self.revert()
        for client in clients:
            client.abort()

    def _forget(self) -> None:
        if self.pending is not None:
            self.pending.timer.cancel()
        self.pending = None

    # -- operations -------------------------------------------------------------------------

    def lock(self, session: int, store: str) -> None:
        holder = self.locks.get(store)
        if holder is not None:
            said = named(self.habits, holder, session)
            raise _refuse("lock-denied", f"{store} is locked", session=said)
        waits = self.pending
        if store == "running" and waits is not None and self._waits_for_others(waits, session):
            said = named(self.habits, waits.session, session, waits=True)
            raise _refuse("lock-denied", "a confirmed commit waits", session=said)
        changed = self.candidate is not self.running and Habit.LOCKS_ALL not in self.habits
        if store == "candidate" and changed:
            raise _refuse("lock-denied", "the candidate has been changed", session=0)
        self.locks[store] = session

    def _waits_for_others(self, waits: Pending, session: int) -> bool:
        """Whether what waits keeps this session from the lock."""
        return waits.session != session or Habit.ALONE in self.habits

    def unlock(self, session: int, store: str) -> None:
        if self.locks.get(store) != session:
            raise _refuse("operation-failed", f"{store} is not locked by this session")
        del self.locks[store]

    def _free(self, session: int, *stores: str) -> None:
        for store in stores:
            if self.locks.get(store, session) != session:
                raise _refuse("in-use", f"{store} is locked")

    def edit(self, session: int, config: Element, default: str) -> None:
        self._free(session, "candidate")
        old = () if default == "replace" else self.candidate.children
        try:
            children = merged(old, config.children, "merge" if default == "replace" else default)
        except EditError as error:
            raise RefusedError(error.error) from error
        asked = Element(BASE, "data", children=children)
        self.candidate = self.lies.takes(self.candidate, asked)

    def discard(self, session: int) -> None:
        self._free(session, "candidate")
        self.candidate = self.running

    def validate(self, session: int) -> None:
        errors = self.check(self.candidate)
        if errors:
            raise RefusedError(*errors)

    def commit(
        self, session: int, *, confirmed: float | None, persist: str, persist_id: str
    ) -> None:
        self._free(session, "candidate", "running")
        self.validate(session)
        waits = self.pending
        if Habit.ALONE in self.habits and confirmed is not None:
            if persist_id:
                raise _refuse("invalid-value", "Persist ID given in confirmed commit rpc.")
            persist_id = persist if waits else ""
        if persist_id and (waits is None or waits.persist != persist_id):
            raise _refuse("invalid-value", "no commit waits under this persist-id")
        if waits is not None and waits.persist != persist_id:
            raise _refuse("in-use", "a confirmed commit waits", session=waits.session)
        before = waits.before if waits else self.running
        self._forget()
        follows = self.lies.runs(self.running, self.candidate)
        self.running, self.candidate = follows, follows
        if confirmed is None:
            if STARTUP not in self.capabilities:
                self.kept = self.running
            if persist_id and Habit.FAILS_LATE in self.habits:
                raise _refuse("operation-failed", "the candidate cannot be copied")
            return
        timer = asyncio.get_running_loop().call_later(confirmed, self.revert)
        self.pending = Pending(persist, session, before, timer)

    def save(self, session: int) -> None:
        """Keep what runs for the next start."""
        holder = self.locks.get("startup", session)
        if holder != session:
            said = named(self.habits, holder, session)
            raise _refuse("lock-denied", "startup is locked", session=said)
        self.kept = self.running

    def cancel(self, session: int, persist_id: str) -> None:
        if self.pending is None or self.pending.persist != persist_id:
            raise _refuse("invalid-value", "no commit waits under this persist-id")
        ran = self.running
        self.revert()
        left = self.lies.cancels(ran, self.running)
        if self.candidate is self.running:
            self.candidate = left
        self.running = left

    def revert(self) -> None:
        """Go back; a candidate that nobody has touched since the commit goes with it."""
        waits = self.pending
        self._forget()
        if waits is not None:
            untouched = self.candidate is self.running
            self.running = waits.before
            if untouched:
                self.candidate = self.running
