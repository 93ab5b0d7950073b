"""Deploying a city: plays over devices, through Nornir, each device its own change.

A device that refuses is put back by its driver and the others go on; the transaction over all
devices is the next step and uses the same drivers.
"""

import getpass
import os
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nornir.core import Nornir
from nornir.core.processor import Processor
from nornir.core.task import Result, Task

from citynet.build.facts import DeviceFacts
from citynet.deploy.driver import Change, DeviceError, Driver, Refusal, Refused, UnreachableError
from citynet.deploy.playbook import ALL, Play, Playbook
from citynet.deploy.report import DeviceResult, Explained, Report, Runs, State
from citynet.deploy.select import GroupsOf, SelectionError, select
from citynet.errors import CitynetError
from citynet.inventory.groups import groups_of
from citynet.pipeline import Prepared
from citynet.render.artifact import Artifact
from citynet.render.provenance import explain
from citynet.render.render import Renderer
from citynet.text import listed, nearest


@dataclass(frozen=True, slots=True)
class Options:
    """What a person chose. `tags` are roles; with some, nothing is removed from any device."""

    check: bool = False
    limit: str | None = None
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Stage:
    """A play as it will be run: what each device is to be given."""

    play: Play
    artifacts: Mapping[str, Artifact]
    additive: bool


def plan(prepared: Prepared, playbook: Playbook, options: Options) -> tuple[Stage, ...]:
    """Select and render before anything is touched. Raises `SelectionError` for nothing at all."""
    _check_tags(prepared, options.tags)
    groups = {name: groups_of(prepared.context, name) for name in prepared.facts}
    limit = select(options.limit, groups) if options.limit else frozenset(groups)
    stages = tuple(_stages(prepared, playbook, options, groups, limit))
    if not any(stage.artifacts for stage in stages):
        chosen = [f"--limit {options.limit}"] if options.limit else []
        chosen += [f"--tags {','.join(sorted(options.tags))}"] if options.tags else []
        because = f" with {' and '.join(chosen)}" if chosen else ""
        raise SelectionError(f"{playbook.file} selects no device{because}")
    return stages


def _check_tags(prepared: Prepared, tags: frozenset[str]) -> None:
    known = {role.name for role in prepared.house.roles}
    for tag in sorted(tags - known):
        hint = nearest(tag, known) or f"roles are {listed(sorted(known))}"
        raise SelectionError(f"no role is called {tag!r}; {hint}")


def _stages(
    prepared: Prepared,
    playbook: Playbook,
    options: Options,
    groups: GroupsOf,
    limit: frozenset[str],
) -> Iterator[Stage]:
    for play in playbook.plays:
        names = select(play.hosts, groups, strict=False) & limit
        roles = None if play.roles == ALL else frozenset(play.roles)
        if options.tags:
            roles = options.tags if roles is None else roles & options.tags
        artifacts = {
            name: artifact
            for name in sorted(names)
            if (artifact := _artifact(prepared, prepared.facts[name], roles)) is not None
        }
        yield Stage(play, artifacts, additive=roles is not None)


class PartialRenderer(Renderer):
    """Renders some of a device's roles, with the facts of all."""

    def __init__(self, prepared: Prepared, roles: frozenset[str]) -> None:
        super().__init__(prepared.house.platforms)
        self._chosen = roles

    def _role(self, facts: DeviceFacts, role: str) -> Iterator[tuple[str, str]]:
        return super()._role(facts, role) if role in self._chosen else iter(())


def _artifact(
    prepared: Prepared, facts: DeviceFacts, roles: frozenset[str] | None
) -> Artifact | None:
    """The device's files, all of them or for some roles; None if it has none of those roles."""
    if roles is None:
        return Renderer(prepared.house.platforms).render(facts)
    if not roles & facts.roles.keys():
        return None
    return PartialRenderer(prepared, roles).render(facts)


def deploy(
    prepared: Prepared,
    fleet: Nornir,
    stages: Iterable[Stage],
    options: Options,
    processors: Iterable[Processor] = (),
) -> Report:
    """Run the plays in order. A device that fails a play is left out of those that follow."""
    started = time.monotonic()
    results: list[DeviceResult] = []
    failed: set[str] = set()
    watched = fleet.with_processors(list(processors))
    try:
        for stage in stages:
            names = stage.artifacts.keys() - failed
            if not names:
                continue
            chosen = watched.filter(filter_func=lambda host, names=names: host.name in names)
            found = _run(prepared, chosen, stage, options)
            failed |= {each.device for each in found if each.state not in (State.OK, State.CHANGED)}
            results += found
    finally:
        fleet.close_connections(on_good=True, on_failed=True)
    return Report(prepared.name, options.check, tuple(results), time.monotonic() - started)


def _run(prepared: Prepared, chosen: Nornir, stage: Stage, options: Options) -> list[DeviceResult]:
    owner = _owner()

    def device_task(task: Task) -> Result:
        name = task.host.name
        began = time.monotonic()
        done = _Attempt(prepared, stage, name, options.check, owner).run(task)
        result = DeviceResult(
            device=name,
            play=stage.play.name,
            state=done.state,
            runs=done.runs,
            change=done.change,
            message=done.message,
            refusals=done.refusals,
            seconds=time.monotonic() - began,
        )
        bad = result.state in (State.FAILED, State.UNREACHABLE)
        changed = result.state is State.CHANGED
        return Result(host=task.host, result=result, changed=changed, failed=bad)

    aggregated = chosen.run(task=device_task, name=stage.play.name, on_failed=True)
    return [_result(name, stage, each[0]) for name, each in sorted(aggregated.items())]


def _result(name: str, stage: Stage, result: Result) -> DeviceResult:
    if isinstance(result.result, DeviceResult):
        return result.result
    said = str(result.exception or result.result).strip()  # a defect, still said of its device
    message = f"unexpected: {said.splitlines()[-1] if said else 'no result'}"
    return DeviceResult(name, stage.play.name, State.FAILED, Runs.UNKNOWN, message=message)


def _owner() -> str:
    """Who holds a device's lock, for whoever finds it taken."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"{user} on {socket.gethostname()}, process {os.getpid()}"


@dataclass(slots=True)
class _Attempt:
    """One device in one play, and how far it has come."""

    prepared: Prepared
    stage: Stage
    device: str
    check: bool
    owner: str
    state: State = State.OK
    runs: Runs = Runs.OLD
    change: Change | None = None
    message: str = ""
    refusals: tuple[Explained, ...] = ()

    def run(self, task: Task) -> "_Attempt":
        """Never raises what a device can cause."""
        try:
            driver: Driver = task.host.get_connection("citynet", task.nornir.config)
            self._with(driver)
        except Refused as error:
            self.state = State.FAILED
            self.runs = Runs.OLD
            self.message = "refused, and what ran before still runs"
            self.refusals = tuple(self._explained(each) for each in error.refusals)
        except UnreachableError as error:
            self.state, self.message = State.UNREACHABLE, str(error)
        except (DeviceError, CitynetError) as error:
            self.state, self.message = State.FAILED, str(error)
        return self

    def _with(self, driver: Driver) -> None:
        if self.check:
            self._change(driver)
            return
        driver.lock(self.owner)
        try:
            self._change(driver)
        finally:
            driver.unlock()

    def _change(self, driver: Driver) -> None:
        artifact = self.stage.artifacts[self.device]
        self.change = driver.stage(artifact, additive=self.stage.additive)
        if not self.change:
            self.runs = Runs.SAME
            return
        driver.validate()
        if not self.check:
            self.runs = Runs.UNKNOWN
            driver.commit()
            self.runs = Runs.NEW
        self.state = State.CHANGED

    def _explained(self, refusal: Refusal) -> Explained:
        """With the origin of its line, if it has one and the artifact is whole."""
        if refusal.line is None or not refusal.file:
            return Explained(refusal, "")
        line = self._line_of_whole(refusal)
        if line is None:
            return Explained(refusal, "")
        return Explained(refusal, explain(self.prepared, self.device, refusal.file, line))

    def _line_of_whole(self, refusal: Refusal) -> int | None:
        """The line in the artifact of all roles, which is what provenance is known of."""
        if not self.stage.additive:
            return refusal.line
        whole = _artifact(self.prepared, self.prepared.facts[self.device], None)
        part = self.stage.artifacts[self.device].files.get(refusal.file, "").splitlines()
        lines = whole.files.get(refusal.file, "").splitlines() if whole else []
        if refusal.line is None or not 0 < refusal.line <= len(part):
            return None
        text = part[refusal.line - 1]
        return lines.index(text) + 1 if text in lines else None
