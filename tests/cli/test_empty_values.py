"""An empty value is not an absent one: no option and no argument takes one without a word."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from citynet.cli.main import cli, run
from tests.cities import DEMO

MEANINGFUL = {
    ("lab exec", "command"): "a word of a command may be empty: printf ''; the first may not",
}
"""Parameters that may be empty, and why."""
BLANK = ("", " ", "\t")
LISTS = (",", "a,,b", ",a", "a,", "a, ,b")
"""What a shell makes of `$A,$B` where a variable is not set."""


@dataclass(frozen=True)
class Place:
    """A parameter of a command that takes a value."""

    way: tuple[str, ...]
    command: click.Command
    parameter: click.Parameter

    def __str__(self) -> str:
        return f"{' '.join(self.way)} {self.name}"

    @property
    def name(self) -> str:
        return self.parameter.opts[-1]

    def line(self, folder: Path, value: str) -> list[str]:
        """The command line with all that is required, and this value here."""
        words: list[str] = [*self.way]
        for each in self.command.params:
            if each is self.parameter:
                words += _said(each, value)
            elif each.required:
                words += _said(each, _right(each, folder))
        return words


def _said(parameter: click.Parameter, value: str) -> list[str]:
    return [value] if isinstance(parameter, click.Argument) else [parameter.opts[-1], value]


def _right(parameter: click.Parameter, folder: Path) -> str:
    """A value that the parameter's type takes."""
    if isinstance(parameter.type, click.Path):
        return str(folder if parameter.type.file_okay is False else folder / "city.yaml")
    return "8300" if isinstance(parameter.type, click.IntRange) else "something"


def places(group: click.Group, way: tuple[str, ...] = ()) -> Iterator[Place]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from places(command, (*way, name))
            continue
        for each in command.params:
            if not (isinstance(each, click.Option) and each.is_flag):
                yield Place((*way, name), command, each)


EVERY = tuple(places(cli))
REFUSING = [each for each in EVERY if (" ".join(each.way), each.parameter.name) not in MEANINGFUL]
MANY = [each for each in EVERY if each.name in {"--limit", "--tags", "--clear", "--without"}]


@dataclass
class Line:
    """The command line, where no command does anything."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def refused(self, place: Place, value: str) -> str:
        """What is said of the value; the command does not begin."""

        def begun(**_: object) -> int:
            pytest.fail(f"{place} takes {value!r}")

        self.monkeypatch.setattr(place.command, "callback", begun)
        code = run(place.line(self.folder, value))
        out, err = self.capture.readouterr()
        assert (code, out) == (2, ""), err
        return err


@pytest.fixture
def line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Line:
    shutil.copytree(DEMO, tmp_path / "city")
    return Line(tmp_path / "city", capfd, monkeypatch)


def test_there_is_something_to_ask() -> None:
    asked = {str(each) for each in EVERY}
    assert {"deploy --abort", "deploy --resume", "lab logs --since", "lab cut link"} <= asked
    assert len(EVERY) > 80
    listed = {(" ".join(each.way), each.parameter.name) for each in EVERY}
    assert set(MEANINGFUL) <= listed, "a parameter that is gone is not on the list"


@pytest.mark.parametrize("value", BLANK, ids=repr)
@pytest.mark.parametrize("place", REFUSING, ids=str)
def test_no_empty_value(place: Place, value: str, line: Line) -> None:
    said = line.refused(place, value)
    assert any(name.upper() in said.upper() for name in (*place.parameter.opts, _shown(place)))
    assert any(word in said for word in (", expected ", "is not a valid ", "is not one of "))


def _shown(place: Place) -> str:
    return place.parameter.make_metavar(click.Context(place.command))


@pytest.mark.parametrize("value", LISTS, ids=repr)
@pytest.mark.parametrize("place", MANY, ids=str)
def test_no_empty_name_between_commas(place: Place, value: str, line: Line) -> None:
    said = line.refused(place, value)
    assert f"'{place.name}'" in said
    assert ", expected " in said


def test_every_list_is_asked() -> None:
    asked = {str(each) for each in MANY}
    assert asked == {
        *("deploy --limit", "deploy --tags", "deploy --clear", "deploy --without"),
        *("verify --limit", "verify --tags"),
    }


@pytest.mark.parametrize("value", ["=1", " =1", "", " ", "=", "platform", "platform="])
def test_no_setting_without_a_key_or_a_value(value: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["render", "-i", str(DEMO), "--set", value]) in (1, 2)
    out, err = capfd.readouterr()
    assert out == ""
    assert "--set" in err
    assert "expected" in err


@pytest.mark.parametrize("word", BLANK, ids=repr)
def test_an_empty_word_is_no_command_for_a_node(
    word: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["lab", "exec", "gov-core1", "-i", str(DEMO), "--", word, "x"]) == 2
    assert "expected a command" in capfd.readouterr().err


NUMBERS = [each for each in EVERY if isinstance(each.parameter.type, click.types.FloatParamType)]


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999"])
@pytest.mark.parametrize("place", NUMBERS, ids=str)
def test_a_number_has_an_end(place: Place, value: str, line: Line) -> None:
    assert f"'{place.name}'" in line.refused(place, value)


def test_every_number_is_asked() -> None:
    asked = {str(each) for each in NUMBERS}
    assert {"deploy --confirm-within", "lab capture --seconds", "lab impair --loss"} <= asked
