"""Run checks against a running network: choose them, wait until it settles, observe, judge."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from citynet.build.context import Context
from citynet.build.role import Role
from citynet.errors import CitynetError
from citynet.text import with_nearest
from citynet.verify.check import Check
from citynet.verify.gather import Gatherer, Outcomes, States
from citynet.verify.observe import Observations, union
from citynet.verify.report import Report

AnyCheck = Check[Any]
POLL = 1.0
"""Seconds between two looks at sessions that are not up yet."""

LONGEST = 5
"""So many times `wait` a network may take that gets better all along."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which checks to run: by label, and by node, VPN or gateway; empty is all."""

    tags: frozenset[str] = frozenset()
    limit: frozenset[str] = frozenset()


def all_checks(context: Context, roles: Iterable[Role]) -> tuple[AnyCheck, ...]:
    """Every check of every role. Two of one name are a mistake in a role."""
    found = tuple(check for role in roles for check in role.checks(context))
    ids = [check.id for check in found]
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise CitynetError(f"checks of one name: {', '.join(twice)}")
    return found


def select(checks: Sequence[AnyCheck], chosen: Selection) -> tuple[AnyCheck, ...]:
    """The chosen checks. Raises `CitynetError` for a name nothing has, and for none at all."""
    labels = {label for check in checks for label in check.labels}
    names = {name for check in checks for name in check.concerns | {check.subject}}
    for what, asked, known in (("tag", chosen.tags, labels), ("limit", chosen.limit, names)):
        for each in sorted(asked - known):
            raise CitynetError(with_nearest(f"no check has {what} {each!r}", each, known))
    found = tuple(
        check
        for check in checks
        if (not chosen.tags or check.labels & chosen.tags)
        and (not chosen.limit or (check.concerns | {check.subject}) & chosen.limit)
    )
    if not found:
        raise CitynetError("no check is selected; that would prove nothing")
    return found


@dataclass(frozen=True, slots=True)
class Settled:
    """What was read last, and how long it took until all sessions were up, seconds."""

    states: States
    outcomes: Outcomes
    waited: float
    settled: bool
    made_up: frozenset[str] = frozenset()


def _failing(checks: Iterable[AnyCheck], states: States) -> tuple[AnyCheck, ...]:
    seen = Observations(states=states)
    return tuple(check for check in checks if check.session and not check.result(seen).passed)


def failing(checks: Sequence[AnyCheck], found: Settled) -> dict[str, str]:
    """The session checks that do not hold, by id, and what each says."""
    seen = Observations(states=found.states, made_up=found.made_up)
    return {each.id: each.result(seen).verdict.message for each in _failing(checks, found.states)}


def settle(gatherer: Gatherer, checks: Sequence[AnyCheck], wait: float) -> Settled:
    """Read the routers; while sessions are missing and `wait` seconds are not over, again.

    `wait` begins again whenever fewer are missing than ever before, at most `LONGEST` times as
    long in all: on a busy machine sessions come up one after another. Only routers whose session
    checks fail are asked again, for these checks alone. Once they pass, everything is read once
    more: what was seen before the network settled is no proof.
    """
    started = time.monotonic()
    needs = union(check.needs() for check in checks)
    states, outcomes = gatherer.nodes(needs)
    failing = _failing(checks, states)
    if not failing or not wait:
        return Settled(states, outcomes, 0.0, not failing, gatherer.made_up)
    fewest, better = len(failing), started
    while failing and time.monotonic() < min(better + wait, started + LONGEST * wait):
        gatherer.progress(f"waiting for {len(failing)} checks, {failing[0].id} first")
        time.sleep(POLL)
        again, _ = gatherer.nodes(union(check.needs() for check in failing))
        states |= again
        failing = _failing(failing, states)
        if not failing:
            states, outcomes = gatherer.nodes(needs)
            failing = _failing(checks, states)
        if len(failing) < fewest:
            fewest, better = len(failing), time.monotonic()
    waited = time.monotonic() - started
    return Settled(states, outcomes, waited, not failing, gatherer.made_up)


def verify(city: str, gatherer: Gatherer, checks: Sequence[AnyCheck], wait: float = 0.0) -> Report:
    """Observe what `checks` need, after at most `wait` seconds of settling, and judge it."""
    started, now = time.monotonic(), datetime.now(tz=UTC)
    needs = union(check.needs() for check in checks)
    ready = settle(gatherer, checks, wait)
    seen = gatherer.packets(needs, ready.states, ready.outcomes)
    results = tuple(sorted((check.result(seen) for check in checks), key=lambda each: each.id))
    return Report(
        city=city,
        started=now.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - started, 2),
        waited=round(ready.waited, 2),
        settled=ready.settled,
        probes=len(needs.probes) + len(needs.knocks),
        results=results,
    )
