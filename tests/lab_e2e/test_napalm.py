"""NAPALM's driver for FRR on a real router: NAPALM's own suite, what it promises, and scripts."""

import os
import subprocess
import sys
import time
import unittest
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import napalm
import pytest
from napalm.base.exceptions import (
    CommitConfirmException,
    CommitError,
    ConnectionClosedException,
    LockError,
    MergeConfigException,
    ReplaceConfigException,
)
from napalm.base.test.base import TestConfigNetworkDriver as NapalmSuite

from citynet.fleet.runner import fleet
from citynet.lab import api as labs
from citynet.lab.clab import container_name
from citynet.pipeline import prepare, render
from tests.cities import DEMO, ROOT
from tests.lab_e2e.routers import Box
from tests.speed import seconds

pytestmark = pytest.mark.lab

ROUTER = "gov-acc2"
PREFIXES = "ip prefix-list napalm seq 5 permit 192.0.2.0/24"
GOOD = f"log syslog warnings\n{PREFIXES}\n"
WRONG = f"{PREFIXES}\nrouter isis nowhere\n no-such-command 1\n"
SECONDS = 60.0
"""That going back may take."""


@dataclass(frozen=True)
class Router:
    """The router as its user sees it, and as it is seen from beside it."""

    ssh_config: Path
    box: Box
    initial: str

    def session(self, **options: Any) -> Any:
        driver = napalm.get_network_driver("frr")
        asked = {"ssh_config_file": str(self.ssh_config)} | options
        return driver(ROUTER, "root", "", optional_args=asked)


@pytest.fixture(scope="module")
def router() -> Iterator[Router]:
    """In the end it has to be what it was, as measured, and for citynet."""
    lab = labs.find("demo")
    assert lab is not None, "`citynet lab up -i inventory/demo` and `citynet deploy` come first"
    with labs.attached(lab) as host:
        box = Box(host, container_name("demo", ROUTER))
        before = box.measure()
        text = box.run("vtysh -c 'show running-config'").stdout
        yield Router(lab.folder.ssh_config, box, text)
        assert box.measure() == before
    nornir = fleet(prepare(DEMO))
    device = nornir.inventory.hosts[ROUTER].get_connection("citynet", nornir.config)
    assert not device.stage(render(prepare(DEMO))[ROUTER]), "it is as deployed, for citynet too"
    nornir.close_connections()


@pytest.fixture(scope="module")
def device(router: Router) -> Iterator[Any]:
    with router.session() as made:
        yield made


# -- NAPALM's own suite -------------------------------------------------------------------------


@pytest.fixture(scope="class")
def files(request: pytest.FixtureRequest, router: Router, tmp_path_factory: Any) -> None:
    """What the suite expects beside it, made of what the router runs."""
    folder: Path = tmp_path_factory.mktemp("frr")
    good = router.initial.replace("log syslog informational\n", GOOD)
    texts = {
        "initial.conf": router.initial,
        "new_good.conf": good,
        "new_good.diff": "-log syslog informational\n+log syslog warnings\n+" + PREFIXES,
        "new_typo.conf": router.initial.replace("log syslog", "lok syslog"),
        "merge_good.conf": GOOD,
        "merge_good.diff": f"-log syslog warnings\n-{PREFIXES}\n+log syslog informational",
        "merge_typo.conf": WRONG,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    request.cls.vendor = str(folder)
    request.cls.device = router.session()
    request.cls.device.open()


@pytest.mark.usefixtures("files")
class TestConfiguration(NapalmSuite, unittest.TestCase):  # type: ignore[misc]
    """Replace, merge, typos, differences, discard, commit, rollback; a template of ours."""

    device: Any

    def test_load_template(self) -> None:
        self.device.load_template("level", template_source="log syslog {{ to }}", to="errors")
        assert self.device.compare_config() == "-log syslog informational\n+log syslog errors"
        self.device.discard_config()


# -- what is promised beyond it -----------------------------------------------------------------


def runs(router: Router) -> bool:
    return PREFIXES in router.box.run("vtysh -c 'show running-config'").stdout


def until(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds(SECONDS)
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.3)
    return found


def test_bad_candidates_are_refused_and_nothing_changes(device: Any, router: Router) -> None:
    before = router.box.measure()
    with pytest.raises(MergeConfigException, match=r"line 3: no-such-command 1: Unknown command"):
        device.load_merge_candidate(config=WRONG)
    with pytest.raises(ReplaceConfigException, match=r"line 3: no-such-command 1: Unknown"):
        device.load_replace_candidate(config=WRONG)
    with pytest.raises(ReplaceConfigException, match=r"line 1: hostname x: the name is the mach"):
        device.load_replace_candidate(config="hostname x\n")
    assert device.compare_config() == ""
    with pytest.raises(CommitError, match="no configuration was loaded"):
        device.commit_config()
    device.load_merge_candidate(config=PREFIXES)
    with pytest.raises(CommitError, match="revert_in is 0"):
        device.commit_config(revert_in=0)
    device.discard_config()
    with pytest.raises(CommitConfirmException, match="no commit of NAPALM's waits"):
        device.confirm_commit()
    assert router.box.measure() == before


def test_two_at_once(device: Any, router: Router) -> None:
    with (
        router.session(config_lock=True),
        pytest.raises(LockError, match="locked by root with NAPALM since"),
    ):
        device.load_merge_candidate(config=PREFIXES)
    device.load_merge_candidate(config=PREFIXES)
    device.discard_config()


def test_what_nobody_confirms_goes_back_after_its_session_was_lost(
    device: Any, router: Router
) -> None:
    lost = router.session()
    lost.open()
    lost.load_merge_candidate(config=PREFIXES)
    lost.commit_config(message="for a moment", revert_in=ceil(seconds(8)))
    lost._session.shell()._transport.close()
    assert runs(router)
    assert device.has_pending_commit()
    with pytest.raises(ConnectionClosedException, match="session was lost"):
        lost.confirm_commit()
    assert lost.is_alive() == {"is_alive": False}
    assert until(lambda: not device.has_pending_commit())
    assert not runs(router)
    with pytest.raises(CommitConfirmException, match="no commit of NAPALM's waits"):
        device.confirm_commit()


def test_getters_say_what_runs(device: Any) -> None:
    facts = device.get_facts()
    assert facts["hostname"] == ROUTER
    assert facts["os_version"].startswith("10.")
    links = device.get_interfaces()
    assert set(facts["interface_list"]) == set(links) == set(device.get_interfaces_counters())
    assert links["acc2-agg1"]["is_up"]
    assert links["acc2-agg1"]["description"] == "to gov-agg1 by acc2-agg1"
    peers = device.get_bgp_neighbors()["global"]["peers"]
    assert {each["description"] for each in peers.values()} == {"gov-core1", "gov-core2"}
    assert all(each["is_up"] for each in peers.values())
    [[[*found]]] = [list(each.values()) for each in device.get_bgp_neighbors_detail().values()]
    assert {each["remote_address"] for each in found} == set(peers)
    assert set(device.get_network_instances()) == {"default", "health", "cameras"}
    core = min(peers)
    assert device.ping(core, count=1)["success"]["packet_loss"] == 0
    assert device.get_route_to(f"{core}/128")[f"{core}/128"][0]["protocol"] == "isis"
    assert device.get_arp_table()[0]["interface"] == "eth0"
    assert device.get_ipv6_neighbors_table()
    assert device.get_environment()["memory"]["used_ram"] > 0
    assert device.cli(["show version"])["show version"].startswith("FRRouting")


# -- scripts of the documentation ---------------------------------------------------------------


def script(name: str, *arguments: str) -> str:
    command = [sys.executable, str(ROOT / "docs" / name), *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=seconds(120), env=os.environ
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_napalm_script_keeps_what_does_no_harm(
    device: Any, router: Router, tmp_path: Path
) -> None:
    (tmp_path / "candidate").write_text(PREFIXES)
    said = script("napalm_script.py", ROUTER, str(tmp_path / "candidate"), str(router.ssh_config))
    assert said == f"+{PREFIXES}\n"
    assert runs(router)
    assert not device.has_pending_commit()
    device.rollback()
    assert not runs(router)


def test_a_nornir_napalm_script_undoes_what_does_harm(
    device: Any, router: Router, tmp_path: Path
) -> None:
    config = device.get_bgp_config()
    [group] = set(config) - {"_"}
    peer = next(iter(config[group]["neighbors"]))
    text = f"router bgp {config['_']['local_as']}\n neighbor {peer} shutdown\n"
    (tmp_path / "candidate").write_text(text)
    said = script(
        "nornir_napalm_script.py",
        *(str(DEMO), str(router.ssh_config), str(tmp_path / "candidate"), ROUTER),
    )
    assert said.startswith(f"== {ROUTER}: undone\n")
    assert f"+ neighbor {peer} shutdown" in said
