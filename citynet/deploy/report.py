"""What became of a deployment, device by device, for people and for programs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from citynet.deploy.driver import Change, Refusal
from citynet.transaction.words import Outcome, Runs


class State(StrEnum):
    """How a device ended. `BACK`: it took its change, and went back with all the others."""

    OK = "ok"
    CHANGED = "changed"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    BACK = "back"


GOOD = frozenset({State.OK, State.CHANGED})
FINE = frozenset({None, Outcome.KEPT, Outcome.SAME})


@dataclass(frozen=True, slots=True)
class Explained:
    """A refusal, and where its line came from: of which template and which intent."""

    refusal: Refusal
    origin: str

    def __str__(self) -> str:
        each = self.refusal
        place = f"{each.file}:{each.line}: " if each.file and each.line else ""
        text = f"`{each.text}`: " if each.text else ""
        origin = f"\n      {self.origin}" if self.origin else ""
        return f"{place}{text}{each.message}{origin}"


@dataclass(frozen=True, slots=True)
class DeviceResult:
    """One device, and the play that brought it in. `seconds` is how long it was at work.

    `until`: when the timer of a device that runs nobody knows what puts it back at the latest.
    """

    device: str
    play: str
    state: State
    runs: Runs
    change: Change | None = None
    message: str = ""
    refusals: tuple[Explained, ...] = ()
    seconds: float = 0.0
    until: str = ""

    def __str__(self) -> str:
        when = f"unless confirmed, its own timer puts it back by {self.until}" if self.until else ""
        lines = [self.message, when, *(f"    {each}" for each in self.refusals)]
        return "\n".join(line for line in lines if line)


@dataclass(frozen=True, slots=True)
class Report:
    """All devices of a run. `outcome` is None where nothing was to be changed (`--check`).

    `again`: the whole command that finishes it, where it is open. `down`: wanted sessions that
    are not up although the change was kept, since they were not up before either.
    """

    city: str
    results: tuple[DeviceResult, ...]
    seconds: float
    run: str = ""
    outcome: Outcome | None = None
    reason: str = ""
    again: str = ""
    down: tuple[str, ...] = ()

    @property
    def check(self) -> bool:
        """Whether this was only a comparison."""
        return self.outcome is None

    @property
    def ok(self) -> bool:
        """Whether every device is as wanted, or could be, and the run ended well."""
        good = bool(self.results) and all(each.state in GOOD for each in self.results)
        return good and self.outcome in FINE

    def counts(self) -> dict[str, dict[str, int]]:
        """Device -> how often ok (changed included), changed, unreachable, failed, back."""
        made: dict[str, dict[str, int]] = {}
        for each in self.results:
            count = made.setdefault(each.device, {str(state): 0 for state in State})
            count[each.state] += 1
            if each.state is State.CHANGED:
                count[State.OK] += 1
        return dict(sorted(made.items()))


def recap(report: Report) -> str:
    """Ansible's recap: one line a device."""
    counts = report.counts()
    width = max((len(name) for name in counts), default=0)
    lines = [f"PLAY RECAP {'*' * 60}"]
    for device, count in counts.items():
        cells = " ".join(f"{name}={number:<3}" for name, number in count.items())
        lines.append(f"{device:{width}} : {cells}".rstrip())
    return "\n".join(lines)


def still_down(report: Report) -> str:
    """Which wanted sessions are not up although the change was kept; empty where all are."""
    if not report.down:
        return ""
    lines = ["wanted and not up, as before the change (--health strict would have taken it back):"]
    return "\n".join([*lines, *(f"  {each}" for each in report.down)])


def as_json(report: Report) -> dict[str, object]:
    """The report as plain values."""
    return {
        "city": report.city,
        "check": report.check,
        "ok": report.ok,
        "run": report.run,
        "outcome": report.outcome.name.lower() if report.outcome else None,
        "reason": report.reason,
        "down": list(report.down),
        "seconds": round(report.seconds, 2),
        "recap": report.counts(),
        "results": [_result(each) for each in report.results],
    }


def _result(each: DeviceResult) -> dict[str, object]:
    made: dict[str, object] = {
        "device": each.device,
        "play": each.play,
        "state": str(each.state),
        "runs": str(each.runs),
        "seconds": round(each.seconds, 2),
    }
    if each.change:
        made["change"] = {
            "added": each.change.added,
            "removed": each.change.removed,
            "files": dict(each.change.files),
            "notes": list(each.change.notes),
        }
    if each.change is not None and each.change.beside:
        made["beside"] = {whose: list(lines) for whose, lines in each.change.beside.items()}
    if each.message:
        made["message"] = each.message
    if each.until:
        made["until"] = each.until
    if each.refusals:
        made["refusals"] = [_refusal(one) for one in each.refusals]
    return made


def _refusal(one: Explained) -> Mapping[str, object]:
    return {
        "file": one.refusal.file,
        "line": one.refusal.line,
        "text": one.refusal.text,
        "message": one.refusal.message,
        "origin": one.origin,
    }


def failures(results: Iterable[DeviceResult]) -> str:
    """Everything that went wrong, put right or not, with what each of those devices runs now."""
    return "\n".join(
        f"{each.device}: {each.state}; runs: {each.runs}\n  {each}".rstrip()
        for each in results
        if each.state not in GOOD or each.message
    )
