"""`citynet graph`."""

from pathlib import Path

import pytest

from citynet.cli.main import run

ROOT = Path(__file__).parents[2]
DEMO = str(ROOT / "inventory" / "demo")


def test_to_a_file_and_to_stdout(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "demo.svg"
    assert run(["graph", "-i", DEMO, "-o", str(target)]) == 0
    assert capfd.readouterr().out == ""
    assert run(["graph", "-i", DEMO]) == 0
    assert capfd.readouterr().out == target.read_text(encoding="utf-8")


def test_dot(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["graph", "-i", DEMO, "--format", "dot"]) == 0
    assert capfd.readouterr().out.startswith('graph "demo" {')


def test_what_cannot_be_written_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["graph", "-i", DEMO, "-o", str(tmp_path / "none" / "a.svg")]) == 1
    assert "cannot write" in capfd.readouterr().err


def test_help_has_an_example(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["graph", "--help"]) == 0
    assert "citynet graph -i inventory/demo -o demo.svg" in capfd.readouterr().out
