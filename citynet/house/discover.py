"""Find roles and platforms: folders of the house, and entry points of other packages.

`roles/<name>/role.py` holds `ROLE`, `plugins/<name>/platform.py` holds `PLATFORM`. Another
package adds its own by the entry-point groups `citynet.roles` and `citynet.platforms`; the
entry point has the name of what it adds.

Every role is imported, since a city needs them all. A platform is imported when it is first
asked for: a city of one vendor does not wait for the others.
"""

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from citynet.build.role import Role
from citynet.errors import CitynetError
from citynet.render.platform import Platform

Found = TypeVar("Found", Role, Platform)

PACKAGE = "citynet_house"
"""The house's folders are imported under this name; `roles/vpn` is `citynet_house.roles.vpn`."""


class HouseError(CitynetError):
    """A folder of `roles/` or `plugins/`, or an entry point, is not what it should be."""


class House(Struct, frozen=True):
    """Everything citynet can do here: roles in the order in which they build, platforms by name."""

    root: Path
    roles: tuple[Role, ...]
    platforms: Mapping[str, Platform]


def house_root() -> Path:
    """The folder with `roles/`, `plugins/` and `templates/`: the clone, or inside the wheel."""
    here = Path(__file__).resolve().parent.parent
    for root in (here.parent, here / "_house"):
        if (root / "roles").is_dir() and (root / "plugins").is_dir():
            return root
    raise HouseError(f"no roles/ and plugins/ beside {here}: the installation is incomplete")


def _package(root: Path) -> None:
    """Make the house's folders importable as one namespace, without putting it on `sys.path`."""
    module = sys.modules.get(PACKAGE)
    if module is None:
        module = ModuleType(PACKAGE)
        sys.modules[PACKAGE] = module
    module.__path__ = [str(root)]


def house_module(name: str) -> ModuleType:
    """A module of the house, such as `plugins.frr.driver`."""
    _package(house_root())
    return importlib.import_module(f"{PACKAGE}.{name}")


def _folders(root: Path, kind: str, file: str) -> Iterator[str]:
    for path in sorted((root / kind).iterdir()):
        if (path / file).is_file():
            yield path.name


class Finder(Struct, frozen=True):
    """Imports a role or a platform when it is called; `module` is where it is."""

    module: str
    load: Callable[[], object]

    def __call__(self) -> object:
        """The role or the platform."""
        return self.load()


def _finders(root: Path, kind: str, module: str) -> dict[str, Finder]:
    """By name, what imports it: of the folder `kind`, and of the entry points of other packages."""
    found: dict[str, Finder] = {}
    for folder in _folders(root, kind, f"{module}.py"):
        place = f"{PACKAGE}.{kind}.{folder}.{module}"
        found[folder] = Finder(place, partial(_attribute, place, module.upper()))
    for point in sorted(entry_points(group=f"citynet.{module}s"), key=lambda each: each.name):
        if point.name in found:
            raise HouseError(f"{module} {point.name!r} comes twice, the second from {point.value}")
        found[point.name] = Finder(point.module, point.load)
    return found


def _attribute(module: str, name: str) -> object:
    return getattr(importlib.import_module(module), name)


def _loaded(kind: type[Found], name: str, load: Callable[[], object]) -> Found:
    what = kind.__name__.lower()
    try:
        found = load()
    except (ImportError, AttributeError) as error:
        raise HouseError(f"{what} {name!r} cannot be imported: {error}") from error
    if not isinstance(found, kind) or found.name != name:
        raise HouseError(f"{what} {name!r} is {found!r}, expected a {kind.__name__} of that name")
    return found


class Platforms(Mapping[str, Platform]):
    """Platforms by name, each imported when it is first asked for.

    Their names cost nothing. Raises `HouseError` for one that cannot be used, when it is used.
    """

    def __init__(self, root: Path, finders: Mapping[str, Finder]) -> None:
        self._root = root
        self._finders = finders
        self._loaded: dict[str, Platform] = {}

    def __getitem__(self, name: str) -> Platform:
        if name not in self._loaded:
            finder = self._finders[name]
            found = _with_parts(_loaded(Platform, name, finder), finder.module)
            self._loaded[name] = _with_templates(found, self._root)
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._finders

    def __iter__(self) -> Iterator[str]:
        return iter(self._finders)

    def __len__(self) -> int:
        return len(self._finders)


def _ordered(roles: Mapping[str, Role]) -> tuple[Role, ...]:
    graph = {name: sorted(role.after) for name, role in sorted(roles.items())}
    missing = {each for after in graph.values() for each in after} - set(roles)
    if missing:
        raise HouseError(f"roles that others build on are missing: {', '.join(sorted(missing))}")
    try:
        return tuple(roles[name] for name in TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise HouseError(f"roles build on each other in a circle: {error.args[1]}") from error


def _with_templates(platform: Platform, root: Path) -> Platform:
    return (
        platform
        if platform.templates
        else replace(platform, templates=root / "templates" / platform.name)
    )


def _with_parts(platform: Platform, module: str) -> Platform:
    """A leading dot is beside the module in which the platform is, wherever its parts are from."""
    package = sys.modules[module].__package__ or ""
    driver, reader, acting = (
        f"{package}{place}".removeprefix(".") if place.startswith(".") else place
        for place in (platform.driver, platform.reader, platform.acting)
    )
    return replace(platform, driver=driver, reader=reader, acting=acting)


def open_house(root: Path | None = None) -> House:
    """Find every role and platform. Raises `HouseError` for what cannot be used."""
    root = root or house_root()
    _package(root)
    finders = _finders(root, "roles", "role")
    roles = {name: _loaded(Role, name, find) for name, find in finders.items()}
    return House(root, _ordered(roles), Platforms(root, _finders(root, "plugins", "platform")))
