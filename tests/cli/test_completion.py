"""What a shell completes: names of the inventory that the line names, and never an error."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from citynet.cli.completion import VARIABLE
from citynet.cli.main import cli, run
from citynet.lab.from_city import topology

PROGRAM = Path(sys.executable).with_name("citynet")
ROOT = Path(__file__).parents[2]

DEMO = str(ROOT / "inventory" / "demo")


def completed(*words: str, behind: str = "") -> list[str]:
    """What a shell would be given for the last of these words."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COMP_WORDS", f"citynet {shlex.join(words)} {behind}")
        shell = BashComplete(cli, {}, "citynet", VARIABLE)
        return [each.value for each in shell.get_completions(list(words[:-1]), words[-1])]


def test_links_are_those_that_a_lab_has() -> None:
    found = completed("lab", "cut", "-i", DEMO, "")
    assert sorted(found) == sorted(link.id for link in topology(Path(DEMO)).links)


def test_nodes_of_the_inventory_behind_the_word() -> None:
    assert completed("lab", "exec", "x-c", behind=f"-i {DEMO}") == ["x-core1", "x-core2"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("deploy", "-i", DEMO, "--limit", "role_c"), ["role_core"]),
        (("deploy", "-i", DEMO, "--limit", "role_core,!gov-core"), None),
        (("deploy", "-i", DEMO, "--tags", "underlay,v"), ["underlay,vpn"]),
        (("verify", "-i", DEMO, "--limit", "health/h"), ["health/hospital"]),
        (("render", "-i", DEMO, "--device", "gov-g"), ["gov-gw1"]),
        (("lab", "capture", "-i", DEMO, "x-gw"), ["x-gw1"]),
        (("lab", "impair", "-i", DEMO, "acc1-agg1", "--end", "health.h"), ["health.hospital"]),
        (("lab", "cp", "-i", DEMO, "gov-g"), ["gov-gw1:"]),
        (("twin", "run", "hua"), ["huawei_vrp"]),
        (("explain", "nodes.router"), ["nodes.router_id"]),
        (("validate", "-i", f"{ROOT}/inventory/d"), [DEMO]),
    ],
)
def test_a_word_is_completed(words: tuple[str, ...], expected: list[str] | None) -> None:
    wanted = expected or ["role_core,!gov-core1", "role_core,!gov-core2"]
    assert completed(*words) == wanted


@pytest.mark.parametrize("text", ["nodes: [", "nodes: {a: {}}", "city: {name: 7}", "\x00", ""])
def test_a_broken_inventory_is_completed_without_a_word(
    text: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "city.yaml").write_text(text)
    for option in ("--limit", "--resume", "--tags", "--without"):
        completed("deploy", "-i", str(tmp_path), option, "")
    assert completed("lab", "cut", "-i", str(tmp_path), "") == []
    assert completed("lab", "cut", "-i", str(tmp_path / "none"), "") == []
    assert capfd.readouterr() == ("", "")


def test_devices_are_completed_although_something_else_is_wrong(tmp_path: Path) -> None:
    for file in Path(DEMO).iterdir():
        (tmp_path / file.name).write_text(file.read_text().replace("node: gov-acc3", "node: nix"))
    assert completed("lab", "exec", "-i", str(tmp_path), "x-g") == ["x-gw1"]
    assert completed("deploy", "-i", str(tmp_path), "--limit", "x-g") == ["x-gw1"]


def test_a_run_that_is_remembered_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    runs = tmp_path / "citynet" / "runs" / "demo"
    runs.mkdir(parents=True)
    (runs / "20261130T190517Z-2a44.journal").touch()
    assert completed("deploy", "-i", DEMO, "--resume", "2026") == ["20261130T190517Z-2a44"]


def test_bash_takes_the_script(tmp_path: Path) -> None:
    script = f"""
        eval "$({sys.executable} -m citynet completion bash)"
        COMP_WORDS=(citynet lab cut -i {DEMO} x-ring/x-acc2~)
        COMP_CWORD=5
        _citynet_completion {PROGRAM}; printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        ["bash", "-ec", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("x-ring/x-acc2~x-core2\n", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_says_how_it_is_installed(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["completion", shell]) == 0
    out = capsys.readouterr().out
    assert out.startswith("# For this shell: ")
    assert f"_CITYNET_COMPLETE={shell}_complete" in out


def test_the_shell_in_use_is_guessed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHELL", "/usr/bin/fish")
    assert run(["completion"]) == 0
    assert "fish" in capsys.readouterr().out
    monkeypatch.setenv("SHELL", "/bin/sh")
    assert run(["completion"]) == 1
    assert "name the shell: bash, fish, zsh" in capsys.readouterr().err
