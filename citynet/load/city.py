"""A folder of YAML to a `City` and the places of everything in it."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct
from pydantic import ValidationError

from citynet.errors import InventoryError, KeyPath, Position, Problem
from citynet.load import folder as folders
from citynet.load.compose import Document, compose
from citynet.load.merge import Merged, merge
from citynet.load.references import dangling
from citynet.load.rules import RULES, WHOLE_RULES, apply
from citynet.load.shape import bad_paths, shape_problems
from citynet.load.source import decode, top
from citynet.load.tree import Sources, in_order
from citynet.model import City

SECTIONS = tuple(City.model_fields)
_ANY_HEADER = {"name": "unknown"}


class LoadedCity(Struct, frozen=True):
    """A city that keeps all rules, and where each part of it is written."""

    city: City
    sources: Sources


def load_city(folder: Path) -> LoadedCity:
    """Load the inventory in a folder: all its `*.yaml` and `*.yml` files, as one.

    Raises `InventoryError` with every problem that can be told, sorted by file and place.
    Linear in the size of the inventory, mistakes included.
    """
    files, problems = folders.find(folder)
    if not files:
        raise InventoryError(problems)
    documents = [Document(str(folder), problems=tuple(problems))] if problems else []
    documents += [_document(file, folder) for file in files]
    merged = merge(documents, SECTIONS, _start(files))
    return _checked(merged)


def _start(files: Iterable[Path]) -> Position:
    """Choose the file to point at for what is nowhere: city.yaml, or the first one."""
    names = [str(file) for file in files]
    return top(next((name for name in names if Path(name).stem == "city"), names[0]))


def _document(file: Path, folder: Path) -> Document:
    data, problems = folders.read(file, folder)
    source = None
    if data is not None:
        source, found = decode(str(file), data)
        problems = [*problems, *found]
    if source is None:
        return Document(str(file), problems=tuple(problems))
    document = compose(source)
    return document.after(problems)


def _checked(merged: Merged) -> LoadedCity:
    sources = merged.sources
    reader = _Reader(merged)
    city = reader.shape()
    reader.rules(reader.references(city))
    if reader.problems or city is None:
        raise InventoryError(in_order(reader.problems))
    return LoadedCity(city, sources)


class _Reader:
    """Collects what is wrong, each stage leaving alone what an earlier one has spoken about."""

    def __init__(self, merged: Merged) -> None:
        self.merged = merged
        self.problems: list[Problem] = list(merged.problems)

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
        return _without(city, {problem.path[:2] for problem in problems}) if city else None

    def rules(self, city: City | None) -> None:
        """Ask the rules that can be asked."""
        if city is None:
            return
        nothing_missing = not self.problems
        self._add(apply(RULES, city))
        if nothing_missing:
            self._add(apply(WHOLE_RULES, city))

    def _add(self, problems: Iterable[Problem]) -> None:
        said = {problem.position for problem in self.problems}
        placed = (self.merged.sources.place(problem) for problem in problems)
        self.problems += [problem for problem in placed if problem.position not in said]


def _without(city: City, paths: set[KeyPath]) -> City:
    """Leave entries out of a city; nothing else is looked at again."""
    kept = {
        section: {
            name: entry
            for name, entry in getattr(city, section).items()
            if (section, name) not in paths
        }
        for section in {str(path[0]) for path in paths}
    }
    return city.model_copy(update=kept)


def _part(values: Mapping[str, object], bad: set[KeyPath]) -> City | None:
    """Read the entries that have the right shape, if they make a city."""
    kept: dict[str, object] = {}
    for section, entries in values.items():
        if isinstance(entries, Mapping):
            kept[section] = {
                name: entry for name, entry in entries.items() if (section, name) not in bad
            }
    if any(path[0] == "city" for path in bad):
        kept["city"] = _ANY_HEADER
    try:
        return City.model_validate(kept, by_alias=True, by_name=False)
    except ValidationError:
        return None
