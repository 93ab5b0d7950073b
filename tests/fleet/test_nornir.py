"""The city as Nornir knows it, and the script of the documentation."""

import runpy
import sys
from dataclasses import dataclass
from pathlib import Path

import paramiko
import pytest
from msgspec.structs import replace
from nornir.core.configuration import Config
from nornir.core.filter import F

from citynet.deploy.driver import UnreachableError
from citynet.errors import CitynetError
from citynet.fleet.inventory import CityInventory
from citynet.fleet.runner import fleet
from citynet.fleet.target import driver_factory
from citynet.inventory.groups import groups_of
from citynet.lab import api as labs
from citynet.lab.host import NodeAccess, SshJump
from citynet.pipeline import Prepared, prepare
from tests.cities import DEMO, ROOT
from tests.fleet.server import access, known_hosts, private, server


@dataclass(frozen=True)
class Found:
    """A lab as far as sessions go."""

    nodes: dict[str, NodeAccess]
    jump: SshJump | None = None


@pytest.fixture(scope="module")
def demo() -> Prepared:
    return prepare(DEMO)


def test_hosts_have_groups_and_variables(demo: Prepared) -> None:
    inventory = CityInventory(demo, Found({})).load()
    host = inventory.hosts["gov-core1"]
    assert {group.name for group in host.groups} == set(groups_of(demo.context, "gov-core1"))
    assert host["role"] == "core"
    assert host.platform == "frr"


def test_filtering_by_group(demo: Prepared) -> None:
    cores = fleet(demo, Found({})).filter(F(groups__contains="role_core"))
    assert set(cores.inventory.hosts) == {"gov-core1", "gov-core2", "x-core1", "x-core2"}


def test_without_a_lab_a_connection_says_so(
    demo: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    nornir = fleet(demo)
    with pytest.raises(UnreachableError, match="citynet lab up"):
        nornir.inventory.hosts["gov-core1"].get_connection("citynet", nornir.config)


def test_a_driver_that_is_not_there(demo: Prepared) -> None:
    platform = demo.house.platforms["frr"]
    for named in (".driver:Nothing", "no.such.module:Driver", "nonsense"):
        with pytest.raises(CitynetError, match="no usable driver"):
            driver_factory(replace(platform, driver=named))


def test_the_script_of_the_documentation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    vtysh = tmp_path / "vtysh"
    vtysh.write_text('#!/bin/sh\necho "asked: $2"\n')
    vtysh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    key = paramiko.ECDSAKey.generate()
    with server(key) as sshd:
        known = known_hosts(tmp_path / "known", (sshd.port, sshd.key))
        here = access(sshd.port, private(tmp_path / "key", key), known)
        found = Found(dict.fromkeys(prepare(DEMO).facts, here))
        monkeypatch.setattr(labs, "find", lambda _: found)
        monkeypatch.setattr(sys, "argv", ["nornir_script.py", str(DEMO)])
        runpy.run_path(str(ROOT / "docs" / "nornir_script.py"), run_name="__main__")
    said = capsys.readouterr().out
    assert said.count("asked: show bgp ipv4 vpn summary") == 4
    assert "== x-core2" in said


def test_what_a_driver_leaves_to_the_next_lives_as_long_as_the_fleet(demo: Prepared) -> None:
    """A transaction closes the connection of a device whose session was lost."""
    found = Found({"gov-core1": NodeAccess("192.0.2.1", 22, "root", Path("key"), Path("known"))})
    host = fleet(demo, found).inventory.hosts["gov-core1"]
    targets = []
    for _ in range(2):
        driver = host.get_connection("citynet", Config())
        targets.append(driver._target)
        host.close_connection("citynet")
    assert targets[0].notes is targets[1].notes
