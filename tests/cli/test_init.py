"""`citynet init`: what it makes is a city, and what is there stays."""

from pathlib import Path

import pytest

from citynet.cli.main import run
from citynet.pipeline import prepare, render


@pytest.mark.parametrize("nodes", [2, 3, 4, 17])
def test_a_first_city_is_valid_and_renders(
    nodes: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "harbour"
    assert run(["init", str(folder), "--nodes", str(nodes)]) == 0
    assert f"citynet lab up -i {folder}" in capsys.readouterr().out
    prepared = prepare(folder)
    assert prepared.name == "harbour"
    assert len(render(prepared)) == nodes
    assert len(prepared.plan.endpoints) == 2


def test_the_link_that_its_comment_cuts_is_there(tmp_path: Path) -> None:
    assert run(["init", str(tmp_path / "harbour")]) == 0
    text = (tmp_path / "harbour" / "nodes.yaml").read_text()
    [line] = [each for each in text.splitlines() if "citynet lab cut" in each]
    assert line.split()[4] in prepare(tmp_path / "harbour").plan.links


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes").write_text("mine")
    assert run(["init", str(tmp_path), "--name", "harbour"]) == 1
    assert "is not empty, and nothing in it is overwritten" in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["notes"]
    assert run(["init", str(tmp_path / "notes")]) == 1
    assert "is a file" in capsys.readouterr().err
    assert run(["init", str(tmp_path / "notes" / "below")]) == 1
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("folder", "name"),
    [("Harbour City", "harbour-city"), ("2026-port", "port"), ("a" * 40, "a" * 20)],
)
def test_a_name_is_made_of_the_folders(folder: str, name: str, tmp_path: Path) -> None:
    assert run(["init", str(tmp_path / folder)]) == 0
    assert prepare(tmp_path / folder).name == name


@pytest.mark.parametrize("name", ["Port", "x", "a" * 21, "a--b", "城市"])
def test_a_name_that_is_asked_for_is_taken_or_refused(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path / "city"), "--name", name]) == 1
    assert "cannot be a city's name" in capsys.readouterr().err
    assert not (tmp_path / "city").exists()


def test_a_folder_whose_name_is_no_name_needs_one(tmp_path: Path) -> None:
    assert run(["init", str(tmp_path / "城市")]) == 1
    assert run(["init", str(tmp_path / "城市"), "--name", "harbour"]) == 0


@pytest.mark.parametrize("folder", ["a\nb", "\x1b[31m", "\udcff"], ids=ascii)
def test_a_folder_that_cannot_be_shown_is_refused(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would be in the comments of a file, and break it."""
    assert run(["init", str(tmp_path / folder), "--name", "harbour"]) == 1
    assert "has characters that cannot be seen" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
