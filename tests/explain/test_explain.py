"""Every key, option and code is explained, and every example is part of a city that validates."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from citynet.cli.main import run
from citynet.errors import InventoryError
from citynet.explain.codes import RULE_KEYS, codes
from citynet.explain.example import CITY, city, example, written
from citynet.explain.keys import Key, keys
from citynet.house import open_house
from citynet.load import read_city
from citynet.load.rules import RULES, WHOLE_RULES, code_of
from citynet.pipeline import prepare, render
from tests.load.load_cases import Case, write_case
from tests.load.test_load_mistakes import CASES

HOUSE = open_house()
KEYS = keys(HOUSE.roles)
WHOLE = city()


def without(whole: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """A city without the entries that a part of it has."""
    return {
        section: left
        for section, entries in whole.items()
        if (left := {n: e for n, e in entries.items() if n not in part.get(section, {})})
    }


def holds(value: Any, path: tuple[str, ...]) -> bool:
    if not path:
        return True
    if not isinstance(value, dict):
        return False
    inner = value.values() if path[0] == "*" else [value[path[0]]] if path[0] in value else []
    return any(holds(each, path[1:]) for each in inner)


def test_the_city_of_the_examples_is_valid() -> None:
    render(prepare(CITY.parent, HOUSE))


@pytest.mark.parametrize("key", KEYS.values(), ids=lambda key: key.name)
def test_a_key_is_explained_by_an_example_that_validates(key: Key, tmp_path: Path) -> None:
    text = written(example(key, KEYS, WHOLE))
    assert key.meaning, "a key without a description in its model"
    part = yaml.safe_load(text)
    assert holds(part, key.path), text
    (tmp_path / "example.yaml").write_text(text)
    (tmp_path / "rest.yaml").write_text(yaml.safe_dump(without(WHOLE, part), allow_unicode=True))
    prepare(tmp_path, HOUSE)


def test_every_code_is_explained_at_a_key() -> None:
    for code in codes().values():
        assert code.meaning, code.name
        assert code.key in KEYS, code.name


def test_the_keys_of_rules_are_of_rules_that_are_there() -> None:
    assert {*RULE_KEYS} == {code_of(rule) for rule in (*RULES, *WHOLE_RULES)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_the_loader_says_has_a_code_that_is_explained(case: Case, tmp_path: Path) -> None:
    problems = read_city(write_case(tmp_path, case)).problems
    assert problems
    assert {each.code for each in problems} <= {*codes()}


def test_what_later_stages_say_has_a_code_that_is_explained(tmp_path: Path) -> None:
    said = (
        ("network: egov}", "network: egov, number: 7, options: {vpm: {}}}"),
        ("number: 7}", "number: 7, options: {underlay: {mtu: x}}}"),
        ("role: core, number: 7}", "role: core, number: 7, platform: frrr}"),
        ("locator: fd10:3:0:a::/64", "locator: fd77::/64"),
        ("table: 1100", "table: 1100, interface: x"),
        ("hello_interval: 1}", "mtu: 9300}"),
    )
    text = CITY.read_text()
    seen: set[str] = set()
    for old, new in said:
        assert old in text
        (tmp_path / "city.yaml").write_text(text.replace(old, new, 1))
        with pytest.raises(InventoryError) as caught:
            prepare(tmp_path, HOUSE)
        seen |= {each.code for each in caught.value.problems}
    assert {"unknown-role", "wrong-value", "unknown-platform", "does-not-fit"} <= seen <= {*codes()}


def test_the_command_says_what_there_is_and_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain"]) == 0
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name in (*KEYS, *codes()))
    assert run(["explain", "nodes.gov-core1.role"]) == 0
    assert "one of core, aggregation" in capsys.readouterr().out
    assert run(["explain", "options.gateway.answers", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["default"] == "by-state"
    assert run(["explain", "unknown-name"]) == 0
    assert "nodes.site" in capsys.readouterr().out
    assert run(["explain", "nodes.role,", "unknown-name", "nodes.role", "--json"]) == 0
    both = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in both] == ["nodes.role", "unknown-name"]
    assert run(["explain", "nodes.role", "unknown-name"]) == 0
    out = capsys.readouterr().out
    assert all(f"{each['name']}: {each['meaning']}" in out for each in both)
    assert run(["explain", "nodes.rolle"]) == 1
    assert "did you mean 'nodes.role'?" in capsys.readouterr().err
    assert run(["explain", "endpoint"]) == 1
    assert "vpns.endpoints" in capsys.readouterr().err


def test_validate_names_the_codes_of_what_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "city.yaml").write_text(CITY.read_text().replace("site: hall", "site: hal", 1))
    assert run(["validate", "-i", str(tmp_path)]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "more: citynet explain unknown-name"
    assert run(["validate", "-i", str(tmp_path), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["problems"][0]["code"] == "unknown-name"


def test_one_of_a_kind_is_named_in_the_singular(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path / "first")]) == 0
    capsys.readouterr()
    assert run(["validate", "-i", str(tmp_path / "first")]) == 0
    assert ", 1 ring, " in capsys.readouterr().out
