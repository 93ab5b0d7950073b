"""Which sessions a deployment is judged by, where its devices are, and what cannot be measured."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from citynet.deploy.work import Plan
from citynet.errors import CitynetError
from citynet.fleet.access import Access
from citynet.lab.api import Lab
from citynet.pipeline import Prepared
from citynet.transaction.fleet import Health, Reached
from citynet.verify import health
from citynet.verify.lab import network_apart, network_of, told_of, unread_of
from citynet.verify.network import Network
from citynet.verify.planes import Told
from citynet.verify.run import AnyCheck

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
    """Where devices are: how to read them; which are twins, which closed, and what they tell."""

    network: Callable[[], Network]
    twins: frozenset[str]
    closed: frozenset[str]
    told: Told


def of(
    prepared: Prepared, todo: Plan, reach: Access | Lab | None, asked: Asked, say: Say
) -> Health:
    """Sessions as `citynet verify` sees them, at the devices of the run; says what is not seen.

    Raises `CitynetError` where sessions are demanded and none can be measured.
    """
    demand = health.Demand(asked.demand)
    place = _place(prepared, reach, todo.work.keys())
    every = health.session_checks(prepared, todo.work, todo.roles)
    checks = health.measurable(prepared, every, place.twins, place.closed, place.told)
    seen = {each.id for each in checks}
    left = [each for each in every if each.id not in seen]
    looked = {name for each in checks for name in each.concerns}
    silent = {name for each in left for name in each.concerns} | place.twins | place.closed
    unseen = ", ".join(sorted((todo.work.keys() & silent) - looked))
    if demand is health.Demand.STRICT and not checks:
        why = f"{unseen} cannot be read" if unseen else "what is deployed has none"
        raise CitynetError(f"--health strict: no session can be measured: {why}")
    if unseen:
        say(f"sessions are not measured at {unseen}")
    for line in _in_part(left, todo.work.keys() & looked):
        say(line)
    if not checks:
        say(PLAIN)
        return Reached()
    return health.Health(prepared, place.network, checks, demand, asked.wait, say, asked.hold)


def _in_part(left: Sequence[AnyCheck], looked: frozenset[str] | set[str]) -> Iterator[str]:
    """What is not measured at devices of which other sessions are."""
    found: dict[str, set[str]] = {}
    for each in left:
        for name in sorted(each.concerns & looked):
            found.setdefault(f"{each.role}/{each.name}", set()).add(name)
    for check, names in sorted(found.items()):
        yield f"{check} is not measured at {', '.join(sorted(names))}"


def _place(prepared: Prepared, reach: Access | Lab | None, devices: Collection[str]) -> _Place:
    if isinstance(reach, Lab):
        network = partial(network_of, prepared, reach, frozenset(devices))
        return _Place(network, reach.twins, reach.closed, told_of(prepared, reach))
    ways = reach or Access({}, None)
    unread = unread_of(prepared, ways)
    return _Place(
        partial(network_apart, prepared, ways), frozenset(), unread, told_of(prepared, ways)
    )
