"""What every command does alike: JSON, empty paths, examples, and the nearest right name."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from citynet.cli.main import COMMANDS, cli, run
from citynet.cli.words import PathName
from tests.cities import DEMO
from tests.load.load_cases import FILES, write

ASKING_JSON = (
    ("validate",),
    ("inventory",),
    ("inventory", "--list"),
    ("render",),
    ("graph",),
    ("verify",),
    ("deploy", "--check"),
    ("lab", "status"),
    ("lab", "down"),
    ("lab", "file"),
    ("lab", "graph"),
)


def commands(group: click.Group, way: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield " ".join((*way, name)), command
        if isinstance(command, click.Group):
            yield from commands(command, (*way, name))


EVERY = tuple(commands(cli, ()))
PATHS = [
    (name, parameter.opts[-1], parameter)
    for name, command in EVERY
    for parameter in command.params
    if isinstance(parameter.type, click.Path) and isinstance(parameter, click.Option)
]


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    nodes = FILES["nodes.yaml"].replace("[gw, g1]", "[gw, g9]")
    return write(tmp_path / "city", {**FILES, "nodes.yaml": nodes})


@pytest.mark.parametrize("command", ASKING_JSON, ids=" ".join)
def test_problems_are_the_same_json_everywhere(
    command: tuple[str, ...], broken: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, "-i", str(broken), "--json"]) == 1
    seen = capfd.readouterr()
    found: dict[str, Any] = json.loads(seen.out)
    assert seen.err == ""
    assert found["valid"] is False
    [problem] = found["problems"]
    assert problem["what"] == "there is no node `g9`"
    assert problem["position"] == {
        "file": str(broken / "nodes.yaml"), "line": 12, "column": 22
    }  # fmt: skip


def test_without_json_they_are_sentences(broken: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["render", "-i", str(broken)]) == 1
    seen = capfd.readouterr()
    said = ["1 problem", "more: citynet explain unknown-name"]
    assert (seen.out, seen.err.splitlines()[-2:]) == ("", said)


def test_json_where_there_is_something_to_read(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    city = ["-i", str(DEMO), "--json"]

    def read(*words: str) -> Any:
        assert run([*words, *city]) == 0
        return json.loads(capfd.readouterr().out)

    assert read("graph", "--format", "dot")["picture"].startswith(("graph", "digraph", "strict"))
    assert read("graph", "-o", str(tmp_path / "x.svg")) == {"file": str(tmp_path / "x.svg")}
    assert "</svg>" in (tmp_path / "x.svg").read_text()
    tree = read("inventory", "--graph")["all"]["children"]
    assert tree["role_core"] == {"hosts": ["gov-core1", "gov-core2", "x-core1", "x-core2"]}
    assert tree["ungrouped"] == {"hosts": []}
    assert read("inventory", "--list")["role_core"] == tree["role_core"]
    assert read("inventory", "--host", "gov-core1")["role"] == "core"


def test_a_lab_is_read_as_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    city = ["-i", str(write(tmp_path, FILES)), "--json"]
    monkeypatch.setattr("citynet.cli.lab.api.clab_file", lambda *_, **__: "name: small\na: [1]\n")
    assert run(["lab", "file", *city]) == 0
    assert json.loads(capfd.readouterr().out) == {"name": "small", "a": [1]}
    monkeypatch.setattr("citynet.cli.lab.api.down", lambda *_, **__: False)
    assert run(["lab", "down", *city]) == 0
    assert json.loads(capfd.readouterr().out) == {"name": "small", "removed": False}


@pytest.mark.parametrize(("name", "option", "parameter"), PATHS, ids=lambda each: str(each)[:30])
def test_no_empty_path(name: str, option: str, parameter: click.Option) -> None:
    assert isinstance(parameter.type, PathName), f"{name} {option}"


def test_an_empty_path_is_not_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (["render", "-i", str(DEMO), "-o", ""], ["validate", "-i", ""]):
        assert run(words) == 2
        assert "the path is empty, expected a " in capfd.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("name", "command"), EVERY, ids=[name for name, _ in EVERY])
def test_every_command_has_an_example(name: str, command: click.Command) -> None:
    assert re.search(rf"citynet {name.split(maxsplit=1)[0]}\b", command.epilog or "")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["validat"], "Did you mean 'validate'?"),
        (["lab", "statu", "-i", "x"], "'status'"),
        (["render", "--devic", "x"], "Did you mean '--device'?"),
        (["render", "-i", str(DEMO), "--device", "gov-cor1"], "did you mean 'gov-core1'?"),
        (["render", "-i", str(DEMO), "--set", "platform=fr"], "did you mean 'frr'?"),
    ],
)
def test_the_nearest_right_name(
    words: list[str], hint: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(words) in (1, 2)
    assert hint in capfd.readouterr().err


def test_a_setting_without_a_value(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["render", "-i", str(DEMO), "--set", "platform=null"]) == 1
    said = capfd.readouterr().err
    assert said.startswith("'platform' cannot be set, nothing is no value of 'platform'")


def test_the_commands_are_those_of_the_help() -> None:
    assert {name.split()[0] for name, _ in EVERY} == set(COMMANDS)
