"""No text of an inventory, of a role's options, of an access file or a playbook may be empty."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from citynet.deploy.playbook import Play
from citynet.fleet.access import AccessFile
from citynet.house import open_house
from citynet.load import read_city
from citynet.model import City
from citynet.model import base as types
from tests.load.load_cases import FILES, write

BLANK = ("", " ", "\u3000", "\t")
FORMATS: Mapping[str, TypeAdapter[Any]] = {
    "ipv4": TypeAdapter(types.Address4),
    "ipv6": TypeAdapter(types.Address6),
    "ipv4network": TypeAdapter(types.Prefix4),
    "ipv6network": TypeAdapter(types.Prefix6),
    "ipv4interface": TypeAdapter(types.Attached4),
    "ipv6interface": TypeAdapter(types.Attached6),
}
MODELS: list[type[BaseModel]] = [City, AccessFile, Play]
MODELS += [role.options for role in open_house().roles]
EMPTY_LISTS = {
    "Flow.ports": "icmp has none; of tcp and udp a rule asks for one",
    "Ring.line_systems": "a ring without optical equipment",
    "Play.roles": "refused where the playbook is read: a play without a role does nothing",
}
"""Lists that may be empty by their shape, and why."""

Found = tuple[str, dict[str, Any]]


def nodes(schema: Any, way: str, kind: str) -> Iterator[Found]:
    """The parts of a schema that are of a type, each with where it is."""
    if isinstance(schema, list):
        for each in schema:
            yield from nodes(each, way, kind)
    if not isinstance(schema, dict):
        return
    if schema.get("type") == kind and "const" not in schema:
        yield way, schema
    for key, value in schema.items():
        if key in ("properties", "$defs"):
            for name, each in value.items():
                yield from nodes(each, f"{way}.{name}" if way and key != "$defs" else name, kind)
        elif key not in ("default", "examples", "enum"):
            yield from nodes(value, way, kind)


def found(kind: str) -> list[Found]:
    return [
        each for model in MODELS for each in nodes(model.model_json_schema(), _name(model), kind)
    ]


def _name(model: type[BaseModel]) -> str:
    return model.__name__


TEXTS = found("string")


def test_there_is_something_to_ask() -> None:
    ways = {way for way, _ in TEXTS}
    assert {"Domain.label", "VendorImage.password", "Play.hosts", "Device.host"} <= ways
    assert len(TEXTS) > 60


@pytest.mark.parametrize("text", BLANK, ids=ascii)
@pytest.mark.parametrize(("way", "schema"), TEXTS, ids=[way for way, _ in TEXTS])
def test_no_text_may_be_blank(way: str, schema: Mapping[str, Any], text: str) -> None:
    if schema.get("format") in FORMATS:
        with pytest.raises(ValidationError):
            FORMATS[schema["format"]].validate_python(text)
        return
    allowed = text in schema.get("enum", [text])
    allowed &= len(text) >= schema.get("minLength", 0)
    allowed &= re.search(schema.get("pattern", ""), text) is not None
    assert not allowed, f"{way} takes {text!r}"


def test_lists_that_may_be_empty_are_known() -> None:
    may = {way for way, schema in found("array") if not schema.get("minItems")}
    assert may - EMPTY_LISTS.keys() == set()
    assert EMPTY_LISTS.keys() - may == set(), "what is gone is not on the list"


def scalars(text: str) -> Iterator[yaml.ScalarNode]:
    """Every scalar of a file: names and values."""
    waiting = [yaml.compose(text)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            waiting += [each for pair in node.value for each in pair]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.ScalarNode):
            yield node


PLACES = [(file, node) for file, text in FILES.items() for node in scalars(text)]


@pytest.mark.parametrize("blank", ['""', '" "'])
def test_an_empty_word_anywhere_is_a_mistake_at_its_place(blank: str, tmp_path: Path) -> None:
    assert len(PLACES) > 100
    for index, (file, node) in enumerate(PLACES):
        text = FILES[file]
        begin, end = node.start_mark, node.end_mark
        broken = text[: begin.index] + blank + text[end.index :]
        folder = write(tmp_path / f"city-{index}", {**FILES, file: broken})
        at = {
            (each.position.line, each.position.column)
            for each in read_city(folder).problems
            if each.position and each.position.file == str(folder / file)
        }
        assert (begin.line + 1, begin.column + 1) in at, f"{file}:{begin.line + 1}: {node.value}"
