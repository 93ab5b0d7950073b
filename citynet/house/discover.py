"""Find roles and platforms: folders of the house, and entry points of other packages.

`roles/<name>/role.py` holds `ROLE`, `plugins/<name>/platform.py` holds `PLATFORM`. Another
package adds its own by the entry-point groups `citynet.roles` and `citynet.platforms`.
"""

import importlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from citynet.build.role import Role
from citynet.errors import CitynetError
from citynet.render.platform import Platform

PACKAGE = "citynet_house"
"""The house's folders are imported under this name; `roles/vpn` is `citynet_house.roles.vpn`."""


class HouseError(CitynetError):
    """A folder of `roles/` or `plugins/`, or an entry point, is not what it should be."""


@dataclass(frozen=True, slots=True)
class House:
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


def _folders(root: Path, kind: str, file: str) -> Iterator[str]:
    for path in sorted((root / kind).iterdir()):
        if (path / file).is_file():
            yield path.name


def _found(root: Path, kind: str, module: str, attribute: str) -> Iterator[object]:
    for folder in _folders(root, kind, f"{module}.py"):
        name = f"{PACKAGE}.{kind}.{folder}.{module}"
        yield getattr(importlib.import_module(name), attribute)
    group = {"roles": "citynet.roles", "plugins": "citynet.platforms"}[kind]
    for point in sorted(entry_points(group=group), key=lambda each: each.name):
        yield point.load()


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


def open_house(root: Path | None = None) -> House:
    """Find every role and platform. Raises `HouseError` for what cannot be used."""
    root = root or house_root()
    _package(root)
    roles: dict[str, Role] = {}
    for role in _found(root, "roles", "role", "ROLE"):
        if not isinstance(role, Role) or role.name in roles:
            raise HouseError(f"role {role!r} is not a Role or comes twice")
        roles[role.name] = role
    platforms: dict[str, Platform] = {}
    for platform in _found(root, "plugins", "platform", "PLATFORM"):
        if not isinstance(platform, Platform) or platform.name in platforms:
            raise HouseError(f"platform {platform!r} is not a Platform or comes twice")
        platforms[platform.name] = _with_templates(platform, root)
    return House(root, _ordered(roles), platforms)
