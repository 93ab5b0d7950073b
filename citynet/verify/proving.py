"""Prove the prover: inject one fault, see the checks catch it, undo it, see them pass again."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from citynet.verify.check import Status
from citynet.verify.fault import Fault
from citynet.verify.gather import Gatherer
from citynet.verify.report import Report
from citynet.verify.run import AnyCheck, verify

PAUSE = 0.5
SETTLE = 20.0
"""Seconds that the rest of the network has to find its way around a fault."""
COMMAND_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of a fault. `missed` are the checks that should have failed and did not.

    `astray` is what the checks said that should have held all the while, and did not. `said` is
    what the first failing check said; times are in seconds.
    """

    fault: Fault
    missed: tuple[str, ...]
    said: str
    caught_after: float
    healed: bool
    healed_after: float
    still_failing: tuple[str, ...] = ()
    astray: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Caught by every check that should and by no other, and healthy again."""
        return not self.missed and not self.astray and self.healed


def concerned(fault: Fault, checks: Sequence[AnyCheck]) -> tuple[AnyCheck, ...]:
    """The checks that must catch a fault, of what it concerns."""
    about = set(fault.concerning)
    return tuple(
        check
        for check in checks
        if f"{check.role}/{check.name}" in fault.caught_by
        and (not about or about & (check.concerns | {check.subject}))
    )


def unrelated(fault: Fault, checks: Sequence[AnyCheck]) -> tuple[AnyCheck, ...]:
    """The checks that must hold whatever the fault does."""
    related = {*fault.caught_by, *fault.touches}
    return tuple(check for check in checks if f"{check.role}/{check.name}" not in related)


def _missed(fault: Fault, report: Report) -> tuple[str, ...]:
    """A check that could not run has not caught anything."""
    failing = {
        f"{each.role}/{each.name}" for each in report.failed if each.verdict.status is Status.FAILED
    }
    return tuple(each for each in fault.caught_by if each not in failing)


def _words(report: Report) -> tuple[str, ...]:
    return tuple(f"{each.id}: {each.verdict.message}" for each in report.failed)


def _shell(gatherer: Gatherer, fault: Fault, command: str) -> None:
    for node in fault.nodes:
        gatherer.sessions.run(node, command, None, COMMAND_TIMEOUT)


def _caught(
    fault: Fault, gatherer: Gatherer, checks: Sequence[AnyCheck], within: float
) -> tuple[Report, float]:
    started = time.monotonic()
    while True:
        report = verify("fault", gatherer, checks)
        seconds = time.monotonic() - started
        if not _missed(fault, report) or seconds > within:
            return report, seconds
        time.sleep(PAUSE)


def prove(
    fault: Fault,
    gatherer: Gatherer,
    checks: Sequence[AnyCheck],
    heal_within: float = 90.0,
    *,
    thorough: bool = True,
    settle: float = SETTLE,
) -> Proof:
    """Inject `fault`, look until it is caught, undo it whatever happened, look until healthy.

    In between, if `thorough`, whatever has nothing to do with it must hold, once the network
    has settled.
    """
    needed, others = concerned(fault, checks), unrelated(fault, checks)
    related = tuple(check for check in checks if check not in others)
    try:
        _shell(gatherer, fault, fault.inject)
        report, caught_after = _caught(fault, gatherer, needed, fault.within)
        beside = _words(verify("unrelated", gatherer, others, settle)) if thorough else ()
    finally:
        _shell(gatherer, fault, fault.undo)
    started = time.monotonic()
    after = verify("healed", gatherer, related, heal_within)
    while not after.ok and time.monotonic() - started < heal_within:
        time.sleep(PAUSE)
        after = verify("healed", gatherer, related, heal_within)
    failed = [each for each in report.failed if each.verdict.status is not Status.OK]
    return Proof(
        fault=fault,
        missed=_missed(fault, report),
        said=f"{failed[0].id}: {failed[0].verdict.message}" if failed else "",
        caught_after=round(caught_after, 1),
        healed=after.ok,
        healed_after=round(time.monotonic() - started, 1),
        still_failing=_words(after),
        astray=beside,
    )
