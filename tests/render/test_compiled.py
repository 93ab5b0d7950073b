"""Compiled templates are kept, and never trusted where somebody else can write."""

from pathlib import Path

import pytest

from citynet.pipeline import prepare, render
from citynet.render.compiled import compiled
from tests.cities import DEMO


def test_what_was_compiled_gives_the_same_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    prepared = prepare(DEMO)
    first = render(prepared)
    kept = list((tmp_path / "citynet").glob("templates-*-plain/*"))
    assert kept
    assert render(prepared) == first
    for each in kept:
        each.write_bytes(b"rubbish")
    assert render(prepared) == first


def test_a_changed_template_is_compiled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache = compiled({"XDG_CACHE_HOME": str(tmp_path)}, autoescape=False)
    assert cache is not None
    assert cache.get_source_checksum("one") != cache.get_source_checksum("two")


def test_a_folder_others_can_write_to_is_not_used(tmp_path: Path) -> None:
    assert compiled({"XDG_CACHE_HOME": str(tmp_path)}, autoescape=True) is not None
    next((tmp_path / "citynet").glob("templates-*-escaped")).chmod(0o777)
    assert compiled({"XDG_CACHE_HOME": str(tmp_path)}, autoescape=True) is None


def test_no_place_to_keep_them_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert compiled({"XDG_CACHE_HOME": str(tmp_path / "file")}, autoescape=False) is None
