"""What a device is between its sessions and its datastores: locks, and commits that wait.

RFC 6241, sections 7.5, 7.6, 8.3 and 8.4. One thread calls it. Time is a monotonic clock's.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from . import keep
from .errors import RefusedError, RpcError, protocol_error
from .store import CANDIDATE, EVERYTHING, RUNNING, Store

LOG = logging.getLogger("twin")
DEFAULT_TIMEOUT = 600.0
"""Seconds that a confirmed commit waits where it does not say (RFC 6241, section 8.4.1)."""


@dataclass(frozen=True, slots=True)
class Commit:
    """What a `<commit>` asks for. `timeout` is in seconds; the ids are None where not said."""

    confirmed: bool = False
    timeout: float = DEFAULT_TIMEOUT
    persist: str | None = None
    persist_id: str | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A confirmed commit that waits: who gave it, and what runs again if nobody confirms."""

    session: int
    persist: str | None
    before: bytes
    deadline: float


class Device:
    """The twin's state. `alarm(deadline)` is called whenever the deadline changes; None stops it.

    Whoever calls with a session's number has checked that it is that session.
    """

    def __init__(
        self,
        store: Store,
        folder: Path,
        clock: Callable[[], float],
        alarm: Callable[[float | None], None],
    ) -> None:
        self.store = store
        self._folder = folder
        self._clock = clock
        self._alarm = alarm
        self._locks: dict[str, int] = {}
        self._changed = False
        self._pending: Pending | None = None
        self.runs = 0
        """Counts the configurations that have come to run."""

    @property
    def locks(self) -> dict[str, int]:
        """Who holds which datastore."""
        return dict(self._locks)

    def start(self) -> None:
        """Run what is kept. A commit that waited when the device went down is not in it."""
        config = keep.load(self._folder)
        if config:
            self.store.replace(RUNNING, config)
        self.runs += 1
        self.store.discard()

    def lock(self, session: int, target: str) -> None:
        """Take a datastore. Raises `RefusedError` with who has it."""
        holder = self._locks.get(target)
        if holder is not None:
            raise _denied(f"{target} is locked by session {holder}", holder)
        if target == CANDIDATE and self._changed:
            raise _denied("candidate has changes that are not committed", 0)
        waiting = self._pending
        if target == RUNNING and waiting and waiting.session != session:
            raise _denied("another session's confirmed commit waits", waiting.session)
        self._locks[target] = session

    def unlock(self, session: int, target: str) -> None:
        """Let go of a datastore; what was changed in a candidate and not committed is gone."""
        if self._locks.get(target) != session:
            raise protocol_error("operation-failed", f"this session has no lock on {target}")
        del self._locks[target]
        if target == CANDIDATE:
            self._discard()

    def edit(self, session: int, config: bytes, operation: str, test: str) -> None:
        """Change the candidate; `operation` is the default one, `replace` of everything."""
        self._free(session, CANDIDATE)
        if operation != "replace":
            self.store.edit(config, operation, test)
        else:
            self._edit_all(config, test)
        self._changed = self._changed or test != "test-only"

    def _edit_all(self, config: bytes, test: str) -> None:
        before = self.store.get(CANDIDATE, EVERYTHING)
        try:
            self.store.replace(CANDIDATE, b"")
            self.store.edit(config, "merge", "set")
            if test != "set":
                self.store.validate(CANDIDATE)
        except RefusedError:
            self._restore_candidate(before)
            raise
        if test == "test-only":
            self._restore_candidate(before)

    def _restore_candidate(self, before: bytes) -> None:
        if self._changed:
            self.store.replace(CANDIDATE, before)
        else:
            self.store.discard()

    def copy(self, session: int, config: bytes) -> None:
        """The whole of the candidate from a configuration in a request or a datastore."""
        self._free(session, CANDIDATE)
        self._edit_all(config, "set")
        self._changed = True

    def discard(self, session: int) -> None:
        """The candidate is again what runs."""
        self._free(session, CANDIDATE)
        self._discard()

    def _discard(self) -> None:
        self.store.discard()
        self._changed = False

    def commit(self, session: int, asked: Commit) -> None:
        """Run the candidate, for good or until the time is up. Raises `RefusedError`."""
        self._free(session, CANDIDATE)
        self._free(session, RUNNING)
        waiting = self._own(session, asked.persist_id)
        before = self.store.get(RUNNING, EVERYTHING)
        candidate = self.store.get(CANDIDATE, EVERYTHING) if self._changed else None
        self.store.commit()
        self.runs += 1
        if asked.confirmed:
            self._wait(session, asked, waiting, before)
        else:
            self._keep(before, candidate)
            self._settled()
        self._changed = False

    def _wait(self, session: int, asked: Commit, waiting: Pending | None, before: bytes) -> None:
        deadline = self._clock() + asked.timeout
        if waiting is None:
            self._pending = Pending(session, asked.persist, before, deadline)
        else:
            persist = asked.persist or waiting.persist
            self._pending = replace(waiting, session=session, persist=persist, deadline=deadline)
        self._alarm(deadline)
        LOG.info("a confirmed commit of session %d waits for %g s", session, asked.timeout)

    def _keep(self, before: bytes, candidate: bytes | None) -> None:
        """Keep what runs now; where the disk does not take it, nothing has happened."""
        try:
            keep.save(self._folder, self.store.get(RUNNING, EVERYTHING))
        except OSError as error:
            self.store.replace(RUNNING, before)
            self.runs += 1
            self.store.discard()
            if candidate is not None:
                self.store.replace(CANDIDATE, candidate)
            words = f"cannot be kept: {error.strerror}; nothing was committed"
            raise RefusedError(RpcError("resource-denied", words)) from error

    def cancel(self, session: int, persist_id: str | None) -> None:
        """Go back at once from a confirmed commit that waits."""
        if self._own(session, persist_id) is None:
            raise protocol_error("operation-failed", "no confirmed commit waits")
        self._revert("was cancelled")

    def expire(self) -> None:
        """The alarm rang: go back, unless the deadline has moved meanwhile."""
        waiting = self._pending
        if waiting is None:
            return
        if waiting.deadline > self._clock():
            self._alarm(waiting.deadline)
            return
        self._revert("was not confirmed in time")

    def ended(self, session: int) -> None:
        """A session is over, however it ended: its locks go, and its commit if it was its own."""
        waiting = self._pending
        if waiting and waiting.persist is None and waiting.session == session:
            self._revert("lost its session")
        if self._locks.get(CANDIDATE) == session:
            self._discard()
        self._locks = {name: holder for name, holder in self._locks.items() if holder != session}

    def _own(self, session: int, persist_id: str | None) -> Pending | None:
        """The commit that waits, if this session may settle it. Raises `RefusedError`."""
        waiting = self._pending
        if waiting is None:
            if persist_id is not None:
                raise protocol_error("invalid-value", "no confirmed commit waits under this id")
            return None
        if waiting.persist is None:
            if persist_id is not None:
                raise protocol_error("invalid-value", "the commit that waits has no id")
            if waiting.session != session:
                raise protocol_error("in-use", "another session's confirmed commit waits")
        elif persist_id is None:
            raise protocol_error("in-use", "a confirmed commit waits and wants its persist-id")
        elif persist_id != waiting.persist:
            raise protocol_error("invalid-value", "the commit that waits has another id")
        return waiting

    def _settled(self) -> None:
        self._pending = None
        self._alarm(None)

    def _revert(self, why: str) -> None:
        waiting = self._pending
        if waiting is None:
            return
        self.store.replace(RUNNING, waiting.before)
        self.runs += 1
        self._settled()
        LOG.info("the confirmed commit of session %d %s: reverted", waiting.session, why)

    def _free(self, session: int, target: str) -> None:
        holder = self._locks.get(target, session)
        if holder != session:
            raise protocol_error("in-use", f"{target} is locked by session {holder}")


def _denied(words: str, holder: int) -> RefusedError:
    return protocol_error("lock-denied", words, session_id=str(holder))
