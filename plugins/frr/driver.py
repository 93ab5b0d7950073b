"""The driver for FRR on Linux, over a shell.

FRR, the kernel and our nftables tables are one configuration here: they change together and
go back together. What runs is read in one go and compared outside of the device; a device that
is as wanted costs one lock and one reading. Daemons are never restarted.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from citynet.deploy.driver import (
    Capability,
    Change,
    Confirm,
    DeviceError,
    NotPendingError,
    Refusal,
    Refused,
)
from citynet.fleet.shell import Shell
from citynet.fleet.target import Reachable
from citynet.render.artifact import Artifact

from . import change, config, linux, nft, saved, script
from .files import FRR_CONF, LINUX_STATE, NFTABLES
from .lock import Lock
from .state import Goal, Running, goal, refusals, restored, running, scoped

READ_TIMEOUT = 90.0
CHANGE_TIMEOUT = 300.0
LONGEST_COMMAND = 100_000
"""Bytes of a command line; longer scripts go over standard input (Linux: 128 KiB a word)."""


@dataclass(frozen=True, slots=True)
class _Staged:
    """A candidate: where to go, what ran when it was staged, and what is impossible of it."""

    goal: Goal
    now: Running
    additive: bool
    refusals: tuple[Refusal, ...]


class FrrDriver:
    """Implements `Driver`; one session, opened when it is first needed."""

    def __init__(self, target: Reachable) -> None:
        self._target = target
        self._name = target.name
        self._session: Shell | None = None
        self._lock = Lock(target.name)
        self._staged: _Staged | None = None
        self._previous: _Staged | None = None

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Lock and validate; the confirm timer comes with the transaction."""
        return frozenset({Capability.LOCK, Capability.VALIDATE})

    def lock(self, owner: str) -> None:
        """Hold a lock on the device for as long as this session lives, an hour at most."""
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
        """Read what runs and compare; what can be seen to be impossible is for `validate`."""
        wanted = goal(artifact)
        now = self._read(wanted)
        found = refusals(wanted, now)
        if now.canonical is not None and now.canonical.status:
            found.append(change.nft_refusal(wanted, now.canonical.text))
        elif now.canonical is not None:
            wanted = replace(wanted, tables=nft.tables(now.canonical.text))
        if additive:
            tables = {**now.tables, **wanted.tables}
            wanted = replace(wanted, frr=config.merged(wanted.frr, now.frr), tables=tables)
        else:
            whole = restored(wanted, now)
            if whole is not wanted:  # what they are now is needed for going back
                wanted, now = whole, self._read(whole)
        self._staged = _Staged(wanted, now, additive, tuple(found))
        return self._change(self._staged)

    def validate(self) -> None:
        """Let vtysh parse the commands that would be given, without giving them."""
        staged = self._candidate()
        found = list(staged.refusals)
        diff = config.difference(staged.goal.frr, staged.now.frr)
        present = frozenset(staged.now.linux.links)
        sent = config.script(diff, staged.goal.frr, staged.now.frr, present, 0)
        if diff:
            output = self._run(script.part("dry", "vtysh -C -f /dev/stdin 2>&1", sent.text()))
            said = script.parts(output).get("dry")
            found += change.dry_refusals(staged.goal, said.text if said else "", sent)
        if found:
            raise Refused(self._name, found)

    def fingerprint(self) -> str:
        """A digest of what runs."""
        return sha256(json.dumps(sorted(self.read().items())).encode()).hexdigest()

    def commit(self, confirm: Confirm | None = None) -> None:
        """Carry out the candidate, re-read, and put everything back unless it is as wanted."""
        if confirm is not None:
            raise DeviceError(f"{self._name}: this driver has no confirm timer yet")
        staged = self._candidate()
        if staged.refusals:
            raise Refused(self._name, staged.refusals)
        outcome = self._carry_out(staged.goal, staged.now, additive=staged.additive)
        if outcome.refusals:
            self._put_back(staged, outcome)
        self._save(staged, outcome.running)
        self._previous, self._staged = staged, None

    def probe(self) -> None:
        """Log in anew and get an answer."""
        shell = self._target.shell()
        try:
            shell.run("true")
        finally:
            shell.close()

    def extend(self, confirm: Confirm) -> None:
        """Nothing waits: there is no confirm timer yet."""
        raise NotPendingError(f"{self._name}: no commit waits as {confirm.run}")

    def confirm(self, run: str) -> None:
        """Keep what was committed."""
        self._previous = None

    def roll_back(self, run: str) -> None:
        """Go back to what ran before the last commit."""
        staged = self._previous
        if staged is None:
            raise DeviceError(f"{self._name}: there is no commit to roll back")
        back = scoped(staged.now, staged.goal)
        outcome = self._carry_out(back, self._read(staged.goal), back=True)
        if outcome.refusals:
            raise Refused(self._name, outcome.refusals)
        self._write(dict(staged.now.saved))
        self._previous = None

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

    def _run(self, text: str, timeout: float = READ_TIMEOUT) -> str:
        """Run a script and give what it printed; a script too long for a command goes as input."""
        shell = self._shell()
        if len(text.encode()) > LONGEST_COMMAND:
            return shell.run('eval "$(cat)"', stdin=text, timeout=timeout).stdout
        return shell.run(text, timeout=timeout).stdout

    def _reading(self, wanted: Goal | None, ruleset: str = "") -> str:
        return script.reading(sorted(wanted.sysctl_paths()) if wanted else [], ruleset)

    def _read(self, wanted: Goal | None) -> Running:
        ruleset = wanted.ruleset if wanted else ""
        return running(self._name, self._run(self._reading(wanted, ruleset)), wanted)

    def _change(self, staged: _Staged) -> Change:
        lines = change.difference(staged.goal, staged.now, additive=staged.additive)
        if not lines:
            stale = saved.stale(staged.goal, staged.now, additive=staged.additive)
            lines = {path: ["+(saved for the next boot)"] for path in stale}
        every = [line for each in lines.values() for line in each]
        files = {file: "\n".join(each) for file, each in lines.items()}
        return Change(
            device=self._name,
            diff="\n".join(f"@@ {file}\n{text}" for file, text in files.items()),
            added=sum(line.startswith("+") for line in every),
            removed=sum(line.startswith("-") for line in every),
            files=files,
        )

    def _carry_out(
        self, wanted: Goal, now: Running, *, additive: bool = False, back: bool = False
    ) -> change.Outcome:
        device = change.Device(
            run=lambda text: self._run(text, CHANGE_TIMEOUT),
            read=lambda output: running(self._name, output, wanted),
            reading=self._reading(wanted),
        )
        return change.carry_out(device, wanted, now, additive=additive, back=back)

    def _put_back(self, staged: _Staged, failed: change.Outcome) -> None:
        """Restore what ran, then raise `Refused`; `DeviceError` if that did not work out."""
        back = scoped(staged.now, staged.goal)
        outcome = self._carry_out(back, failed.running, back=True)
        if outcome.refusals:
            left = "; ".join(each.message for each in outcome.refusals[:5])
            raise DeviceError(
                f"{self._name}: a change was refused, and going back was not complete: {left}"
            )
        raise Refused(self._name, failed.refusals)

    def _save(self, staged: _Staged, now: Running) -> None:
        files = saved.expected(staged.goal, now, additive=staged.additive)
        files[script.SAVED_BEFORE] = saved.before(staged.goal, staged.now, additive=staged.additive)
        self._write(files)

    def _write(self, files: dict[str, str]) -> None:
        output = self._run(script.saving(files))
        for name, part in script.parts(output).items():
            if part.status:
                path = name.removeprefix("save:")
                raise DeviceError(
                    f"{self._name}: runs as wanted, but {path} could not be written for the next "
                    f"boot: {part.text.strip()}"
                )
