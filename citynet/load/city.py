"""A folder of YAML to a `City` and the places of everything in it."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from pydantic import ValidationError

from citynet.errors import InventoryError, KeyPath, Position, Problem, coded
from citynet.load import folder as folders
from citynet.load.compose import Document, compose
from citynet.load.merge import Merged, merge
from citynet.load.references import dangling
from citynet.load.rules import HEADER_RULES, RULES, WHOLE_RULES, apply
from citynet.load.shape import bad_paths, shape_problems
from citynet.load.sound import entry_of, sound, without
from citynet.load.source import decode, top
from citynet.load.tree import Sources, in_order
from citynet.model import City

SECTIONS = tuple(City.model_fields)
HEADER = "city"
_ANY_HEADER: Mapping[str, object] = {"name": "unknown"}


class LoadedCity(Struct, frozen=True):
    """A city that keeps all rules, and where each part of it is written."""

    city: City
    sources: Sources


class Reading(Struct, frozen=True):
    """What could be read of an inventory, and every problem in it, sorted by file and place.

    `city` is all that has the right shape. `part` is what of it has nothing to do with a
    problem, so that later stages can go on with it: the city itself where there is none. Either
    is None where not even that is known.
    """

    sources: Sources
    problems: tuple[Problem, ...] = ()
    city: City | None = None
    part: City | None = None


def read_city(folder: Path) -> Reading:
    """Read the inventory in a folder: all its `*.yaml` and `*.yml` files, as one.

    Linear in the size of the inventory, mistakes included.
    """
    files, problems = folders.find(folder)
    if not files:
        return Reading(Sources(), tuple(problems))
    documents = [Document(str(folder), problems=tuple(problems))] if problems else []
    documents += [_document(file, folder) for file in files]
    merged = merge(documents, SECTIONS, _start(files))
    return _checked(merged)


def load_city(folder: Path) -> LoadedCity:
    """Load the inventory in a folder. Raises `InventoryError` with every problem in it."""
    read = read_city(folder)
    if read.problems or read.city is None:
        raise InventoryError(read.problems)
    return LoadedCity(read.city, read.sources)


def _start(files: Iterable[Path]) -> Position:
    """Choose the file to point at for what is nowhere: city.yaml, or the first one."""
    names = [str(file) for file in files]
    return top(next((name for name in names if Path(name).stem == "city"), names[0]))


def _document(file: Path, folder: Path) -> Document:
    data, problems = folders.read(file, folder)
    source = None
    if data is not None:
        source, found = decode(str(file), data)
        problems = [*problems, *coded("text", found)]
    if source is None:
        return Document(str(file), problems=tuple(problems))
    document = compose(source)
    said = tuple(coded("yaml", document.problems))
    return replace(document, problems=said).after(problems)


def _checked(merged: Merged) -> Reading:
    reader = _Reader(merged)
    city = reader.shape()
    reader.rules(reader.references(city))
    part = reader.part(city)
    return Reading(merged.sources, tuple(in_order(reader.problems)), city, part)


class _Reader:
    """Collects what is wrong, each stage leaving alone what an earlier one has spoken about."""

    def __init__(self, merged: Merged) -> None:
        self.merged = merged
        self.problems: list[Problem] = list(merged.problems)
        self.wrong: set[KeyPath] = set()

    def shape(self) -> City | None:
        """Read the values as a city, or as much of it as has the right shape."""
        merged = self.merged
        try:
            city = City.model_validate(merged.values, by_alias=True, by_name=False)
        except ValidationError as error:
            self._add(shape_problems(error, merged.empty, merged.sources, whole=merged.whole))
            return _part(merged.values, bad_paths(error))
        if merged.empty:
            shape = shape_problems(None, merged.empty, merged.sources, whole=merged.whole)
            self._add(shape)
        return city

    def references(self, city: City | None) -> City | None:
        """Look for names that nothing has, if everything that was written is known.

        Returns what of the city names nothing that is not there.
        """
        if not self.merged.whole:
            return city
        problems = list(dangling(self.merged.values))
        self._add(problems)
        return without(city, {entry_of(problem.path) for problem in problems}) if city else None

    def rules(self, city: City | None) -> None:
        """Ask the rules that can be asked."""
        if city is None:
            return
        nothing_missing = not self.problems
        spared = frozenset() if self._header_is_right() else HEADER_RULES
        self._add(apply((rule for rule in RULES if rule not in spared), city))
        self.wrong |= {entry_of(each.path) for each in self.problems if len(each.path) > 1}
        if nothing_missing:
            self._add(apply(WHOLE_RULES, city))

    def part(self, city: City | None) -> City | None:
        """Give what of the city has nothing to do with a problem.

        Nothing has if the header is wrong: numbers are made of the city's name, and platforms
        and options are the header's where nothing else is said.
        """
        if city is None or not self._header_is_right():
            return None
        if not self.problems:
            return city
        written = {(section, name) for section, names in self._sections() for name in names}
        here = {(section, name) for section, name in written if name in getattr(city, section)}
        wrong = {path for path in self.wrong if path[:2] in here}
        return sound(city, wrong, written - here)

    def _sections(self) -> Iterator[tuple[str, Mapping[str, object]]]:
        for section, entries in self.merged.values.items():
            if section != HEADER and isinstance(entries, Mapping):
                yield section, entries

    def _header_is_right(self) -> bool:
        wrong = any(problem.path[:1] == (HEADER,) for problem in self.problems)
        return HEADER in self.merged.values and not wrong

    def _add(self, problems: Iterable[Problem]) -> None:
        said = {problem.position for problem in self.problems}
        placed = (self.merged.sources.place(problem) for problem in problems)
        self.problems += [problem for problem in placed if problem.position not in said]


def _part(values: Mapping[str, object], bad: set[KeyPath]) -> City | None:
    """Read the entries that have the right shape, if they make a city."""
    kept: dict[str, object] = {HEADER: _ANY_HEADER}
    for section, entries in values.items():
        if isinstance(entries, Mapping):
            start = _ANY_HEADER if section == HEADER else {}
            fits = {name: each for name, each in entries.items() if (section, name) not in bad}
            kept[section] = {**start, **fits}
    try:
        return City.model_validate(kept, by_alias=True, by_name=False)
    except ValidationError:
        return None
