"""The JSON Schema is what the models say, is in the repository, and fits what people write."""

import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from citynet import schema
from citynet.model import City
from tests.load.load_cases import FILES

INVENTORY = Path(__file__).parents[2] / "inventory"
FILE = INVENTORY / "city.schema.json"
INVENTORIES = sorted(INVENTORY.glob("*/*.yaml"))


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    made = schema.city_schema()
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


def mistakes(validator: Draft202012Validator, text: str) -> list[str]:
    """List what the schema says about a file."""
    return [error.message for error in validator.iter_errors(yaml.safe_load(text))]


def test_the_file_is_current() -> None:
    assert schema.schema_is_current(FILE), "run: citynet schema > inventory/city.schema.json"


def test_written_and_checked(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    assert not schema.schema_is_current(file)
    schema.write_schema(file)
    assert schema.schema_is_current(file)
    file.write_text(file.read_text() + " ")
    assert not schema.schema_is_current(file)


@pytest.mark.parametrize("file", INVENTORIES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_inventories_fit(file: Path, validator: Draft202012Validator) -> None:
    text = file.read_text(encoding="utf-8")
    assert mistakes(validator, text) == []
    assert "$schema=../city.schema.json" in text.splitlines()[0]


def test_the_small_city_fits(validator: Draft202012Validator) -> None:
    for text in FILES.values():
        assert mistakes(validator, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "city: {nam: x}",
        "city: {}",
        "nodes: {Bad_Name: {site: aa, domain: bb, role: core}}",
        f"vpns: {{{'v' * 16}: {{domain: aa, endpoints: {{ee: {{node: nn}}}}}}}}",
        "nodes: {n1: {site: aa, domain: bb, role: boss}}",
        "links: {l1: {ends: [a1]}}",
        "links: {l1: {ends: [a1, b1, c1]}}",
        "rings: {r1: {nodes: [a1, b1]}}",
        "gateways: {gg: {ends: [a1, b1], allow: {ff: {source: a1, to: b1, protocol: tcp}}}}",
        "nodes: {n1: {site: aa, domain: bb, role: core, label: }}",
        "domains: {dd: {asn: '64512'}}",
        "node: {}",
    ],
)
def test_mistakes_do_not_fit(text: str, validator: Draft202012Validator) -> None:
    assert mistakes(validator, text)


def test_every_pattern_has_words() -> None:
    """A pattern without words would be shown to a person as it is."""
    for node in schema.nodes(schema.city_schema()):
        if isinstance(node.get("pattern"), str):
            assert node.get("patternErrorMessage"), node
            re.compile(node["pattern"])


def test_every_key_is_described() -> None:
    made = schema.city_schema()
    for holder in (made, *made["$defs"].values()):
        for key, node in holder.get("properties", {}).items():
            target = made["$defs"].get(node.get("$ref", "").rpartition("/")[2], {})
            assert node.get("description") or target.get("description"), key


def test_paths_lead_to_what_they_name() -> None:
    assert set(schema.keys(schema.at(()))) == set(City.model_fields)
    assert schema.describe(schema.at(("nodes", "any", "role"))).startswith("one of core")
    assert schema.describe(schema.at(("links", "any", "ends"))) == "a list of 2 names"
    assert "from" in schema.keys(schema.at(("gateways", "any", "allow", "any")))
    assert schema.describe(schema.at(("city", "options", "role", "any"))) == "a value"
