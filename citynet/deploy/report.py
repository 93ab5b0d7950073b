"""What became of a deployment, device by device, for people and for programs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from citynet.deploy.driver import Change, Refusal


class State(StrEnum):
    """How a device ended a play."""

    OK = "ok"
    CHANGED = "changed"
    UNREACHABLE = "unreachable"
    FAILED = "failed"


class Runs(StrEnum):
    """Which configuration a device is on. `UNKNOWN`: the session was lost while it changed."""

    SAME = "as wanted"
    OLD = "old"
    NEW = "new"
    UNKNOWN = "unknown"


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
    """One device in one play. `seconds` is wall clock."""

    device: str
    play: str
    state: State
    runs: Runs
    change: Change | None = None
    message: str = ""
    refusals: tuple[Explained, ...] = ()
    seconds: float = 0.0

    def __str__(self) -> str:
        lines = [self.message, *(f"    {each}" for each in self.refusals)]
        return "\n".join(line for line in lines if line)


@dataclass(frozen=True, slots=True)
class Report:
    """All plays on all devices."""

    city: str
    check: bool
    results: tuple[DeviceResult, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether nothing failed and everything was reached."""
        bad = {State.FAILED, State.UNREACHABLE}
        return not any(each.state in bad for each in self.results)

    def counts(self) -> dict[str, dict[str, int]]:
        """Device -> how often ok (changed included), changed, unreachable, failed."""
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


def as_json(report: Report) -> dict[str, object]:
    """The report as plain values."""
    return {
        "city": report.city,
        "check": report.check,
        "ok": report.ok,
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
        }
    if each.message:
        made["message"] = each.message
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
    """Everything that went wrong, in full, with what each of those devices runs now."""
    return "\n".join(
        f"{each.device}: {each.state}; runs: {each.runs}\n  {each}"
        for each in results
        if each.state in (State.FAILED, State.UNREACHABLE)
    )
