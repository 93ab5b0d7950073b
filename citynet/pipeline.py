"""The flow from a folder of YAML to every device's files, each step from value to value."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct

from citynet.allocate import Plan, numbered
from citynet.allocate import problems as clashes
from citynet.build import Context, DeviceFacts, context, option_problems, sound_facts
from citynet.errors import InventoryError, Problem, coded
from citynet.house import House, open_house
from citynet.load import Reading, Sources, check, read_city, sound
from citynet.load.sound import entry_of
from citynet.load.tree import in_order
from citynet.model.settings import setting_of, with_settings
from citynet.render import (
    Artifact,
    Renderer,
    cell_problems,
    fitted,
    name_problems,
    unknown_platforms,
)
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


def _settled(read: Reading, settings: Mapping[str, object]) -> Reading:
    """What was read with settings over it, as if it had been written so.

    The rules of an inventory are asked again where settings have changed what they held for.
    """
    if not settings or read.city is None or read.problems:
        return read
    city = with_settings(read.city, settings)
    problems = tuple(check(city))
    part = sound(city, {entry_of(each.path) for each in problems}) if problems else city
    return Reading(read.sources, problems, city, part)


def _built(
    read: Reading, house: House, problems: list[Problem]
) -> tuple[Context, dict[str, DeviceFacts]] | None:
    """Numbers and facts of what is sound, and all that is wrong with it or with options."""
    if read.city is not None:
        problems += option_problems(house.roles, read.city, read.sources)
        problems += coded("unknown-platform", unknown_platforms(read.city, house.platforms))
    if read.part is None:
        return None
    plan = numbered(read.part)
    problems += coded("clash", clashes(read.part, plan))
    ready = context(read.part, plan)
    facts = fitted(sound_facts(ready, house.roles), house.platforms)
    problems += coded("cannot-do", cell_problems(facts.values(), house.platforms))
    problems += coded("device-name", name_problems(ready, facts, house.platforms))
    for role in house.roles:
        problems += coded("contradiction", role.contradictions(ready, facts))
    return ready, facts


def _placed(
    read: Reading, settings: Mapping[str, object], problems: Iterable[Problem]
) -> InventoryError:
    """The problems at their places; one that a setting makes is in no file, and names that."""
    found = []
    for each in problems:
        key = setting_of(read.city, settings, each.path) if settings and read.city else None
        said = f"setting {key}: {each.what}"
        named = Problem(said, each.path, each.expected, each.hint, code=each.code)
        found.append(named if key else read.sources.place(each))
    return InventoryError(in_order(found))


def prepare(
    folder: Path, house: House | None = None, settings: Mapping[str, object] = NO_SETTINGS
) -> Prepared:
    """Load, allocate and build. Raises `InventoryError` with every problem and its place.

    Each stage goes on with what has nothing to do with an earlier stage's problems, so that
    all mistakes are told at once and none that only follows from another.

    `settings` are of this run, over the inventory: see `citynet.model.settings`.
    """
    house = house or open_house()
    read = _settled(read_city(folder), settings)
    problems = list(read.problems)
    built = _built(read, house, problems)
    if problems or built is None:
        raise _placed(read, settings, problems)
    ready, facts = built
    return Prepared(house, read.sources, ready, facts)


def render(prepared: Prepared) -> dict[str, Artifact]:
    """The files of every device, by name."""
    renderer = Renderer(prepared.house.platforms)
    return {name: renderer.render(facts) for name, facts in prepared.facts.items()}
