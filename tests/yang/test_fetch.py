"""Models from a real Git repository: whole and as pinned, or not there, and why in a sentence."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from citynet.house import open_house
from citynet.lab.progress import Silent
from citynet.storage import StorageError
from citynet.yang import ModelSet, Source, YangError, configured
from citynet.yang.fetch import VARIABLE, Server, digest, fetch
from citynet.yang.models import cached, files, folder_of
from tests.yang.models import MODELS
from tests.yang.published import FILES, REPOSITORY, sh


def left(place: dict[str, str]) -> list[str]:
    """Entries of the cache; `.files` beside one lists what it has."""
    every = cached(place).glob("*")
    return sorted(str(each) for each in every if each.suffix != ".files")


def test_what_is_used_of_the_pinned_commit_arrives(
    published: Source, place: dict[str, str], tmp_path: Path
) -> None:
    assert configured(place) is None
    folder = fetch(published, Silent(), place)
    found = {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}
    assert found == FILES.keys() - {"tools/not-wanted"}
    assert (folder / "models" / "10.yang").read_text() == FILES["models/10.yang"]
    assert configured(place) == folder.parent == cached(place)
    models = ModelSet("Acme 1", ("acme",), ("9", "10"), source=published)
    assert files(models, cached(place)).keys() == {"9.yang", "10.yang"}
    shutil.rmtree(tmp_path / "a server")
    assert fetch(published, Silent(), place) == folder


def test_a_cache_that_was_changed_is_fetched_again(
    published: Source, place: dict[str, str]
) -> None:
    folder = fetch(published, Silent(), place)
    (folder / "models" / "10.yang").write_text("module te")
    assert fetch(published, Silent(), place) == folder
    assert (folder / "models" / "10.yang").read_text() == FILES["models/10.yang"]


def test_this_users_git_may_change_line_ends_elsewhere(
    published: Source, place: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text("[core]\n\tautocrlf = true\n\teol = crlf\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    assert digest(fetch(published, Silent(), place)) == published.digest


@pytest.mark.parametrize("lost", ["models", "LICENSE"])
def test_other_content_than_the_pinned_one_is_refused(
    lost: str, published: Source, place: dict[str, str]
) -> None:
    """Fewer files: what a server that is cut off, or a wrong list of paths, comes to."""
    fewer = tuple(each for each in published.paths if each != lost)
    with pytest.raises(YangError, match=r"has other models of acme/yang at .* none was kept"):
        fetch(replace(published, paths=fewer), Silent(), place)
    with pytest.raises(YangError, match=r"their digest is .*, not 0000000000000000"):
        fetch(replace(published, digest="0" * 64), Silent(), place)
    assert left(place) == []
    assert configured(place) is None


def test_a_commit_that_is_not_there_and_a_server_that_is_not_are_sentences(
    published: Source, place: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(YangError, match=r"cannot fetch acme/yang at ffffffffffff from file://"):
        fetch(replace(published, commit="f" * 40), Silent(), place)
    shutil.rmtree(tmp_path / "a server")
    with pytest.raises(YangError) as caught:
        fetch(published, Silent(), place)
    assert str(caught.value).startswith(f"cannot reach {place[VARIABLE]}{REPOSITORY}: ")
    assert "\n" not in str(caught.value)
    assert left(place) == []


def test_no_git_and_no_place_to_write_are_sentences(
    published: Source, place: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"file.* cannot be used: not a directory"):
        fetch(published, Silent(), place | {"XDG_CACHE_HOME": str(tmp_path / "file")})
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(YangError, match="cannot run git: No such file or directory; install it"):
        fetch(published, Silent(), place)


@contextmanager
def mute() -> Iterator[str]:
    """The address of a server that lets in, and never says a word."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"


def running(words: str) -> list[str]:
    """Processes with this in their command line."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = each.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if words in line:
            found.append(line)
    return found


def test_a_server_that_says_nothing_is_waited_for_so_long_and_no_longer(
    published: Source, place: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git has a helper for HTTP, which ends with it."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with mute() as address:
        began = time.monotonic()
        with pytest.raises(
            YangError, match=r"cannot reach http://.*: no answer within 1 s; CITYNET_YANG_FROM can"
        ):
            fetch(published, Silent(), place, Server(address, answer=1))
        assert time.monotonic() - began < 60
        while running(address):
            assert time.monotonic() - began < 60
            time.sleep(0.05)
    assert left(place) == []


KILLED = """
import os, sys
from citynet.lab.progress import Silent
from citynet.yang import Source
from citynet.yang.fetch import fetch
fetch(Source(sys.argv[1], sys.argv[2], ("LICENSE", "models"), sys.argv[3]), Silent(), os.environ)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_one_that_is_interrupted_leaves_nothing_that_counts(
    how: signal.Signals, published: Source, place: dict[str, str], tmp_path: Path
) -> None:
    """All files are there when it ends, but it has not said so."""
    real, marker, slow = shutil.which("git"), tmp_path / "checked-out", tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text(
        f'#!/bin/sh\n"{real}" "$@" || exit\n'
        f"case \"$*\" in *checkout*) echo $$ >'{marker}'; exec sleep 100.25 ;; esac\n"
    )
    slow.chmod(0o755)
    environment = os.environ | place | {"PATH": f"{slow.parent}:{os.environ['PATH']}"}
    words = ["env", "--default-signal=INT", sys.executable, "-c", KILLED]
    argv = [*words, published.repository, published.commit, published.digest]
    with subprocess.Popen(argv, env=environment, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 60
        while not (marker.exists() and marker.read_text().endswith("\n")):
            assert time.monotonic() < deadline
            assert process.poll() is None, process.stderr and process.stderr.read()
            time.sleep(0.02)
        process.send_signal(how)
        process.wait(20)
    if how is signal.SIGINT:
        assert not Path(f"/proc/{marker.read_text().strip()}").exists()
        assert left(place) == []
    else:
        os.kill(int(marker.read_text()), signal.SIGKILL)
        assert [Path(each).suffix for each in left(place)] == [".part"]
    assert configured(place) is None
    assert digest(fetch(published, Silent(), place)) == published.digest
    assert [Path(each).name for each in left(place)] == [published.folder]


LAYOUT = {
    "huawei_vrp": {
        "LICENSE": "huawei/LICENSE",
        "network-router/8.22.0/ne8000-m4m8m14": "huawei/ne8000-m4m8m14-8.22.0",
    },
    "nokia_srlinux": {
        "LICENSE": "nokia_srlinux/LICENSE",
        **{
            f"srlinux-yang-models/{name}": f"nokia_srlinux/{name}"
            for name in ("iana", "ietf", "openconfig", "srl_nokia")
        },
    },
    "openconfig": {
        "LICENSE": "openconfig/LICENSE",
        "release/models": "openconfig/models",
        "third_party": "openconfig/third_party",
    },
}
"""Where what a repository has is in a folder that is laid out by vendor."""


@pytest.mark.models
@pytest.mark.parametrize("platform", LAYOUT)
def test_the_models_of_these_tests_are_the_pinned_ones(platform: str, tmp_path: Path) -> None:
    models = open_house().platforms[platform].models
    assert models is not None
    assert models.source is not None
    assert models.source.paths == tuple(LAYOUT[platform])
    folder = folder_of(models, MODELS)
    assert folder is not None
    if folder.name != models.source.folder:
        folder = tmp_path
        for name, here in LAYOUT[platform].items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            sh(f"cp -RL '{(MODELS / here).resolve()}' '{tmp_path / name}'", tmp_path)
    assert digest(folder) == models.source.digest
