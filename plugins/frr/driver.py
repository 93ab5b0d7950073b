"""The driver for FRR on Linux, over a shell.

FRR, the kernel and our nftables tables are one configuration here: they change together and
go back together. What runs is read in one go and compared outside of the device; a device that
is as wanted costs one lock and one reading. A daemon is started again only for what FRR cannot
change while it runs (`alive.py`), and that is announced.

Every commit is a confirmed one: the way back is on the device before anything changes there, and
the device takes it by itself when the commit is not completed, or not confirmed in time.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from citynet.deploy.driver import (
    Capability,
    Change,
    Confirm,
    DeviceError,
    MovedError,
    NotPendingError,
    Refusal,
    Refused,
    UnreachableError,
)
from citynet.fleet.shell import Output, Shell
from citynet.fleet.target import Reachable
from citynet.render.artifact import Artifact

from . import (
    alive,
    beside,
    change,
    config,
    guarded,
    linux,
    moved,
    nft,
    room,
    saved,
    script,
    snapshot,
)
from .files import FRR_CONF, LINUX_STATE, NFTABLES
from .lock import Lock
from .state import Goal, Running, goal, misnamed, refusals, restored, running

READ_TIMEOUT = 90.0
CHANGE_TIMEOUT = 300.0


@dataclass(frozen=True, slots=True)
class _Staged:
    """A candidate: where to go, what ran when it was staged, and what is impossible of it.

    With `routing` it is FRR's part alone, and nothing else is saved for the next boot.
    """

    goal: Goal
    now: Running
    additive: bool
    refusals: tuple[Refusal, ...]
    routing: bool = False

    def room(self) -> int:
        """Bytes that the device needs for the way back and the files for the next boot."""
        sizes = [len(text.encode()) for text in self.goal.artifact.files.values()]
        return room.SPARE + 3 * (sum(sizes) + len(self.now.frr_text))

    def stale(self) -> list[str]:
        """The files that would boot something else than what runs."""
        found = saved.stale(self.goal, self.now, additive=self.additive)
        return [path for path in found if path == script.FRR_CONF or not self.routing]

    def files(self, now: Running) -> dict[str, str]:
        """What is to boot, by path, once `now` runs."""
        files = saved.expected(self.goal, now, additive=self.additive)
        if self.routing:
            return {script.FRR_CONF: files[script.FRR_CONF]}
        before = saved.before(self.goal, self.now, additive=self.additive)
        return {**files, script.SAVED_BEFORE: before}


@dataclass(frozen=True, slots=True)
class _Committed:
    """What this session committed: what ran right after it, and what is to boot once confirmed."""

    goal: Goal
    running: Running
    boots: Mapping[str, str]


class FrrDriver:
    """Implements `Driver`; one session, opened when it is first needed."""

    def __init__(self, target: Reachable) -> None:
        self._target = target
        self._name = target.name
        self._session: Shell | None = None
        self._lock = Lock(target.name)
        self._staged: _Staged | None = None
        self._committed: _Committed | None = None
        self._said = ""
        self._guard = guarded.Guard(target.name, self._output)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Everything."""
        return frozenset(Capability)

    def lock(self, owner: str) -> None:
        """Hold a lock on the device for as long as this session lives, two days at most."""
        self._lock.take(self._shell, owner)

    def unlock(self) -> None:
        """Let go of the lock."""
        self._lock.drop()

    def read(self) -> Mapping[str, str]:
        """What runs, by the artifact's file names."""
        now = self._read(None)
        state = "".join(f"{line}\n" for line in linux.facts(now.linux, now.linux).values())
        files = {FRR_CONF: now.frr_text, LINUX_STATE: state}
        return files | ({NFTABLES: "".join(now.tables.values())} if now.tables else {})

    def stage(self, artifact: Artifact, *, additive: bool = False) -> Change:
        """Read what runs and compare; what can be seen to be impossible is for `validate`.

        Raises `Refused` for a ruleset that cannot be compared: nft does not take it, or it has
        tables that are not citynet's.
        """
        wanted, self._said, self._committed = goal(artifact), "", None
        reading = self._reading(wanted, wanted.ruleset) + script.settings()
        said = self._run(reading + beside.asking())
        now = running(self._name, said, wanted)
        self._refuse_waiting(now)
        found = refusals(wanted, now)
        if now.canonical is not None:
            unfit = change.unfit_ruleset(wanted, now.canonical)
            if unfit is not None:
                raise Refused(self._name, [*found, unfit])
            wanted = replace(wanted, tables=nft.tables(now.canonical.text))
        if additive:
            tables = {**now.tables, **wanted.tables}
            wanted = replace(wanted, frr=config.merged(wanted.frr, now.frr), tables=tables)
        else:
            whole = restored(wanted, now)
            if whole is not wanted:  # what they are now is needed for going back
                wanted, now = whole, self._read(whole)
        self._staged, self._said = _Staged(wanted, now, additive, tuple(found)), said
        return replace(self._change(self._staged), beside=beside.of(said, now))

    def stage_routing(self, text: str, *, merge: bool) -> Change:
        """Compare FRR's part alone, put in (`merge`) or instead of what FRR runs."""
        now, self._said, self._committed = self._read(None), "", None
        self._refuse_waiting(now)
        frr = config.parse(text)
        wanted = config.merged(frr, now.frr) if merge else frr
        artifact = Artifact(self._name, "frr", {FRR_CONF: text})
        aim = Goal(artifact, wanted, linux.Wanted(linux.State(), {}), "", now.tables)
        found = (*refusals(aim, now), *misnamed(text, now))
        self._staged = _Staged(aim, now, additive=True, refusals=found, routing=True)
        return self._change(self._staged)

    def discard(self) -> None:
        """Forget the candidate."""
        self._staged, self._said = None, ""

    def validate(self) -> None:
        """Let vtysh parse the commands that would be given, without giving them."""
        staged = self._candidate()
        found = list(staged.refusals)
        diff = config.difference(staged.goal.frr, staged.now.frr)
        present = change.present(staged.goal, staged.now)
        sent = change.commands(staged.goal, staged.now, present, 0)
        dry = script.part("dry", "vtysh -C -f /dev/stdin 2>&1", sent.text()) if diff else ""
        output = self._run(dry + room.asking())
        program = len(guarded.bundle()[1])
        missing = room.lacking(output, staged.room() + program)
        found += [Refusal("", None, "", each) for each in missing]
        if diff:
            said = script.parts(output).get("dry")
            found += change.dry_refusals(staged.goal, said.text if said else "", sent)
        if found:
            raise Refused(self._name, found)

    def fingerprint(self, *, last: bool = False) -> str:
        """A digest of what runs and of what boots; of a commit, what boots once it is confirmed.

        Read again, it is of what goes on running: `DeviceError` while a commit may still go back.
        """
        read, self._said = self._said if last else "", ""
        output = read or self._run(self._reading(None) + script.settings())
        now = running(self._name, output, None)
        if not last:
            self._await_settled(now)
        committed = self._committed if read else None
        return moved.fingerprint(now, output, committed.boots if committed else now.saved)

    def commit(self, confirm: Confirm | None = None, *, note: str = "") -> None:
        """Carry out the candidate, re-read, and go back unless it is as wanted.

        Without `confirm` it is confirmed at once. `note` is kept with what became of it.
        """
        staged, self._said = self._candidate(), ""
        if staged.refusals:
            raise Refused(self._name, staged.refusals)
        asked = confirm or Confirm(f"alone-{secrets.token_hex(8)}", CHANGE_TIMEOUT)
        self._refuse_changed(staged, self._read(staged.goal))
        self._lock.assure()
        self._begin(staged, asked, note)
        try:
            self._complete(staged, asked)
        except (UnreachableError, NotPendingError):  # the device goes back by itself
            raise
        except (Refused, DeviceError):
            self._guard.back(asked.run, "it was not carried out as wanted")
            raise
        self._staged = None
        if confirm is None:
            self._guard.confirm(asked.run)

    def probe(self) -> None:
        """Log in anew and get an answer."""
        shell = self._target.shell()
        try:
            shell.run("true")
        finally:
            shell.close()

    def extend(self, confirm: Confirm, runs: str = "") -> None:
        """Start the timer again, then compare."""
        self._guard.extend(confirm.run, confirm.within)
        if runs:
            self._compare(runs, kept=False)

    def confirm(self, run: str, runs: str = "") -> None:
        """Keep what was committed, for the next boot as well; then compare.

        The answer to `confirm` is not made late by reading.
        """
        self._guard.confirm(run)
        if runs:
            self._compare(runs, kept=True)

    def roll_back(self, run: str) -> None:
        """Let the device go back now."""
        self._said, self._committed = "", None
        self._guard.back(run)

    def waiting(self) -> str | None:
        """The name of the commit that waits, whoever made it."""
        found = guarded.waiting(self._read(None).saved)
        return found.run if found is not None else None

    def previous(self) -> tuple[str, str] | None:
        """The last commit that was confirmed, and FRR's configuration before it."""
        found = self._guard.previous()
        return (str(found["run"]), str(found["frr"])) if found is not None else None

    def close(self) -> None:
        """Let go of the lock and end the session."""
        self._lock.drop()
        session, self._session = self._session, None
        if session is not None:
            session.close()

    # -- inside ---------------------------------------------------------------------------

    def _shell(self) -> Shell:
        if self._session is None:
            self._session = self._target.shell()
        return self._session

    def _candidate(self) -> _Staged:
        if self._staged is None:
            raise DeviceError(f"{self._name}: nothing is staged")
        return self._staged

    def _output(self, text: str, timeout: float = READ_TIMEOUT) -> Output:
        """Run a script, as input: what it holds is nobody's who lists processes."""
        done = self._shell().run(script.RUN, stdin=script.whole(text), timeout=timeout)
        if done.status == script.CUT:
            raise DeviceError(f"{self._name}: a script did not arrive whole; nothing of it was run")
        return done

    def _run(self, text: str) -> str:
        return self._output(text).stdout

    def _reading(self, wanted: Goal | None, ruleset: str = "") -> str:
        return script.reading(sorted(wanted.sysctl_paths()) if wanted else [], ruleset)

    def _read(self, wanted: Goal | None) -> Running:
        return running(self._name, self._run(self._reading(wanted)), wanted)

    def _change(self, staged: _Staged) -> Change:
        lines = change.difference(staged.goal, staged.now, additive=staged.additive)
        if not lines:
            lines = {path: ["+(saved for the next boot)"] for path in staged.stale()}
        every = [line for each in lines.values() for line in each]
        files = {file: "\n".join(each) for file, each in lines.items()}
        return Change(
            device=self._name,
            diff="\n".join(f"@@ {file}\n{text}" for file, text in files.items()),
            added=sum(line.startswith("+") for line in every),
            removed=sum(line.startswith("-") for line in every),
            files=files,
            notes=alive.notes(staged.goal.frr, staged.now.frr),
        )

    def _compare(self, runs: str, *, kept: bool) -> None:
        """Raise `MovedError` where something else runs, or is to boot, than was committed."""
        own = self._committed
        output = self._run(self._reading(own.goal if own else None) + script.settings())
        now = running(self._name, output, own.goal if own else None)
        mark = moved.fingerprint(now, output, now.saved)
        if mark == runs or (not kept and moved.of_what_runs(mark) == moved.of_what_runs(runs)):
            return
        if own is None:
            raise MovedError(f"{self._name} runs something else than what it committed")
        lines = moved.changes(own.running, now, own.goal.linux.state.links)
        if lines:
            what = f"{self._name} runs something else than what it committed"
            raise MovedError(f"{what}: {moved.sentence(lines)}")
        if kept and moved.boots(own.boots) != moved.boots(now.saved):
            raise MovedError(f"{self._name} is to boot something else than what it committed")

    def _refuse_waiting(self, now: Running) -> None:
        found = guarded.waiting(now.saved)
        if found is not None:
            raise Refused(self._name, [Refusal("", None, "", found.sentence)])

    def _await_settled(self, now: Running) -> None:
        """Raise `DeviceError` where what was read may be another configuration soon."""
        found = guarded.waiting(now.saved)
        if found is not None and not found.settled:
            raise DeviceError(f"{self._name}: {found.sentence}; what it runs is not known yet")

    def _refuse_changed(self, staged: _Staged, now: Running) -> None:
        """Raise `Refused` where something else runs than when the candidate was compared."""
        self._refuse_waiting(now)
        lines = moved.changes(staged.now, now, staged.goal.linux.state.links)
        if lines:
            what = f"something else runs now than when it was compared: {moved.sentence(lines)}"
            raise Refused(self._name, [Refusal("", None, "", what)])

    def _begin(self, staged: _Staged, asked: Confirm, note: str) -> None:
        """Have the way back on the device; its time covers the change itself."""
        back = snapshot.dump(snapshot.way_back(staged.goal, staged.now))
        about = {"run": asked.run, "held": self._lock.held, "note": note}
        self._guard.begin(about, back, max(asked.within, CHANGE_TIMEOUT), staged.room())

    def _complete(self, staged: _Staged, asked: Confirm) -> None:
        """Change the device, and hand it what it is to boot once it is confirmed."""
        outcome = self._carry_out(staged, asked.run)
        if outcome.refusals:
            raise Refused(self._name, outcome.refusals)
        files = staged.files(outcome.running)
        self._guard.ready(asked.run, asked.within, script.bootable(files))
        boots = {**staged.now.saved, **files}
        self._committed = _Committed(staged.goal, outcome.running, boots)

    def _carry_out(self, staged: _Staged, run: str) -> change.Outcome:
        def changing(text: str) -> str:
            self._said = self._changing(run, text)
            return self._said

        device = change.Device(
            run=changing,
            read=lambda output: running(self._name, output, staged.goal),
            reading=self._reading(staged.goal) + script.settings(),
        )
        return change.carry_out(device, staged.goal, staged.now, additive=staged.additive)

    def _changing(self, run: str, text: str) -> str:
        done = self._output(guarded.entering(run) + text, CHANGE_TIMEOUT)
        if done.status == guarded.OVER:
            raise NotPendingError(f"{self._name}: commit {run} went back before it was complete")
        if done.status == guarded.BUSY:
            raise DeviceError(f"{self._name}: another change is being carried out")
        return done.stdout
