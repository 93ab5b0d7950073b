"""The keys of an inventory and the options of roles, as their models describe them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from citynet.build.role import Role
from citynet.load.references import section_named
from citynet.schema import Schema, city_schema, describe, schema_of

OPTIONS = "options"


@dataclass(frozen=True, slots=True)
class Key:
    """One key: `vpns.endpoints.node`, without the names of entries.

    `path` is how its value is reached, `*` for a name. `about` says what an entry is, `inside`
    are the keys of one; `needs` are keys beside it that an entry must have.
    """

    name: str
    path: tuple[str, ...]
    meaning: str
    about: str = ""
    takes: str = ""
    default: Any = None
    inside: tuple[str, ...] = ()
    required: bool = False


def keys(roles: Iterable[Role]) -> dict[str, Key]:
    """Every key of an inventory, and every option of these roles, by name."""
    root = city_schema()
    found = {key.name: key for key in _walk(root, root, (), ())}
    for role in sorted(roles, key=lambda each: each.name):
        schema = schema_of(role.options)
        name = f"{OPTIONS}.{role.name}"
        inside = tuple(f"{name}.{each}" for each in schema.get("properties", {}))
        about = _text(schema)
        path = ("city", OPTIONS, role.name)
        found[name] = Key(name, path, role.summary, about, "a map of options", inside=inside)
        found |= {key.name: key for key in _walk(schema, schema, path, (OPTIONS, role.name))}
    return found


def _walk(
    root: Schema, node: Schema, path: tuple[str, ...], words: tuple[str, ...]
) -> Iterator[Key]:
    """The keys below a node. `path` has a `*` for each name, `words` has none."""
    node = _resolved(root, node)
    for name, value in node.get("properties", {}).items():
        key = _key(root, value, (*path, name), (*words, name))
        yield replace(key, required=name in node.get("required", ()))
        yield from _walk(root, value, key.path, (*words, name))
    inner = _entry(node)
    if inner is not None:
        yield from _walk(root, inner, (*path, "*"), words)


def _key(root: Schema, value: Schema, path: tuple[str, ...], words: tuple[str, ...]) -> Key:
    whole = _resolved(root, value)
    inner = _entry(whole)
    entry = _resolved(root, inner) if inner is not None else {}
    name = ".".join(words)
    below = entry if inner is not None else whole
    own = whole.get("description", "") if "$ref" in value else ""
    meaning = value.get("description") or own
    about = entry.get("description", "") if inner is not None else own
    return Key(
        name=name,
        path=path,
        meaning=" ".join(meaning.split()),
        about=" ".join(about.split()) if about != meaning else "",
        takes="a map of names" if inner is not None else _takes(whole, path),
        default=value.get("default"),
        inside=tuple(f"{name}.{each}" for each in below.get("properties", {})),
    )


def _takes(node: Schema, path: tuple[str, ...]) -> str:
    """In the words of `citynet validate`: a name of a section, where it is one of something."""
    section = section_named(path) or section_named((*path, "*"))
    if section is None:
        return describe(node)
    noun = f"in `{section}`"
    return f"a name {noun}" if node.get("type") == "string" else f"{describe(node)} {noun}"


def _text(node: Mapping[str, Any]) -> str:
    return " ".join(str(node.get("description", "")).split())


def _entry(node: Schema) -> Schema | None:
    """The schema of an entry, of a map whose keys are names."""
    patterns = node.get("patternProperties")
    found = next(iter(patterns.values())) if patterns else node.get("additionalProperties")
    return found if isinstance(found, dict) else None


def _resolved(root: Schema, node: Schema) -> Schema:
    if "$ref" not in node:
        return node
    target: Schema = root["$defs"][node["$ref"].rsplit("/", 1)[-1]]
    return target
