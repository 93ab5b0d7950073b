"""A device behind a driver: its session, its locks and its datastores.

What is known of a session is forgotten with it. A session that was lost may live on at the
device and hold our locks: the next one ends it when it is in the way, also that of another
object, which finds its number in the target's notes.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b
from typing import Protocol

from citynet.deploy.driver import SOON, DeviceError, NotPendingError, Refused
from citynet.deploy.mark import MARK, STAGED, Mark
from citynet.fleet.jump import Tunnel
from citynet.lab.host import NodeAccess
from citynet.netconf import rpc
from citynet.netconf.datastore import (
    Content,
    Unended,
    content,
    denied,
    holder,
    named,
    uncommitted,
)
from citynet.netconf.errors import plain
from citynet.netconf.lost import Login, is_ours, wait_for_its_end
from citynet.netconf.profile import Profile
from citynet.netconf.reply import Reply, RpcError
from citynet.netconf.session import NetconfSession, Operation, Timeouts, open_session
from citynet.netconf.tree import digest

STORES = (rpc.CANDIDATE, rpc.RUNNING)
YUMA = "http://netconfcentral.org/ns/yuma-ncx"
"""What netconfd says of itself in its hello."""


ALONE = "netconf extends by persist alone"
"""The note that a device takes no `persist-id` where a commit is to wait longer."""
LEFT = "netconf session"
"""The note that says which session was ours; it may have been lost on the way, and live on."""
REMEMBERED = 3
"""Configurations of a device: the old one, the new one, and what is saved."""
_NUMBER = re.compile(r"""\smessage-id\s*=\s*("[^"]*"|'[^']*')""")
_HEAD = 1024


def _said(text: str) -> bytes:
    """The same for the same answer to another request."""
    head = _NUMBER.sub("", text[:_HEAD], count=1)
    return blake2b(f"{head}{text[_HEAD:]}".encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Taken:
    """Datastores as they were read; `saved` is None where what is saved is no datastore.

    `others`: the candidate has changes that are not of this session. `hindered`: why what is saved
    could not be locked.
    """

    running: Content
    candidate: Content
    saved: Content | None = None
    others: bool = False
    hindered: Refused | None = None


class Target(Protocol):
    """The device: its name and how to log in to it. `citynet.fleet.target.Target` is one."""

    @property
    def name(self) -> str:
        """The device's name."""
        ...

    @property
    def access(self) -> NodeAccess:
        """How to log in to it."""
        ...

    @property
    def tunnel(self) -> Tunnel | None:
        """The way through the lab's host, where there is one."""
        ...

    @property
    def notes(self) -> dict[str, object]:
        """What one driver of this device leaves to the next."""
        ...


class Device:
    """One session at a time, made when it is needed. `dirty`: the candidate has our changes.

    `waits_here`: this session may have a commit that waits, which is no reason for a device to
    refuse it a lock.
    """

    def __init__(self, target: Target, profile: Profile, timeouts: Timeouts) -> None:
        self.name = target.name
        self.dirty = False
        self.waits_here = False
        self._locked: tuple[str, ...] = ()
        self._target = target
        self._profile = profile
        self._timeouts = timeouts
        self._session: NetconfSession | None = None
        self._login = Login("", 0.0)
        self._lost: Login | None = None
        self._unended: Unended | None = None
        self._known: dict[bytes, Content] = {}

    @property
    def number(self) -> str:
        """The session's number at the device; empty where there is no session."""
        return self._session.id if self._session and not self._session.closed else ""

    @property
    def locked(self) -> tuple[str, ...]:
        """The datastores that this session holds; a session that was lost holds none."""
        return self._locked if self.number else ()

    @property
    def session(self) -> NetconfSession:
        """The session, a new one where there is none or it was lost. Raises `UnreachableError`."""
        if self._session is None or self._session.closed:
            self._leave()
            self._locked, self.dirty, self.waits_here = (), False, False
            self._session = self.login()
            self._login = Login(self._session.id, time.monotonic())
            left = self._target.notes.pop(LEFT, None)
            self._lost = left if isinstance(left, Login) else None
        return self._session

    def _leave(self) -> None:
        """Note which session was ours, for whoever comes next."""
        if self._session is not None:
            self._target.notes[LEFT] = self._login

    @property
    def notes(self) -> dict[str, object]:
        """What one driver of this device leaves to the next, and to the report."""
        return self._target.notes

    def login(self) -> NetconfSession:
        """A session of its own. Raises `UnreachableError`."""
        return open_session(self.name, self._target.access, self._target.tunnel, self._timeouts)

    def can(self, capability: str) -> bool:
        """Whether its hello has it: `:validate`."""
        return self.session.can(capability)

    @property
    def validating_spoils(self) -> bool:
        """Whether a commit does nothing, and says `ok`, once the candidate has been validated.

        netconfd 2.13 forgets at a validate what has changed.
        """
        return any(each.startswith(YUMA) for each in self.session.capabilities)

    def need_candidate(self) -> None:
        """Raise `DeviceError` for a device that is changed directly."""
        if not self.can(":candidate"):
            raise DeviceError(
                f"{self.name}: it has no candidate datastore (:candidate), and what runs is not "
                "changed without one"
            )

    def ask(self, *operations: Operation, change: bool = False, soon: bool = False) -> list[Reply]:
        """The answers in order, in one round trip if the device can.

        `change`: with the time that changing something may take; `soon`: no more than `SOON`.
        """
        session = self.session
        seconds = self._timeouts.change if change else self._timeouts.answer
        send = partial(session.call, timeout=min(seconds, SOON) if soon else seconds)
        if self._profile.pipelining:
            return send(*operations)
        return [reply for operation in operations for reply in send(operation)]

    def content(self, reply: Reply) -> Content:
        """What a get-config answered. Raises `DeviceError`.

        In a transaction a device says the same again and again: what runs is asked before and
        after each step. Of what it said last nothing is taken apart twice.
        """
        if reply.errors:
            return content(self.name, reply, self._profile)  # raises
        said = _said(reply.text)
        found = self._known.pop(said, None) or content(self.name, reply, self._profile)
        self._known[said] = found
        for oldest in list(self._known)[:-REMEMBERED]:
            del self._known[oldest]
        return found

    def running(self, *, soon: bool = False) -> Content:
        """What runs now."""
        return self.content(self.ask(rpc.get(rpc.RUNNING), soon=soon)[0])

    @property
    def extends_alone(self) -> bool:
        """Whether it has been seen to start timers again by `persist` alone."""
        return self._target.notes.get(ALONE) is True

    @extends_alone.setter
    def extends_alone(self, seen: bool) -> None:
        self._target.notes[ALONE] = seen

    # -- locks ------------------------------------------------------------------------------

    def take(self, *stores: str) -> Taken:
        """Lock datastores and give what they hold. Raises `Refused` for a lock of others.

        A candidate with changes that are not of this session is not locked; what was last staged
        here is discarded. What is not ours to discard, and a lock of what is saved, hinder no
        reading: `Taken` has them, for who is to stage.
        """
        missing = [store for store in stores if store not in self.locked]
        locks, taken = self._locking(missing, saved=True)
        if self._left(taken) and self._staged_here(taken.candidate.digest):
            [reply] = self.ask(rpc.discard())
            if not reply.errors:
                self.release()
                missing = list(stores)
                locks, taken = self._locking(missing, saved=True)
        others = self._left(taken)
        hindered = None
        for store, reply in zip(missing, locks, strict=False):
            held = bool(named(self.session, reply.errors))
            if not reply.errors or (store == rpc.CANDIDATE and others and not held):
                continue
            hindered = self.denied(store, reply)
            if store != rpc.STARTUP:
                self.release()
                raise hindered
        if others and rpc.CANDIDATE in self.locked:
            self.ask(*self.unlocking(rpc.CANDIDATE))
        return replace(taken, others=others, hindered=hindered)

    def _staged_here(self, candidate: bytes) -> bool:
        """Whether a candidate is to the letter what we staged last, in this process or before."""
        mark = self.notes.get(MARK)
        earlier = isinstance(mark, Mark) and mark.fits(candidate)
        return earlier or candidate == self.notes.get(STAGED)

    def _left(self, taken: Taken) -> bool:
        """Whether the candidate has changes that are not of this session."""
        return taken.running.digest != taken.candidate.digest and not self.dirty

    def _locking(self, stores: list[str], *, saved: bool = False) -> tuple[list[Reply], Taken]:
        """Ask for locks and configurations; our own lost session does not stay in the way."""
        saved = saved and self.can(":startup")
        for again in (True, False):
            reads = (rpc.RUNNING, rpc.CANDIDATE, *((rpc.STARTUP,) if saved else ()))
            replies = self.ask(*map(rpc.lock, stores), *map(rpc.get, reads))
            locks, read = replies[: len(stores)], replies[len(stores) :]
            given = tuple(s for s, reply in zip(stores, locks, strict=True) if not reply.errors)
            self._locked += given
            refusals = [reply.errors for reply in locks if reply.errors]
            if not (again and any(self.end_lost(errors) for errors in refusals)):
                break
            self.release()
        running, candidate = map(self.content, read[:2])
        kept = self.content(read[2]) if saved and not read[2].errors else None
        return locks, Taken(running, candidate, kept)

    def end_lost(self, errors: Sequence[RpcError]) -> bool:
        """End the session of ours that was lost on the way, if it is what these errors are of.

        It is asked for once: a device that gives no right to it would not give it the next time.
        """
        lost = self._lost
        if lost is None or not is_ours(
            lost, self._login, self.session, named(self.session, errors)
        ):
            return False
        self._lost = None
        [reply] = self.ask(rpc.kill(lost.number))
        if reply.errors:
            self._unended = Unended(lost.number, plain(reply.errors))
            return False
        wait_for_its_end(self.session, lost.number)
        return True

    def denied(self, store: str, reply: Reply) -> Refused:
        """Why a lock was not given, as far as it tells."""
        return denied(self.name, self.session, store, reply, self._unended)

    def release(self) -> None:
        """Discard our changes of the candidate, and let go of all locks."""
        session, locked, dirty = self._session, self.locked, self.dirty
        self._locked, self.dirty = (), False
        if session is None or session.closed:
            return
        steps = [rpc.discard()] if dirty else []
        steps += [rpc.unlock(store) for store in reversed(locked)]
        if steps and any(reply.errors for reply in self.ask(*steps)):
            session.drop()  # which lets go of every lock

    def forget_candidate(self) -> None:
        """Make the candidate what runs: it is what we have committed, and something else runs."""
        if rpc.CANDIDATE in self.locked:
            self.ask(rpc.discard())

    def unlocking(self, store: str) -> list[Operation]:
        """The request that lets go of a lock, if we have it; to be sent at once."""
        if store not in self.locked:
            return []
        self._locked = tuple(each for each in self.locked if each != store)
        return [rpc.unlock(store)]

    # -- a commit that waits ----------------------------------------------------------------

    def guard(self, run: str, runs: str = "") -> bool:
        """Make sure that committing the candidate again commits nothing new.

        `runs` is the fingerprint of what was committed, where that is known: what runs may be
        another, the candidate not. True where it was locked for that. Raises `Refused` for
        changes of others, `NotPendingError` where they are left of a commit whose time ran
        out.
        """
        if rpc.CANDIDATE in self.locked:
            return False
        [lock], taken = self._locking([rpc.CANDIDATE])
        if holder(lock.errors) not in ("", self.number):
            raise self.denied(rpc.CANDIDATE, lock)
        candidate = taken.candidate
        if taken.running.digest != candidate.digest and digest(candidate.tree) != runs:
            self.release()
            if self.nothing_waits():
                raise NotPendingError(f"{self.name}: no commit waits as {run}")
            raise uncommitted(self.name, taken.running, taken.candidate, self._profile)
        return rpc.CANDIDATE in self.locked

    def nothing_waits(self) -> bool:
        """Whether it is known that no commit waits for its confirmation.

        What runs cannot be locked while a confirmed commit of another session waits (RFC 6241,
        section 7.5): our lock of it says so, or that of another session which asks for it. Our own
        is let go of where it would be in the way.
        """
        if rpc.RUNNING in self.locked:
            if not self.waits_here:
                return True
            self.release()
        other = self.login()
        try:
            [reply] = other.call(rpc.lock(rpc.RUNNING))
        finally:
            other.close()
        if not reply.errors:
            self.waits_here = False
        return not reply.errors

    def close(self) -> None:
        """Leave the candidate as it was found, and end the session."""
        try:
            self.release()
        except DeviceError:
            pass
        finally:
            self._leave()
            session, self._session = self._session, None
            if session is not None:
                session.close()
