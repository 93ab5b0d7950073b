"""Settings of one run over what an inventory says: `platform=huawei_vrp`.

`platform` is that of every node, whatever the inventory names. `options.ROLE.NAME` is an option
of a role for the whole city, below what domains and nodes say. `SECTION.NAME.KEY` is a key of
what an inventory has in a section: `nodes.gov-agg1.platform`, `domains.*.transport`; NAME may
have wildcards, and of nodes may be a group by role, domain or site: `nodes.role_core.reflects`.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TypeVar

from pydantic import ValidationError

from citynet.errors import CitynetError, KeyPath
from citynet.model.base import Intent
from citynet.model.city import City, Options
from citynet.model.nodes import Node
from citynet.text import nearest

Entry = TypeVar("Entry", bound=Intent)

PARTS = 3
EXPECTED = "expected platform, options.ROLE.NAME or SECTION.NAME.KEY"


def _cannot(key: str, why: str = EXPECTED, hint: str | None = None) -> CitynetError:
    return CitynetError(f"{key!r} cannot be set, {why}" + (f"; {hint}" if hint else ""))


def _parts(key: str) -> tuple[str, str, str]:
    parts = key.split(".")
    if len(parts) != PARTS or not all(parts):
        raise _cannot(key, hint=nearest(key, ["platform"]))
    return parts[0], parts[1], parts[2]


def _option(options: Options, key: str, value: object) -> Options:
    _, role, name = _parts(key)
    return {**options, role: {**options.get(role, {}), name: value}}


def _names(name: str, entry: Intent) -> Iterator[str]:
    """What a pattern may match: the name, and the groups that an inventory of Ansible has."""
    yield name
    if isinstance(entry, Node):
        for kind, value in (
            ("role", entry.role.value),
            ("domain", entry.domain),
            ("site", entry.site),
        ):
            yield f"{kind}_{value.replace('-', '_')}"


def _no_value(path: KeyPath, value: object) -> str:
    from citynet import schema  # noqa: PLC0415 - only for a mistake

    found = "nothing" if value is None else repr(value)
    return f"{found} is no value of {path[-1]!r}, expected {schema.describe(schema.at(path))}"


def _with(entry: Entry, section: str, name: str, setting: tuple[str, str, object]) -> Entry:
    """The entry with a key set, checked as one from a file is."""
    key, field, value = setting
    fields = type(entry).model_fields
    if field not in fields:
        raise _cannot(key, f"{name} has no {field!r}", nearest(field, fields))
    raw = entry.model_dump(by_alias=True, exclude_unset=True)
    try:
        return type(entry).model_validate(raw | {field: value})
    except ValidationError as error:
        path = (section, field) if section == name else (section, name, field)
        raise _cannot(key, _no_value(path, value)) from error


def _entries(city: City, key: str, value: object) -> City:
    section, pattern, field = _parts(key)
    entries: object = getattr(city, section, None)
    if section not in type(city).model_fields or not isinstance(entries, dict):
        sections = [name for name in type(city).model_fields if name != "city"]
        raise _cannot(key, f"there is no section {section!r}", nearest(section, sections))
    chosen = {
        name
        for name, entry in entries.items()
        if any(fnmatchcase(each, pattern) for each in _names(name, entry))
    }
    if not chosen:
        raise _cannot(key, f"{section} has no {pattern!r}", nearest(pattern, entries))
    changed = {
        name: _with(entry, section, name, (key, field, value)) if name in chosen else entry
        for name, entry in entries.items()
    }
    return city.model_copy(update={section: changed})


def with_settings(city: City, settings: Mapping[str, object]) -> City:
    """The city with `settings` applied, in their order. Raises `CitynetError`.

    What the rules of an inventory say of the result is for the caller to ask.
    """
    for key, value in settings.items():
        header = city.city
        if key == "platform":
            header = _with(header, "city", "city", (key, key, value))
            nodes = {
                name: node.model_copy(update={"platform": None})
                for name, node in city.nodes.items()
            }
            city = city.model_copy(update={"city": header, "nodes": nodes})
        elif key.partition(".")[0] == "options":
            options = _option(header.options, key, value)
            header = header.model_copy(update={"options": options})
            city = city.model_copy(update={"city": header})
        else:
            city = _entries(city, key, value)
    return city


def _says(city: City, key: str, path: KeyPath) -> bool:
    """Whether a setting says what stands at a path, or is the reason that it stands there."""
    if key == "platform":
        return path == ("city", key)
    section, pattern, field = _parts(key)
    if section == "options":
        whole: KeyPath = ("city", *key.split("."))
        return path[: len(whole)] == whole[: max(PARTS, len(path))]
    if (path[:1], path[2:3]) != ((section,), (field,)):
        return False
    entry = getattr(city, section)[path[1]]
    return any(fnmatchcase(each, pattern) for each in _names(str(path[1]), entry))


def setting_of(city: City, settings: Mapping[str, object], path: KeyPath) -> str | None:
    """The setting that what stands at a path is from: the last of those that say it."""
    return next((key for key in reversed(tuple(settings)) if _says(city, key, path)), None)
