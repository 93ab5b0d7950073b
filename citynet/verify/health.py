"""Whether a change has cost a city anything: its sessions before and after, by measurement."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from citynet.errors import CitynetError
from citynet.pipeline import Prepared
from citynet.verify.check import TWIN
from citynet.verify.gather import Gatherer
from citynet.verify.network import Network, Sessions
from citynet.verify.planes import NOTHING, Told, unmeasured
from citynet.verify.run import AnyCheck, all_checks, failing, settle

LATE = 20.0
"""Seconds without progress that sessions may take which no demand waits for."""


class Demand(StrEnum):
    """What a change must leave behind.

    `NO_WORSE`: what held before holds again, so that a city with a cut fibre, or one that is
    being built, can still be changed. `STRICT`: all that the intent wants.
    """

    NO_WORSE = "no-worse"
    STRICT = "strict"


def session_checks(
    prepared: Prepared,
    devices: Iterable[str],
    roles: frozenset[str] | None = None,
) -> tuple[AnyCheck, ...]:
    """The checks of sessions at these devices; `roles`, if given, are all that was deployed."""
    names = frozenset(devices)
    nodes = frozenset(prepared.facts)
    return tuple(
        check
        for check in all_checks(prepared.context, prepared.house.roles)
        if check.session
        and (roles is None or check.role in roles)
        and check.concerns & nodes
        and check.concerns & nodes <= names
    )


def measurable(
    prepared: Prepared,
    checks: Sequence[AnyCheck],
    twins: frozenset[str] = frozenset(),
    closed: frozenset[str] = frozenset(),
    told: Told = NOTHING,
) -> tuple[AnyCheck, ...]:
    """Those that can be measured: `twins`, `closed` and `told` as in `unmeasured`."""
    skipped = unmeasured(checks, prepared.context, twins, closed, told)
    return tuple(check for check in checks if check.id not in skipped)


@dataclass(slots=True)
class Health:
    """Sessions of a `network`; `wait` is how many seconds they may take to come back.

    `hold`: seconds before they are looked at, in which a neighbour that fell silent is missed. A
    session whose packets are lost is up until its detection time is over (RFC 5880, section
    6.8.4), and would be taken for healthy.
    """

    prepared: Prepared
    network: Callable[[], Network]
    checks: tuple[AnyCheck, ...]
    demand: Demand
    wait: float
    progress: Callable[[str], None]
    hold: float
    pause: Callable[[float], None] = time.sleep
    held: tuple[AnyCheck, ...] = field(default=())
    made_up: frozenset[str] = frozenset()
    missing: tuple[str, ...] = field(default=())

    def before(self) -> None:
        """Remember what holds."""
        bad = frozenset(self._failing(self.checks, 0.0))
        self.held = tuple(each for each in self.checks if each.id not in bad)
        self.progress(f"{len(self.held)} of {len(self.checks)} session checks hold before")
        if self.made_up:
            names = ", ".join(sorted(self.made_up))
            self.progress(f"made up, as they say themselves: the sessions of {names} {TWIN}")

    def after(self) -> Sequence[str]:
        """What is missing now, in sentences; empty is healthy."""
        wanted = self.checks if self.demand is Demand.STRICT else self.held
        if wanted:
            self.pause(self.hold)
        began = time.monotonic()
        found = _sentences(self._failing(wanted, self.wait))
        if not found:
            left = max(0.0, self.wait - (time.monotonic() - began))
            self.missing = self._late(wanted, min(left, LATE))
        return found

    def down(self) -> Sequence[str]:
        """Wanted sessions that were not up before and are not now, in sentences.

        A neighbour that was plugged into the wrong port is one: no demand of `NO_WORSE` sees it.
        """
        return self.missing

    def _late(self, judged: Sequence[AnyCheck], wait: float) -> tuple[str, ...]:
        ids = {each.id for each in judged}
        rest = tuple(each for each in self.checks if each.id not in ids)
        if rest:
            self.progress(f"{len(rest)} session checks did not hold before; do they now?")
        try:
            return _sentences(self._failing(rest, wait))
        except CitynetError as error:  # the change is judged already
            return (f"{len(rest)} session checks that did not hold before: not measured: {error}",)

    def _failing(self, checks: Sequence[AnyCheck], wait: float) -> dict[str, str]:
        if not checks:
            return {}
        network = self.network()
        with Sessions(network.open_shell, network.open_models) as sessions:
            gatherer = Gatherer(network, sessions, self.prepared.plan, self.progress)
            settled = settle(gatherer, checks, wait)
            self.made_up = settled.made_up
            return failing(checks, settled)


def _sentences(found: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{name}: {message}" for name, message in found.items())
