"""Which sessions a deployment is judged by, where its devices are, and what cannot be measured."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from citynet.deploy.work import Plan
from citynet.errors import CitynetError
from citynet.fleet.access import Access
from citynet.lab.api import Lab
from citynet.pipeline import Prepared
from citynet.transaction.fleet import Health, Reached
from citynet.verify import health
from citynet.verify.lab import network_apart, network_of, unread_of
from citynet.verify.network import Network

Say = Callable[[str], None]
PLAIN = "no session is measured: the change is judged by whether each device can be reached"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says: the demand, how long sessions may take and have to hold."""

    demand: str
    wait: float
    hold: float


@dataclass(frozen=True, slots=True)
class _Place:
    """Where devices are: how to read them, which are twins, and which tell nothing."""

    network: Callable[[], Network]
    twins: frozenset[str]
    closed: frozenset[str]


def of(
    prepared: Prepared, todo: Plan, reach: Access | Lab | None, asked: Asked, say: Say
) -> Health:
    """Sessions as `citynet verify` sees them, at the devices of the run; says what is not seen.

    Raises `CitynetError` where sessions are demanded and none can be measured.
    """
    demand = health.Demand(asked.demand)
    place = _place(prepared, reach, todo.work.keys())
    every = health.session_checks(prepared, todo.work, todo.roles)
    checks = health.measurable(prepared, every, place.twins, place.closed)
    seen = {each.id for each in checks}
    left = {name for each in every if each.id not in seen for name in each.concerns}
    unseen = ", ".join(sorted(todo.work.keys() & (left | place.twins | place.closed)))
    if demand is health.Demand.STRICT and not checks:
        why = f"{unseen} cannot be read" if unseen else "what is deployed has none"
        raise CitynetError(f"--health strict: no session can be measured: {why}")
    if unseen:
        say(f"sessions are not measured at {unseen}")
    if not checks:
        say(PLAIN)
        return Reached()
    return health.Health(prepared, place.network, checks, demand, asked.wait, say, asked.hold)


def _place(prepared: Prepared, reach: Access | Lab | None, devices: Collection[str]) -> _Place:
    if isinstance(reach, Lab):
        network = partial(network_of, prepared, reach, frozenset(devices))
        return _Place(network, reach.twins, reach.closed)
    ways = reach or Access({}, None)
    unread = unread_of(prepared, ways)
    return _Place(partial(network_apart, prepared, ways), frozenset(), unread)
