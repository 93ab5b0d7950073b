"""Where the vendors' models are: one decision, what the command says of it, and what tests do."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from msgspec.structs import replace

from citynet.cli.main import run
from citynet.house import open_house
from citynet.yang import ModelSet, Source, configured
from citynet.yang.fetch import VARIABLE as FROM
from citynet.yang.models import VARIABLE, cached, folder_of
from tests.cities import ROOT, VENDORS
from tests.yang.models import MODELS

PLATFORMS = ("huawei_vrp", "nokia_srlinux", "openconfig")


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a user who has no models, and whose server has none."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv(FROM, str(tmp_path / "no server"))
    return dict(os.environ)


def test_named_then_beside_then_fetched_then_nothing(empty: dict[str, str], tmp_path: Path) -> None:
    beside = tmp_path / "beside"
    assert configured(empty, beside) is None
    (cached(empty) / "acme-yang-1.part").mkdir(parents=True)
    assert configured(empty, beside) is None
    (cached(empty) / "acme-yang-1").mkdir()
    assert configured(empty, beside) == configured(empty) == cached(empty)
    beside.mkdir()
    assert configured(empty, beside) == beside
    assert configured(empty | {VARIABLE: "/named"}, beside) == Path("/named")


def test_a_fetched_folder_is_taken_where_no_other_is(tmp_path: Path) -> None:
    models = open_house().platforms["openconfig"].models
    assert models is not None
    assert models.source is not None
    assert folder_of(models, tmp_path) is None
    (tmp_path / models.source.folder).mkdir()
    assert folder_of(models, tmp_path) == tmp_path / models.source.folder
    (tmp_path / "openconfig").mkdir()
    assert folder_of(models, tmp_path) == tmp_path / "openconfig"


@pytest.mark.usefixtures("empty")
def test_missing_models_are_listed_with_where_they_are_published(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["yang", "models"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [["no", name] for name in PLATFORMS]
    assert all("`citynet yang models --fetch` fetches them from" in line for line in lines)
    assert run(["yang", "models", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert [each["folder"] for each in said["platforms"].values()] == [None] * 3
    assert said["platforms"]["huawei_vrp"]["repository"] == "Huawei/yang"
    assert run(["yang", "models", "--path"]) == 1
    out, err = capsys.readouterr()
    assert (out, "are not here" in err) == ("", True)
    assert run(["yang", "models", "openconfig"]) == 1
    assert capsys.readouterr().out.split()[:2] == ["no", "openconfig"]
    assert run(["yang", "models", "frr"]) == 1
    assert "no YANG is known for 'frr', expected one of" in capsys.readouterr().err


@pytest.mark.usefixtures("empty")
def test_a_fetch_that_fails_and_one_that_is_not_wanted_are_sentences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["yang", "models", "--fetch"]) == 1
    *_, last = capsys.readouterr().err.splitlines()
    assert last.startswith(f"cannot reach {tmp_path}/no server/Huawei/yang: ")
    assert last.endswith(f"; {FROM} can name a mirror, see docs/yang.md")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert run(["yang", "models", "--fetch"]) == 1
    assert capsys.readouterr().err == (
        f"{tmp_path} has no models of huawei_vrp, nokia_srlinux, openconfig: put them there, or "
        "name no folder and they are fetched into the cache\n"
    )


@pytest.mark.usefixtures("empty")
def test_a_fetch_fetches_and_says_where(
    published: Source,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = open_house()
    models = ModelSet("Acme 1", ("acme",), ("9", "10"), source=published)
    acme = replace(house.platforms["openconfig"], name="acme", models=models)
    only = replace(house, platforms={"acme": acme})
    for module in ("yang", "modelled"):
        monkeypatch.setattr(f"citynet.cli.{module}.open_house", lambda: only)
    monkeypatch.setenv(FROM, f"{tmp_path}/a server")
    assert run(["yang", "models", "--fetch"]) == 0
    out, err = capsys.readouterr()
    folder = tmp_path / "cache" / "citynet" / "yang"
    assert out.startswith(f"ok  acme           Acme 1: {folder}/acme-yang-")
    assert re.search(r"ok  fetch acme/yang at [0-9a-f]{12} \(\d", err)
    assert run(["yang", "models", "--path"]) == 0
    assert capsys.readouterr().out == f"{folder}\n"


@pytest.mark.models
def test_what_has_been_fetched_is_validated_and_the_rest_is_said(
    empty: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models = open_house().platforms["openconfig"].models
    assert models is not None
    assert models.source is not None
    folder = folder_of(models, MODELS)
    assert folder is not None
    cached(empty).mkdir(parents=True)
    (cached(empty) / models.source.folder).symlink_to(folder.resolve())
    assert run(["render", "-i", str(VENDORS), "-o", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().err
    assert "4 documents valid by the vendors' YANG" in said
    assert "warning: huawei_vrp, nokia_srlinux: documents not validated; the vendors'" in said


# -- what tests do without them --------------------------------------------------------------

SUITE = """
import pytest
from tests.yang.models import MODELS

@pytest.mark.models
@pytest.mark.parametrize("number", range(3))
def test_marked(number): assert MODELS.is_dir()

@pytest.mark.twin
def test_of_a_twin(): assert MODELS.is_dir()

def test_other(): pass
"""
UNMARKED = "def test_unmarked(): assert MODELS.is_dir()\n"
SKIPPED = "@pytest.mark.models\ndef test_skipped(): pytest.skip('for a reason of its own')\n"
WHY = "not run, 4, because the vendors' YANG models are not here (make models)"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with nothing beside it."""
    folder = tmp_path_factory.mktemp("alone") / "citynet"
    for name in ("tests", "labs"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def in_clone(
    clone: Path, text: str, *words: str, environ: Mapping[str, str] = MappingProxyType({})
) -> tuple[int, str]:
    """Run tests there: the exit code, and what is printed."""
    (clone / "tests" / "test_here.py").write_text(text)
    there = {"XDG_CACHE_HOME": str(clone / "cache")} | dict(environ)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, "-q", "tests/test_here.py"],
        cwd=clone,
        env={key: value for key, value in os.environ.items() if "CITYNET" not in key} | there,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_tests_that_need_them_are_not_run_and_counted_by_several_workers(clone: Path) -> None:
    code, said = in_clone(clone, SUITE, "-n", "2")
    assert code == 0, said
    assert WHY in said
    assert "1 passed, 4 not run in" in said
    assert "skipped" not in said


def test_a_test_without_the_mark_fails_and_any_other_skip_is_a_failure(clone: Path) -> None:
    code, said = in_clone(clone, SUITE + UNMARKED)
    assert code == 1
    assert WHY in said
    assert "1 failed, 1 passed, 4 not run in" in said
    (clone.parent / "shared" / "yang").mkdir(parents=True)
    try:
        for name in ("huawei", "nokia_srlinux", "openconfig"):
            (clone.parent / "shared" / "yang" / name).mkdir()
        code, said = in_clone(clone, SUITE + SKIPPED)
    finally:
        shutil.rmtree(clone.parent / "shared")
    assert code == 1
    assert "1 skipped: a skipped test is a failure" in said
    assert "5 passed, 1 skipped in" in said


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"CITYNET_REQUIRE": "all"}, "CITYNET_REQUIRE=all, and there are no models of huawei_vrp"),
        ({"CITYNET_REQUIRE": "some"}, "CITYNET_REQUIRE is 'some': it is 'all', or not set"),
        ({"CITYNET_REQUIRE": ""}, "CITYNET_REQUIRE is '': it is 'all', or not set"),
        ({"CITYNET_YANG": "/none"}, "CITYNET_YANG is set, and there are no models of huawei_vrp"),
    ],
)
def test_where_they_are_required_or_named_it_is_an_error_at_once(
    clone: Path, environ: dict[str, str], words: str
) -> None:
    code, said = in_clone(clone, SUITE, environ=environ)
    assert code == pytest.ExitCode.USAGE_ERROR
    assert words in said
    assert "Traceback" not in said
    assert "passed" not in said
