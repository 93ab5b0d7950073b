"""The JSON Schema of an inventory, made from the models: for editors, and for our own words.

The loader describes what it expected with the words of this schema, so that an editor and
`citynet validate` never say two things.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from citynet.model import City

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

FORMATS = {
    "ipv4": "an IPv4 address such as 10.0.0.1",
    "ipv6": "an IPv6 address such as fd00::1",
    "ipv4network": "an IPv4 prefix such as 10.0.0.0/8",
    "ipv6network": "an IPv6 prefix such as fd00:1::/64",
    "ipv4interface": "an IPv4 address with its prefix length, such as 10.0.0.1/28",
    "ipv6interface": "an IPv6 address with its prefix length, such as fd00::1/64",
}


class _Generator(GenerateJsonSchema):
    """Pydantic's generator, with what editors need and people do not see taken out."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Leave `null` out: a key that has no value is left out of an inventory."""
        return self.generate_inner(schema["schema"])

    def tuple_schema(self, schema: core_schema.TupleSchema) -> JsonSchemaValue:
        """Write a pair of the same kind as an array of two, which every editor understands."""
        made = super().tuple_schema(schema)
        items = made.pop("prefixItems", None)
        return made if items is None else {**made, "items": items[0]}

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Check the names of a map by the whole shape of its key, length too."""
        made = super().dict_schema(schema)
        patterns = made.get("patternProperties")
        if patterns and "keys_schema" in schema:
            made["propertyNames"] = self.generate_inner(schema["keys_schema"])
            made["additionalProperties"] = False
        return made

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Leave out the titles that only repeat a key's name."""
        return False


def city_schema() -> Schema:
    """Make the JSON Schema (draft 2020-12) of one file of an inventory.

    A file may hold some of the sections only, so none is required at the top.
    """
    schema: Schema = City.model_json_schema(by_alias=True, schema_generator=_Generator)
    schema.pop("required", None)
    for node in nodes(schema):
        if node.get("default", "") is None or node.get("default") in ({}, []):
            del node["default"]
    return {
        "$schema": DIALECT,
        **schema,
        "title": "citynet inventory",
        "description": "One file of a city's inventory: some of its sections.",
    }


def schema_text() -> str:
    """Write the schema as it stands in `inventory/city.schema.json`: sorted, two spaces, UTF-8."""
    return json.dumps(city_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def write_schema(file: Path) -> None:
    """Write the schema to a file."""
    file.write_text(schema_text(), encoding="utf-8")


def schema_is_current(file: Path) -> bool:
    """Say whether a file holds the schema of these models."""
    return file.is_file() and file.read_text(encoding="utf-8") == schema_text()


class Tree:
    """A schema that is walked from its root by the keys of a value."""

    def __init__(self, root: Schema) -> None:
        self._root = root

    def at(self, path: tuple[str | int, ...]) -> Schema:
        """Find the schema of the value at a key path; an empty schema where anything goes."""
        node = self._root
        for part in path:
            node = self._resolve(_child(node, part))
        return node

    def _resolve(self, node: Schema) -> Schema:
        name = node.get("$ref")
        if name is None:
            return node
        target: Schema = self._root["$defs"][name.rsplit("/", 1)[-1]]
        return target


def schema_of(model: type[BaseModel]) -> Schema:
    """The schema of any model: of a role's options."""
    made: Schema = model.model_json_schema(by_alias=True, schema_generator=_Generator)
    return made


def tree_of(model: type[BaseModel]) -> Tree:
    """The same, to be walked."""
    return Tree(schema_of(model))


@cache
def _city() -> Tree:
    return Tree(city_schema())


def at(path: tuple[str | int, ...]) -> Schema:
    """Find the schema of the value at a key path of an inventory."""
    return _city().at(path)


def _child(node: Schema, part: str | int) -> Schema:
    if isinstance(part, int):
        found = node.get("items")
    else:
        found = node.get("properties", {}).get(part)
        if found is None:
            patterns = node.get("patternProperties")
            found = next(iter(patterns.values())) if patterns else node.get("additionalProperties")
    return found if isinstance(found, dict) else {}


def keys(node: Schema) -> tuple[str, ...]:
    """List the keys that a map of this schema may have, if it lists them."""
    return tuple(node.get("properties", ()))


def describe(node: Schema) -> str:
    """Say what a value of this schema is, in words that complete "expected ..."."""
    if "patternErrorMessage" in node:
        return str(node["patternErrorMessage"])
    if "enum" in node:
        return "one of " + ", ".join(node["enum"])
    if node.get("format") in FORMATS:
        return FORMATS[node["format"]]
    say = _SAY.get(str(node.get("type")))
    return say(node) if say else "a value"


def _number(node: Schema) -> str:
    what = "a whole number" if node["type"] == "integer" else "a number"
    low, high = node.get("minimum"), node.get("maximum")
    return what if low is None or high is None else f"{what} from {low} to {high}"


def _list(node: Schema) -> str:
    low, high = node.get("minItems"), node.get("maxItems")
    what = "numbers" if node.get("items", {}).get("type") == "integer" else "names"
    if low is not None and low == high:
        return f"a list of {low} {what}"
    if low is not None:
        return f"a list of at least {low} {what}"
    if high is not None:
        return f"a list of at most {high} {what}"
    return f"a list of {what}"


def _map(node: Schema) -> str:
    if "properties" not in node:
        return "a map of names"
    return "a map with keys such as " + ", ".join(node.get("required", keys(node))[:4])


_SAY: Mapping[str, Callable[[Schema], str]] = {
    "integer": _number,
    "number": _number,
    "array": _list,
    "object": _map,
    "string": lambda _: "text",
    "boolean": lambda _: "true or false",
}


def nodes(node: object) -> list[Schema]:
    """List a schema's own maps, the outermost first."""
    if isinstance(node, list):
        return [inner for item in node for inner in nodes(item)]
    if not isinstance(node, dict):
        return []
    return [node, *(inner for value in list(node.values()) for inner in nodes(value))]
