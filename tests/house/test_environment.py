"""Every setting of the environment is read in one way: a set and empty one is refused by name."""

import ast
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest

from citynet import xdg
from citynet.cli.main import cli, run
from citynet.cli.words import Setting
from citynet.environ import SettingError, setting
from citynet.house import open_house
from citynet.yang.fetch import server
from citynet.yang.program import program
from tests.cities import DEMO, ROOT
from tests.cli.test_options import commands

READERS = ("citynet", "plugins", "roles", "tests", "benchmarks")
PLAIN: Mapping[str, str] = {
    "citynet/environ.py name": "what reads settings",
    "citynet/xdg.py HOME": "empty is not set",
    "citynet/xdg.py variable": "XDG base directory specification: empty and relative are not set",
    "citynet/cli/completion.py SHELL": "a hint; without it the shell has to be named",
    "citynet/cli/complete.py COMP_WORDS": "the shell's own, while a person types",
    "citynet/cli/lab_tools.py each": "DISPLAY: a display with an empty name is none",
    "citynet/fleet/secret.py name": "a secret: what is empty is refused there",
    "tests/not_run.py VARIABLE": "all, or not set: anything else is refused there",
    "citynet/lab/disk.py TMPDIR": "as Python's tempfile has it: empty is not set",
    "benchmarks/run.py XDG_CACHE_HOME": "a hint of where wheels are",
    "tests/lab_e2e/test_grow_small.py XDG_STATE_HOME": "the test has set it",
    "tests/twin/test_ethernet.py PYTHONPATH": "Python's own, handed on: empty is not set",
}
"""Where the environment is read and not by `setting`, and why an empty value is right there."""
SCRIPTS = ("Makefile", "labs/*.sh", ".ci/run", "tests/bare/run.sh", "labs/images/node/files/*")
EMPTY_AS_UNSET: Mapping[str, str] = {
    "1": "a word after the script's name",
    "4": "a word after the script's name",
    "MAKE": "make sets it",
    "KEEP": "1 keeps it, anything else does not",
    "BARE_INSIDE": "the script's own word to itself",
    "CITYNET_ROLE": "the lab's own file sets it",
}


def _environment(node: ast.expr) -> bool:
    return ast.unparse(node) in {"os.environ", "environ", "self.environ", "small.environ"}


def _read(node: ast.AST) -> ast.expr | None:
    """The name that is looked up in an environment here."""
    match node:
        case ast.Call(func=ast.Attribute(value=found, attr="get" | "pop"), args=[name, *_]) if (
            _environment(found)
        ):
            return name
        case ast.Call(func=ast.Attribute(attr="getenv"), args=[name, *_]):
            return name
        case ast.Subscript(value=found, slice=name, ctx=ast.Load()) if _environment(found):
            return name
        case ast.Compare(left=name, ops=[ast.In() | ast.NotIn()], comparators=[found]) if (
            _environment(found)
        ):
            return name
    return None


def reads(file: Path) -> Iterator[str]:
    """`file name` of each look into the environment."""
    text = file.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)) if "env" in text else ():
        name = _read(node)
        if name is not None:
            text_of = name.value if isinstance(name, ast.Constant) else None
            said = text_of if isinstance(text_of, str) else ast.unparse(name)
            yield f"{file.relative_to(ROOT)} {said}"


def named() -> Iterator[str]:
    """The names of settings: what `setting` is called with, and what options take from."""
    for folder in READERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            text = file.read_text(encoding="utf-8")
            yield from re.findall(r"\"(CITYNET_[A-Z_]+)\"", text)
            yield from re.findall(r"^VARIABLE = \"([A-Z]+)\"", text, re.MULTILINE)
    for file in scripts():
        yield from re.findall(r"\$\{?(CITYNET_[A-Z_]+)", file.read_text(encoding="utf-8"))


def scripts() -> list[Path]:
    found = [file for each in SCRIPTS for file in sorted(ROOT.glob(each)) if file.is_file()]
    assert len(found) >= 7
    return found


def test_the_environment_is_read_by_one_function() -> None:
    found = {
        each
        for folder in READERS
        for file in sorted((ROOT / folder).rglob("*.py"))
        if ".venv" not in file.parts
        for each in reads(file)
    }
    mine = f"{Path(__file__).relative_to(ROOT)} "
    found = {each for each in found if not each.startswith(mine) and not each.endswith(" PATH")}
    assert found - PLAIN.keys() - KEPT == set()
    assert PLAIN.keys() - found == set(), "what is gone is not on the list"


KEPT = {
    "tests/test_rounds.py HOST",
    "tests/tally.py ENVIRON",
}
"""Names that tests take out of an environment, or look for in one that they made."""


def test_an_option_that_a_variable_gives_refuses_an_empty_one() -> None:
    found = [
        (name, each)
        for name, command in commands(cli, ())
        for each in command.params
        if each.envvar is not None
    ]
    assert len(found) >= 5
    for name, each in found:
        assert isinstance(each, Setting), f"{name} {each.opts}"
        assert isinstance(each.envvar, str), f"{name} {each.opts}"


def test_scripts_tell_empty_from_not_set() -> None:
    found = {
        name
        for file in scripts()
        for name in re.findall(r"\$\{(\w+):[-=+]", file.read_text(encoding="utf-8"))
    }
    assert found - EMPTY_AS_UNSET.keys() == set()
    assert EMPTY_AS_UNSET.keys() - found == set(), "what is gone is not on the list"


def test_every_setting_is_in_the_documentation() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    missing = {each for each in named() if f"`{each}`" not in text}
    assert missing - {"CITYNET_ROLE"} == set()


@pytest.mark.parametrize("value", ["", " ", "\t\n"], ids=repr)
def test_a_setting_that_says_nothing(value: str) -> None:
    with pytest.raises(SettingError, match=r"^X is set and empty, expected a folder; unset it"):
        setting({"X": value}, "X", "a folder")


def test_a_setting_that_says_something_is_taken_as_it_is() -> None:
    assert setting({"X": " a "}, "X", "a folder") == " a "
    assert setting({}, "X", "a folder") is None


CITY = ("-i", str(DEMO))
BY_OPTION = [
    ("CITYNET_ACCESS", ("deploy", *CITY)),
    ("CITYNET_ACCESS", ("deploy", *CITY, "--abort", "a-run")),
    ("CITYNET_YANG", ("render", *CITY)),
    ("CITYNET_YANG", ("yang", "check", "huawei_vrp", str(DEMO / "city.yaml"))),
    ("CITYNET_YANG", ("lab", "up", *CITY)),
    ("CITYNET_YANG", ("twin", "run", "huawei_vrp", "--port", "8300")),
]


@pytest.mark.parametrize("value", ["", " "], ids=repr)
@pytest.mark.parametrize(("variable", "words"), BY_OPTION)
def test_no_command_begins_with_an_empty_setting(
    variable: str,
    words: tuple[str, ...],
    value: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def begun(*_: object, **__: object) -> int:
        pytest.fail(f"{variable}={value!r} is taken")

    for name, command in commands(cli, ()):
        if not isinstance(command, click.Group) and words[: len(name.split())] == tuple(
            name.split()
        ):
            monkeypatch.setattr(command, "callback", begun)
    monkeypatch.setenv(variable, value)
    assert run(words) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert f"{variable} is set and empty, expected the f" in err


@pytest.mark.parametrize("value", ["", " "], ids=repr)
@pytest.mark.parametrize("words", [(), ("--beside", str(ROOT)), ("--path",)])
def test_models_are_in_no_folder_without_a_name(
    words: tuple[str, ...],
    value: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CITYNET_YANG", value)
    assert run(["yang", "models", *words]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("CITYNET_YANG is set and empty, expected the folder that holds")


@pytest.mark.parametrize("value", ["", " "], ids=repr)
def test_models_come_from_no_server_without_a_name(value: str) -> None:
    with pytest.raises(SettingError, match="CITYNET_YANG_FROM is set and empty, expected a serv"):
        server({"CITYNET_YANG_FROM": value})


@pytest.mark.parametrize("value", ["", " "], ids=repr)
def test_an_empty_program_is_none(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    models = open_house().platforms["huawei_vrp"].models
    assert models is not None
    monkeypatch.setenv("YANGLINT", value)
    with pytest.raises(SettingError, match="YANGLINT is set and empty, expected a program"):
        program(models)


def test_an_option_outranks_its_variable(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("CITYNET_ACCESS", "")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    words = ["deploy", *CITY, "--access", str(tmp_path / "none.yaml")]
    assert run(words) == 1
    said = capfd.readouterr().err
    assert "the access file cannot be read" in said
    assert "CITYNET_ACCESS" not in said


MAKE = [
    ("CITY", "run", "a folder of inventory/"),
    ("CITY", "lab-up", "a folder of inventory/"),
    ("CITY", "lab-down", "a folder of inventory/"),
    ("HOST", "run", "a lab host"),
    ("HOST", "test", "a lab host"),
    ("WHERE", "faults", "where faults are played"),
    ("SEED", "faults", "a number"),
    ("COUNT", "faults", "a number"),
]


@pytest.mark.parametrize("by", ["word", "environment"])
@pytest.mark.parametrize(("variable", "target", "expected"), MAKE)
def test_make_takes_no_empty_variable(variable: str, target: str, expected: str, by: str) -> None:
    ours = {name for name, *_ in MAKE} | {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES"}
    environ = {name: text for name, text in os.environ.items() if name not in ours}
    for value in ("", " "):
        words = [f"{variable}={value}"] if by == "word" else []
        done = subprocess.run(
            ["make", "-n", target, *words],
            env=environ if words else environ | {variable: value},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert done.stdout == ""
        assert f"{variable} is empty, expected {expected}" in done.stderr


@pytest.mark.parametrize(
    ("words", "variable"),
    [
        (("sh", "labs/test.sh", ".venv", "auto"), "CITYNET_LABS"),
        (("sh", "labs/test.sh", ".venv", "auto"), "CITYNET_TESTS"),
        (("sh", "labs/setup.sh", ".venv"), "PYTHON"),
        (("bash", "tests/bare/run.sh", "bookworm", "true"), "BARE_USER"),
        (("bash", "tests/bare/run.sh", "bookworm", "true"), "CITYNET_YANG"),
    ],
)
@pytest.mark.parametrize("value", ["", " "], ids=repr)
def test_scripts_refuse_an_empty_setting(words: tuple[str, ...], variable: str, value: str) -> None:
    done = subprocess.run(
        words,
        env=os.environ | {variable: value},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert variable in done.stderr
    assert "unset it" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("labs/run.sh", "program", "inventory/demo", ""),
        ("labs/run.sh", "program", "", "auto"),
        ("labs/run.sh", "", "inventory/demo", "auto"),
        ("labs/vendors.sh", "program", "", "demo"),
        ("labs/vendors.sh", "program", "auto", ""),
        ("labs/test.sh", "", "auto"),
        ("labs/test.sh", ".venv", ""),
        ("labs/setup.sh", ""),
    ],
    ids=" ".join,
)
def test_scripts_refuse_an_empty_word(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        ["sh", *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=20
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert re.search(r": \d+: \d: a|: \d+: \d: the|: \d+: \d: demo", done.stderr)


def test_an_empty_xdg_folder_is_the_usual_one(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "XDG_STATE_HOME": "", "XDG_CACHE_HOME": ""}
    assert xdg.state(environ) == tmp_path / ".local" / "state" / "citynet"
    assert xdg.cache(environ) == tmp_path / ".cache" / "citynet"


@pytest.mark.parametrize("home", ["", "relative"])
def test_a_home_that_is_empty_is_the_users(home: str) -> None:
    mine = xdg.home({})
    assert xdg.expanded("~/x", {"HOME": home}) == mine / "x"
    assert xdg.expanded("~", {"HOME": home}) == mine
    assert xdg.expanded("a/~", {"HOME": home}) == Path("a/~")
