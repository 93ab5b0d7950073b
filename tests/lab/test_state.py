"""What is remembered of a lab, and what happens when that is wrong."""

import json
import os
from pathlib import Path

import pytest

from citynet.lab import api
from citynet.lab.cache import Cache, folder_digest, locked
from citynet.lab.errors import LabError, StateError
from citynet.lab.paths import paths
from citynet.lab.state import LabFolder, Record, topology_from
from citynet.lab.topology import Topology


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}


def _saved(environ: dict[str, str], topology: Topology, host: str, digest: str = "d") -> LabFolder:
    folder = LabFolder(paths(environ).lab(topology.name))
    folder.root.mkdir(parents=True, mode=0o700)
    folder.save(Record(topology, host, digest, {"kernel": "6.12"}))
    return folder


def test_record_survives_the_disk(environ: dict[str, str], topology: Topology) -> None:
    folder = _saved(environ, topology, "vm")
    record = folder.load()
    assert record is not None
    assert record.topology == topology
    assert (record.host, record.digest, record.manifest) == ("vm", "d", {"kernel": "6.12"})
    assert folder.record_file.stat().st_mode & 0o077 == 0


def test_topology_round_trip_is_strict(topology: Topology) -> None:
    with pytest.raises(KeyError):
        topology_from({"name": "tiny"})


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 99}', '{"format": 1}'])
def test_damaged_record_says_what_to_do(tmp_path: Path, text: str) -> None:
    folder = LabFolder(tmp_path)
    folder.record_file.write_text(text)
    with pytest.raises(StateError, match="citynet lab down"):
        folder.load()


def test_no_lab(environ: dict[str, str]) -> None:
    assert api.find("tiny", environ=environ) is None
    assert not api.status("tiny", environ=environ).running
    assert api.down("tiny", environ=environ) is False


@pytest.mark.parametrize("name", ["", "../x", "A", "a b", "a" * 31, "-a"])
def test_names_cannot_leave_the_folder(environ: dict[str, str], name: str) -> None:
    with pytest.raises(LabError, match="cannot be the name of a lab"):
        api.find(name, environ=environ)


def test_lab_whose_vm_died_is_not_found(environ: dict[str, str], topology: Topology) -> None:
    folder = _saved(environ, topology, "vm")
    folder.vm.mkdir()
    (folder.vm / "pid").write_text(str(os.getpid()))  # alive, but not our QEMU
    assert api.find("tiny", environ=environ) is None
    assert api.down("tiny", environ=environ) is True
    assert not folder.exists()


def test_down_clears_a_damaged_lab(environ: dict[str, str], topology: Topology) -> None:
    folder = _saved(environ, topology, "vm")
    folder.record_file.write_text("{")
    assert api.down("tiny", environ=environ) is True
    assert not list(paths(environ).state.iterdir())


def test_half_made_lab_is_not_found(environ: dict[str, str], topology: Topology) -> None:
    _saved(environ, topology, "local", digest="")
    assert api.find("tiny", environ=environ) is None


def test_local_lab_has_access_for_all(environ: dict[str, str], topology: Topology) -> None:
    folder = _saved(environ, topology, "local")
    lab = api.find("tiny", environ=environ)
    assert lab is not None
    assert sorted(lab.nodes) == ["customers", "east", "west"]
    assert lab.jump is None
    access = api.node(lab, "east")
    assert (access.host, access.port, access.username) == ("172.31.0.11", 22, "root")
    assert access.key_file == folder.key_file
    with pytest.raises(LabError, match="did you mean east"):
        api.node(lab, "eats")
    with pytest.raises(LabError, match="did you mean ring/east-west"):
        api.cut(lab, "ring/east-wset")
    with pytest.raises(LabError, match="did you mean east"):
        api.restart(lab, "eats")
    with pytest.raises(LabError, match="east is a router with links"):
        api.restart(lab, "east")


def test_lab_does_not_move(environ: dict[str, str], topology: Topology) -> None:
    _saved(environ, topology, "vm")
    with pytest.raises(LabError, match="is on host vm"):
        api.up(topology, "local", environ=environ)


def test_two_at_once_do_not_race(environ: dict[str, str], topology: Topology) -> None:
    lock = paths(environ).state / ".tiny.lock"
    with locked(lock), pytest.raises(LabError, match="another citynet"):
        api.down("tiny", environ=environ)
    assert not lock.exists()


def test_relative_xdg_is_ignored(tmp_path: Path) -> None:
    found = paths({"HOME": str(tmp_path), "XDG_CACHE_HOME": "relative"})
    assert found.cache == tmp_path / ".cache/citynet"


def test_cache_builds_once_and_clears_what_was_left(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    (tmp_path / "thing" / "abc.part").mkdir(parents=True)
    (tmp_path / "thing" / "abc.part" / "half").touch()
    built: list[Path] = []

    def build(folder: Path) -> None:
        assert not list(folder.iterdir())
        (folder / "whole").touch()
        built.append(folder)

    first = cache.get("thing", "abc", build)
    assert cache.get("thing", "abc", build) == first
    assert [path.name for path in first.iterdir()] == ["whole"]
    assert len(built) == 1


def test_failed_build_leaves_nothing(tmp_path: Path) -> None:
    def build(folder: Path) -> None:
        (folder / "half").touch()
        raise LabError("no network")

    with pytest.raises(LabError, match="no network"):
        Cache(tmp_path).get("thing", "abc", build)
    assert not list((tmp_path / "thing").iterdir())


def test_folder_digest_sees_names_modes_and_content(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("1")
    seen = {folder_digest(tmp_path)}
    file.chmod(0o755)
    seen.add(folder_digest(tmp_path))
    file.write_text("2")
    seen.add(folder_digest(tmp_path))
    file.rename(tmp_path / "b")
    seen.add(folder_digest(tmp_path))
    assert len(seen) == 4


def test_record_is_plain_json(environ: dict[str, str], topology: Topology) -> None:
    document = json.loads(_saved(environ, topology, "vm").record_file.read_text())
    assert document["topology"]["customers"][0]["ipv6"] == "fd00:1::2/64"
