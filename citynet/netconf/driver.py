"""A `Driver` for any device that speaks NETCONF 1.0 or 1.1 with a candidate datastore.

A platform uses it by naming a profile (`citynet.netconf.profile`), in its own folder::

    # plugins/acme_os/driver.py
    from citynet.netconf.driver import NetconfDriver
    from citynet.netconf.profile import Owned, Profile

    PROFILE = Profile("acme_os", owned=(Owned("/interfaces/interface[name]", kept="mgmt0"),))

    class AcmeDriver(NetconfDriver):
        profile = PROFILE

and in its `Platform`: `driver=".driver:AcmeDriver"`, `port=830`. Its artifact is one file,
`config.xml`, the payload of an edit-config (`citynet.render.xml.config`).

What is asked of the device, in round trips (the count of a step is what it costs at a distance;
requests that may fail independently share one):

==============  ====  ===========================================================================
logging in      9-10  TCP, SSH, hello
lock               1  lock candidate, lock running, get-config of both
stage              1  edit-config of the candidate, get-config of it (as wanted?); none where
                      nothing differs; 1 more where defaults have to be known from differences
validate           1  validate
commit             2  get-config running (as staged?); commit confirmed, get-config (as staged, or
                      else as wanted?)
probe           10-11  a new session, one get-config that selects nothing
extend             1  get-config running (as committed?), commit confirmed with persist-id
confirm            1  get-config running (as committed?), commit with persist-id, get-config; 3
                      in another session than that of the commit
roll_back          1  get-config, cancel-commit, get-config of both; 1 more to discard leftovers,
                      2 more where it went back only in part
fingerprint        1  get-config running; none of what stage or commit has just read
unlock             1  discard-changes, unlock both
==============  ====  ===========================================================================

A confirmed commit commits the candidate again, whoever changed it: `confirm` and `extend` in
another session than the commit's own refuse when it is no longer what runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import uuid4

from citynet.deploy.driver import (
    Capability,
    Change,
    Confirm,
    DeviceError,
    MovedError,
    NotPendingError,
    Refusal,
    Refused,
)
from citynet.deploy.mark import STAGED
from citynet.netconf import rpc, waiting
from citynet.netconf.back import Ran, all_back, moved, take_back
from citynet.netconf.datastore import BUSY, Content, changed, checked, refused, uncommitted
from citynet.netconf.device import STORES, Device, Taken, Target
from citynet.netconf.errors import Lines
from citynet.netconf.goal import payload
from citynet.netconf.leftover import wanted_already
from citynet.netconf.profile import Profile
from citynet.netconf.reply import Reply, RpcError
from citynet.netconf.saved import save, save_again, stale
from citynet.netconf.session import Operation, Timeouts
from citynet.netconf.tree import compare, digest
from citynet.netconf.truth import Truth
from citynet.render.artifact import Artifact
from citynet.xml import Element, XmlError, parse_document, write

UNCONFIRMED = 600.0
"""Seconds after which the device goes back if we die while we check an unconfirmed commit."""


@dataclass(frozen=True, slots=True)
class _Staged:
    """What the candidate is now, upon what it was made, in which session, and what was wanted."""

    before: Content
    after: Content
    session: str
    truth: Truth

    @property
    def lines(self) -> Lines:
        """The artifact's."""
        return self.truth.lines


class NetconfDriver:
    """Implements `Driver`; one session, opened when it is first needed. Not thread-safe."""

    profile: ClassVar[Profile]
    timeouts: ClassVar[Timeouts] = Timeouts()

    def __init__(self, target: Target) -> None:
        self._name = target.name
        timeouts = self.timeouts.at_most(target.access.timeout)
        self._device = Device(target, self.profile, timeouts)
        self._known: Taken | None = None
        self._staged: _Staged | None = None
        self._read: Content | None = None
        self._ran: Ran | None = None

    @property
    def capabilities(self) -> frozenset[Capability]:
        """As the device's hello says."""
        device = self._device
        if not device.can(":candidate"):
            return frozenset()
        found = {Capability.LOCK}
        if device.can(":validate"):
            found.add(Capability.VALIDATE)
        if device.can(":confirmed-commit:1.1"):
            found |= {Capability.CONFIRMED_COMMIT, Capability.CONFIRMED_COMMIT_SURVIVES_SESSION}
        return frozenset(found)

    def lock(self, owner: str) -> None:
        """Lock the candidate, what runs, and what is saved where that is a datastore.

        NETCONF has no place for `owner`: its session says who holds a lock. What others have
        changed in the candidate hinders no reading; it is refused when something is to be staged.
        """
        self._device.need_candidate()
        saved = (rpc.STARTUP,) if self._device.can(":startup") else ()
        self._known = self._device.take(*STORES, *saved)

    def unlock(self) -> None:
        """Discard what was staged and not committed, and let go of the locks."""
        self._known = self._staged = self._read = None
        self._device.release()

    def read(self) -> Mapping[str, str]:
        """What runs, as one document."""
        return {self.profile.file: write(_config(self._device.running().data))}

    def stage(self, artifact: Artifact, *, additive: bool = False) -> Change:
        """Make the candidate what the artifact wants, and compare it with what runs.

        The candidate is compared with what was wanted as well: what the device left out of it,
        though it answered ok, is refused.

        Without `lock` before it, the candidate is locked until `unlock` or `close`, and is then
        as it was. Raises `Refused` for what the device does not even take as a candidate.
        """
        self._device.need_candidate()
        self._staged = self._read = None
        text, wanted = self._wanted(artifact)
        taken = self._before(wanted, additive=additive)
        before = taken.running
        lines = Lines(self.profile, text, wanted, before.data)
        remove = "remove" if self._device.session.chunked else "delete"
        config = payload(wanted, before.data, self.profile, additive=additive, remove=remove)
        truth = Truth(self._device, self.profile, wanted, lines, before, additive)
        after = before if config is None else self._edited(config, truth)
        self._staged = _Staged(before, after, self._device.number, truth)
        self._read = before
        found = compare(before.tree, after.tree, self.profile)
        if config is None or not found.lines:
            found = stale(taken.saved, before, self.profile)
        diff = "\n".join(found.lines)
        files = {self.profile.file: diff} if diff else {}
        return Change(self._name, diff, found.added, found.removed, files)

    def validate(self) -> None:
        """Let the device check the candidate; one that cannot says so in `capabilities`."""
        staged = self._candidate()
        if self._device.can(":validate"):
            inline = self._device.validating_spoils
            config = write(_config(staged.after.data)) if inline else None
            [reply] = self._device.ask(rpc.validate(config), change=True)
            if reply.errors:
                raise Refused(self._name, staged.lines.refusals(reply.errors))

    def fingerprint(self, *, last: bool = False) -> str:
        """A digest of all that runs; `last` costs nothing."""
        read, self._read = self._read, None
        return digest((read if last and read else self._device.running()).tree)

    def commit(self, confirm: Confirm | None = None) -> None:
        """Commit the candidate if what runs is what it was staged upon, and read what runs then.

        Without `confirm` the device waits for our own check, and no longer.
        """
        staged, self._read = self._candidate(), None
        waits = self._device.can(":confirmed-commit:1.1")
        if confirm is not None and not waits:
            raise DeviceError(
                f"{self._name}: it has no confirmed commit that survives its session "
                "(:confirmed-commit:1.1), so it cannot go back by itself"
            )
        if self._device.running().digest != staged.before.digest:
            raise refused(self._name, "its running configuration has changed since it was staged")
        own = confirm or Confirm(f"citynet-{uuid4().hex}", UNCONFIRMED)
        self._make_run(staged, own if waits else None)
        if confirm is None:
            if waits:
                [reply] = self._device.ask(rpc.commit_confirming(own.run), change=True)
                checked(self._name, "the commit could not be kept", reply)
            save(self._device)

    def probe(self) -> None:
        """Log in anew and ask for nothing."""
        other = self._device.login()
        try:
            other.call(rpc.get_nothing())  # an error is an answer, too
        finally:
            other.close(politely=False)

    def extend(self, confirm: Confirm, runs: str = "") -> None:
        """Start the timer again. Raises `MovedError` where what runs is not `runs`."""
        locked = self._device.guard(confirm.run, runs)
        try:
            ran = waiting.extend(self._device, confirm, runs)
            self._compared(ran, runs)
        finally:
            if locked:
                self._device.release()

    def confirm(self, run: str, runs: str = "") -> None:
        """Keep what was committed, also for the next start where the device keeps that apart.

        The device may have heard an earlier confirmation that nobody heard it answer, and that
        was not saved. Who holds the lock on what runs, and asks for it all the same, has read
        that it is the run's change: it is saved then, although nothing waits.
        """
        known, self._known = rpc.RUNNING in self._device.locked, None
        locked = self._device.guard(run, runs)
        try:
            reply, read = self._asked(rpc.commit_confirming(run), runs, twice=True)
            try:
                self._pending(run, reply.errors)
            except NotPendingError:
                if known:
                    save_again(self._device)
                raise
            save(self._device)
            try:
                self._compared([self._device.content(each) for each in read], runs)
            except MovedError:
                self._device.forget_candidate()
                raise
        finally:
            if locked:
                self._device.release()

    def roll_back(self, run: str) -> None:
        """Cancel the commit. The candidate that it came from is discarded if it is still that.

        Raises `DeviceError` where the device said ok and went back only in part, also if the
        rest was put back by a commit. Who did not commit it does not know what ran before:
        whether all of it is back is for the fingerprint to say then.
        """
        self._known = self._staged = self._read = None
        steps = (rpc.get(rpc.RUNNING), rpc.cancel(run), *map(rpc.get, reversed(STORES)))
        replies = self._device.ask(*steps, change=True)
        if replies[1].failed(*BUSY) and self._device.end_lost(replies[1].errors):
            replies = self._device.ask(*steps, change=True)
        self._pending(run, replies[1].errors)
        before, now, candidate = (self._device.content(replies[at]) for at in (0, 2, 3))
        ran, self._ran = self._ran, None
        all_back(self._device, self.profile, ran, before, now)
        if candidate.digest != now.digest and candidate.digest == before.digest:
            [reply] = self._device.ask(rpc.discard(), change=True)
            checked(self._name, "went back, but its candidate is not as it was", reply)

    def close(self) -> None:
        """Leave the candidate as it was found, and end the session."""
        self._known = self._staged = self._read = self._ran = None
        self._device.close()

    # -- inside -----------------------------------------------------------------------------

    def _wanted(self, artifact: Artifact) -> tuple[str, Element]:
        """The artifact's document and its root. Raises `DeviceError`."""
        text = artifact.files.get(self.profile.file)
        if text is None:
            raise DeviceError(f"{self._name}: the artifact has no {self.profile.file}")
        try:
            return text, parse_document(text.encode())
        except XmlError as error:
            raise DeviceError(f"{self._name}: {self.profile.file}: {error}") from error

    def _before(self, wanted: Element, *, additive: bool) -> Taken:
        """What runs, with the candidate being the same and locked. Raises `Refused`."""
        device = self._device
        known, self._known = self._known, None
        if device.dirty:
            [discarded] = device.ask(rpc.discard())
            checked(self._name, "discard-changes", discarded)
            device.dirty, known = False, None
        if known is not None and known.hindered is not None:
            raise known.hindered
        if known is None or rpc.CANDIDATE not in device.locked:
            known = device.take(rpc.CANDIDATE)
        if known.others:
            self._discard_ours(wanted, known, additive=additive)
            known = device.take(rpc.CANDIDATE)
        if known.others:
            raise uncommitted(self._name, known.running, known.candidate, self.profile)
        return known

    def _discard_ours(self, wanted: Element, left: Taken, *, additive: bool) -> None:
        """Discard what a run of ours has left. Raises `Refused` where it is of others."""
        running, candidate = left.running, left.candidate
        if additive or not wanted_already(wanted, running, candidate, self.profile):
            raise uncommitted(self._name, running, candidate, self.profile)
        [discarded] = self._device.ask(rpc.discard())
        checked(self._name, "discard-changes", discarded)

    def _edited(self, config: Element, truth: Truth) -> Content:
        """The candidate, as wanted. Raises `Refused`, and the candidate is as it was."""
        device = self._device
        whole = device.can(":rollback-on-error")
        change = rpc.edit(write(config), "merge", all_or_nothing=whole)
        device.dirty = True
        edited, reply = device.ask(change, rpc.get(rpc.CANDIDATE), change=True)
        found, now = truth.lines.refusals(edited.errors), None
        if not found:
            now = device.content(reply)
            found = truth.refusals(rpc.CANDIDATE, now)
        if now is not None and not found:
            device.notes[STAGED] = now.digest
            return now
        [discarded] = device.ask(rpc.discard())
        device.dirty = bool(discarded.errors)
        raise Refused(self._name, found)

    def _candidate(self) -> _Staged:
        if self._staged is None:
            raise DeviceError(f"{self._name}: nothing is staged")
        if self._staged.session != self._device.number:
            self._staged = None
            raise DeviceError(f"{self._name}: the session is lost in which it was staged")
        return self._staged

    def _make_run(self, staged: _Staged, confirm: Confirm | None) -> None:
        """Commit, and compare. Raises `Refused` when what ran before runs again.

        What runs is unlocked with it: while a commit waits nobody else can lock it anyway
        (RFC 6241, section 7.5), and netconfd 2.13 cannot go back where it is locked.
        """
        step = rpc.commit_confirmed(confirm) if confirm else rpc.commit()
        steps = [step, rpc.get(rpc.RUNNING), *self._device.unlocking(rpc.RUNNING)]
        self._device.waits_here = confirm is not None
        done, reply, *_ = self._device.ask(*steps, change=True)
        now = self._device.content(reply)
        idle, lacks = now.digest == staged.before.digest, []
        if now.digest != staged.after.digest and not idle:
            lacks = staged.truth.refusals(rpc.RUNNING, now, staged.after)
        as_staged = now.digest == staged.after.digest or not (idle or lacks)
        if not done.errors and as_staged:
            self._device.dirty = False
            self._read, self._ran = now, Ran(staged.before, now)
            return
        refusals = staged.lines.refusals(done.errors)
        if idle:
            what = "it took the commit, and still runs what it ran before"
            if confirm is not None and not done.errors:
                self._device.ask(rpc.cancel(confirm.run), change=True)
        else:
            found = changed(staged.after, now, self.profile)
            refused = bool(done.errors)
            note = take_back(
                self._device, self.profile, staged.before, now, confirm, refused=refused
            )
            what = f"it does not run as staged: {found}{note}"
        raise Refused(self._name, refusals or [Refusal("", None, "", what), *lacks])

    def _asked(
        self, step: Operation, runs: str, *, change: bool = False, twice: bool = False
    ) -> tuple[Reply, list[Reply]]:
        """The answer to a commit, and what ran just before it where that is to be compared.

        `twice`: and what runs since.
        """
        read = [rpc.get(rpc.RUNNING)] if runs else []
        replies = self._device.ask(*read, step, *(read if twice else []), change=change, soon=True)
        return replies.pop(len(read)), replies

    def _compared(self, read: Sequence[Content], runs: str) -> None:
        """Raise `MovedError` if one of these is not what `runs` is the fingerprint of."""
        for each in read if runs else ():
            moved(self._device, self.profile, each, runs, self._ran)

    def _pending(self, run: str, errors: Sequence[RpcError]) -> None:
        """Raise `NotPendingError` if that is what the errors mean, else `DeviceError`."""
        waiting.judge(self._device, run, errors)


def _config(data: Element) -> Element:
    return Element(rpc.BASE, "config", children=data.children, prefixes=data.prefixes)
