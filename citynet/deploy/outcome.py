"""From what devices answered to what is reported of each."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from citynet.deploy.driver import SOON, UNSAVED, Refusal
from citynet.deploy.report import DeviceResult, Explained, State
from citynet.deploy.work import Plan, render
from citynet.fleet.connections import notes_of
from citynet.pipeline import Prepared
from citynet.render.provenance import explain
from citynet.transaction.ending import Verdict
from citynet.transaction.fleet import SLOWEST, FleetNetwork
from citynet.transaction.settle import History
from citynet.transaction.words import Answer, Committing, How, Runs

_STATES = {Runs.SAME: State.OK, Runs.NEW: State.CHANGED, Runs.UNKNOWN: State.UNREACHABLE}


def results(
    prepared: Prepared,
    todo: Plan,
    verdict: Verdict,
    network: FleetNetwork,
    past: History | None = None,
) -> tuple[DeviceResult, ...]:
    """A line for each device of a run, in the order of its waves."""
    plays = {name: wave.play for wave in todo.waves for name in wave.devices}
    made = []
    for name, runs in verdict.runs.items():
        said = verdict.said.get(name)
        good = runs in (Runs.SAME, Runs.NEW)
        unsaved = _unsaved(name, network) if runs is Runs.NEW else ""
        made.append(
            DeviceResult(
                device=name,
                play=plays.get(name, ""),
                state=State.FAILED if unsaved else _STATES.get(runs) or _left(runs, said),
                runs=runs,
                change=network.changes.get(name),
                message=unsaved or _told(said, good=good),
                refusals=() if good else _refusals(prepared, todo, network, name),
                seconds=network.seconds.get(name, 0.0),
                until=_until(name, network, past) if runs is Runs.UNKNOWN else "",
            )
        )
    return tuple(sorted(made, key=lambda each: each.device))


def _told(said: Answer | None, *, good: bool) -> str:
    """The last bad news of a device; what was put right is said of a change by others alone."""
    return said.message if said and (not good or said.how is How.MOVED) else ""


def _unsaved(name: str, network: FleetNetwork) -> str:
    """Why a device that runs its new configuration would start with another; empty if it would not.

    The driver of it has noted that (`citynet.deploy.driver.UNSAVED`).
    """
    return str(notes_of(network.fleet, name).get(UNSAVED, ""))


def _left(runs: Runs, said: Answer | None) -> State:
    """The state of a device that was not changed although it was to be."""
    if runs is Runs.OTHER:
        return State.FAILED
    if said is None:
        return State.BACK
    return State.UNREACHABLE if said.how is How.LOST else State.FAILED


def would(
    prepared: Prepared, todo: Plan, network: FleetNetwork, answers: Mapping[str, Answer]
) -> tuple[DeviceResult, ...]:
    """What a check found, device by device."""
    plays = {name: wave.play for wave in todo.waves for name in wave.devices}
    made = []
    for name, answer in sorted(answers.items()):
        change = network.changes.get(name)
        good = State.CHANGED if change else State.OK
        bad = State.UNREACHABLE if answer.how is How.LOST else State.FAILED
        done = answer.how is How.DONE
        made.append(
            DeviceResult(
                device=name,
                play=plays[name],
                state=good if done else bad,
                runs=Runs.OLD if change or not done else Runs.SAME,
                change=change,
                message="" if done else answer.message,
                refusals=_refusals(prepared, todo, network, name),
                seconds=network.seconds.get(name, 0.0),
            )
        )
    return tuple(made)


def _until(name: str, network: FleetNetwork, past: History | None) -> str:
    """When the timer of a device goes off at the latest: ISO 8601, in UTC."""
    armed = network.armed.get(name)
    if armed is None and past is not None and name in past.committing:
        armed = _armed(past.committing[name], past)
    return armed.isoformat(timespec="seconds") if armed else ""


def _armed(committing: Committing, past: History) -> datetime:
    """By what a journal says: the last time that the timer may have been started, and its length.

    `SLOWEST` is for a commit that was still on its way, `SOON` for a renewal that was.
    """
    within = committing.within or past.begun.within
    armed = datetime.fromisoformat(committing.at) + timedelta(seconds=within + SLOWEST)
    if past.renewing is None:
        return armed
    again = datetime.fromisoformat(past.renewing.at)
    return max(armed, again + timedelta(seconds=past.renewing.within + SOON))


def _refusals(
    prepared: Prepared, todo: Plan, network: FleetNetwork, name: str
) -> tuple[Explained, ...]:
    refused = network.refused.get(name)
    each: Iterable[Refusal] = refused.refusals if refused else ()
    return tuple(_explained(prepared, todo, name, one) for one in each)


def _explained(prepared: Prepared, todo: Plan, name: str, refusal: Refusal) -> Explained:
    """With the origin of its line, if it has one."""
    line = _line_of_whole(prepared, todo, name, refusal) if refusal.file else None
    origin = explain(prepared, name, refusal.file, line) if line is not None else ""
    return Explained(refusal, origin)


def _line_of_whole(prepared: Prepared, todo: Plan, name: str, refusal: Refusal) -> int | None:
    """The line in the artifact of all roles, which is what provenance is known of."""
    work = todo.work.get(name)
    if refusal.line is None or work is None or not work.additive:
        return refusal.line
    whole = render(prepared, prepared.facts[name], None)
    part = work.artifact.files.get(refusal.file, "").splitlines()
    lines = whole.files.get(refusal.file, "").splitlines() if whole else []
    if not 0 < refusal.line <= len(part):
        return None
    text = part[refusal.line - 1]
    return lines.index(text) + 1 if text in lines else None
