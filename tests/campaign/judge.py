"""Is what citynet says so? Is every device on one of its two configurations, and all on the same?

Nothing here believes citynet: it compares its words with what was read from the devices.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.campaign.run import Ended
from tests.campaign.truth import Truth, Wanted

SLACK = 2.0
"""Seconds by which a time that a report names may be off: it is told in whole seconds."""
GOOD = ("kept", "same")
CLOSED = ("kept", "back", "same")


@dataclass(frozen=True)
class Look:
    """What was so at one moment.

    `edited`: a device of `meddled` may have been changed after its commit, rather than before.
    """

    wanted: Mapping[str, Wanted]
    truth: Mapping[str, Truth]
    meddled: frozenset[str] = frozenset()
    given_up: frozenset[str] = frozenset()
    clock_true: bool = True
    at: datetime | None = None
    liars: frozenset[str] = frozenset()
    edited: bool = True

    def runs(self, name: str) -> str:
        return self.wanted[name].name(self.truth[name].running)

    @property
    def mixed(self) -> bool:
        """Whether some run the old and some the new, of those that anybody waits for."""
        apart = self.meddled | self.given_up | self.liars
        changed = {self.runs(n) for n in self.truth if n not in apart}
        return len(changed & {"old", "new"}) > 1

    def summary(self) -> str:
        return " ".join(
            f"{name}:{self.runs(name)}{'' if each.until is None else f'({each.until:.0f}s)'}"
            for name, each in sorted(self.truth.items())
        )


def between(look: Look) -> Iterator[str]:
    """Devices that run neither configuration although nobody else has touched them."""
    for name in sorted(look.truth):
        if look.runs(name) == "neither" and name not in look.meddled | look.liars:
            yield f"{name} runs neither its old nor its new configuration"


def wrong(report: Mapping[str, Any], look: Look) -> Iterator[str]:
    """What a report says that is not so."""
    for each in report["results"]:
        name, said = str(each["device"]), str(each["runs"])
        complaint = _false(said, look, name, named=bool(each.get("message")))
        if complaint:
            yield f"the report says {name} runs {said!r}: {complaint}"
        if said == "unknown":
            yield from _too_soon(str(each.get("until", "")), look, name)
    missing = sorted(set(look.truth) - {str(each["device"]) for each in report["results"]})
    if missing:
        yield f"the report says nothing of {', '.join(missing)}"
    yield from _whole(report, look)


def _false(said: str, look: Look, name: str, *, named: bool) -> str:
    """Why it is not so that a device runs that; empty if it does.

    What another client has added after the commit is no part of the new configuration unless it is
    `named`; what was there when the run began, of a run that came later, is.
    """
    device, wanted = look.truth[name], look.wanted[name]
    runs = look.runs(name)
    more = name in look.meddled and (named or not look.edited)
    new = {wanted.new, wanted.more} if more else {wanted.new}
    waits = "" if device.until is None else f", and a commit waits for {device.until:.1f} s more"
    so = {
        "as wanted": device.running == wanted.new
        and device.kept in {wanted.new, wanted.saved or wanted.new},
        "old": device.running == wanted.old or name in look.meddled,
        "new": {device.running, device.kept} <= new,
        "other": runs == "neither",
        "unknown": True,
    }.get(said, False)
    if said == "unknown" or (so and not waits):
        return ""
    kept = (
        ""
        if device.kept == device.running
        else f", and would start with {wanted.name(device.kept)}"
    )
    return f"it runs {runs}{waits}{kept}"


def _too_soon(until: str, look: Look, name: str) -> Iterator[str]:
    waits = look.truth[name].until
    if waits is None or not look.clock_true:
        return
    if not until:
        yield f"the report does not say when {name}'s timer goes off"
        return
    left = (datetime.fromisoformat(until) - (look.at or datetime.now(UTC))).total_seconds()
    if waits > left + SLACK:
        yield f"the report says {name} is back in {left:.0f} s, and its timer has {waits:.0f} s"


def _whole(report: Mapping[str, Any], look: Look) -> Iterator[str]:
    """What is said of all of them."""
    outcome = str(report["outcome"])
    apart = look.meddled | look.liars
    runs = {name: look.runs(name) for name in look.truth if name not in apart}
    if outcome in GOOD and set(runs.values()) - {"new", "same"}:
        yield f"the run is said to be {outcome!r}: {look.summary()}"
    if outcome == "back" and set(runs.values()) - {"old", "same"}:
        yield f"the run is said to be {outcome!r}: {look.summary()}"
    if outcome in CLOSED and look.mixed:
        yield f"a mixed network is said to be {outcome!r}: {look.summary()}"
    if outcome == "split" and not apart | look.given_up:
        yield f"the run is said to be split, and every device has a timer: {look.summary()}"
    if bool(report["ok"]) != (outcome in GOOD):
        yield f"ok is {report['ok']} for a run that is {outcome!r}"


def exited(ended: Ended) -> Iterator[str]:
    """Whether a process ended as it should."""
    if "Traceback" in ended.err or "Traceback" in ended.out:
        yield f"a traceback: {ended.err[-800:]}"
    if ended.report is not None:
        expected = 0 if ended.report["ok"] else 1
        if ended.code != expected:
            yield f"it exited {ended.code} with outcome {ended.report['outcome']!r}"
    elif not ended.killed and ended.code != 1:
        yield f"it exited {ended.code} without a report: {ended.err[-300:]}"
    elif not ended.killed and not ended.err.strip():
        yield "it exited 1 and said nothing"


def undecided(look: Look) -> Iterator[str]:
    """Before `keep` is on disk no device keeps the new configuration."""
    for name, device in sorted(look.truth.items()):
        wanted = look.wanted[name]
        if wanted.changes and device.kept == wanted.new:
            yield f"{name} keeps its new configuration, and that was never decided"


def all_old(look: Look) -> Iterator[str]:
    """Left alone, an undecided run is over when the timers are."""
    for name in sorted(look.truth):
        if look.runs(name) not in ("old", "same") and name not in look.meddled:
            yield f"left alone, {name} did not go back by itself: {look.summary()}"


def settled(look: Look) -> Iterator[str]:
    """In the end: all the same, nothing waits, and what runs is what is kept."""
    if look.mixed:
        yield f"in the end some are old and some new: {look.summary()}"
    for name, device in sorted(look.truth.items()):
        if device.until is not None:
            yield f"in the end a commit still waits on {name}"
        apart = look.liars | look.meddled | look.given_up
        if device.kept != device.running and name not in apart:
            yield f"in the end {name} would start with another configuration than it runs"
