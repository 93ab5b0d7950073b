"""The flow from a folder of YAML to every device's files, each step from value to value."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct

from citynet.allocate import Plan, allocate
from citynet.build import Context, DeviceFacts, build_facts, context
from citynet.errors import InventoryError, Problem
from citynet.house import House, open_house
from citynet.load import Sources, load_city
from citynet.load.rules import check
from citynet.model import City
from citynet.model.settings import with_settings
from citynet.render import Artifact, Renderer, check_cells, fitted, name_problems
from citynet.render.cells import stand_ins

NO_SETTINGS: Mapping[str, object] = MappingProxyType({})


class Prepared(Struct, frozen=True):
    """A city that is valid, with its numbers and the facts of every device."""

    house: House
    sources: Sources
    context: Context
    facts: Mapping[str, DeviceFacts]

    @property
    def name(self) -> str:
        """The city's name."""
        return self.context.city.city.name

    @property
    def plan(self) -> Plan:
        """The city's numbers."""
        return self.context.plan

    def warnings(self) -> tuple[Problem, ...]:
        """What is no mistake and still wants a person's eye, each at its place."""
        found = InventoryError(stand_ins(self.facts.values(), self.house.platforms))
        return self.sources.resolve(found).problems if found.problems else ()


def _raise(problems: Iterable[Problem]) -> None:
    found = list(problems)
    if found:
        raise InventoryError(found)


def _check(city: City, settings: Mapping[str, object]) -> None:
    """Ask the rules of an inventory again where settings have changed what they held for."""
    _raise(check(city) if settings else ())


def prepare(
    folder: Path, house: House | None = None, settings: Mapping[str, object] = NO_SETTINGS
) -> Prepared:
    """Load, allocate and build. Raises `InventoryError` with every problem and its place.

    `settings` are of this run, over the inventory: see `citynet.model.settings`.
    """
    house = house or open_house()
    loaded = load_city(folder)
    city = with_settings(loaded.city, settings)
    try:
        _check(city, settings)
        ready = context(city, allocate(city))
        facts = fitted(build_facts(ready, house.roles), house.platforms)
        check_cells(facts.values(), house.platforms)
        _raise(name_problems(ready, facts, house.platforms))
    except InventoryError as error:
        raise loaded.sources.resolve(error) from error
    return Prepared(house, loaded.sources, ready, facts)


def render(prepared: Prepared) -> dict[str, Artifact]:
    """The files of every device, by name."""
    renderer = Renderer(prepared.house.platforms)
    return {name: renderer.render(facts) for name, facts in prepared.facts.items()}
