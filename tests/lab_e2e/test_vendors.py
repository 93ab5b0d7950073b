"""A city of four platforms in a lab of its own: one transaction, one broken, and what they say."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from citynet.environ import setting
from tests.cities import ROOT
from tests.speed import seconds
from tests.yang.models import MODELS

pytestmark = [pytest.mark.beside, pytest.mark.models]

VENDORS = ROOT / "inventory" / "vendors"
CITYNET = [sys.executable, "-m", "citynet"]
ENVIRON = os.environ | {"CITYNET_YANG": str(MODELS)}
HOST = setting(os.environ, "CITYNET_HOST", "a lab host") or "auto"


def citynet(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*CITYNET, *words],
        env=ENVIRON,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds(600),
    )


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What `make run` prints of it; the lab is taken down at the end."""
    program = tmp_path_factory.mktemp("bin") / "citynet"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m citynet "$@"\n')
    program.chmod(0o700)
    try:
        done = subprocess.run(
            ["sh", "labs/vendors.sh", str(program), HOST, "vendors"],
            env=ENVIRON,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds(1500),
        )
        assert done.returncode == 0, done.stdout + done.stderr
        yield done.stdout
    finally:
        citynet("lab", "down", "-i", str(VENDORS))


def test_one_transaction_over_four_platforms(shown: str) -> None:
    first, _, _ = shown.partition("broken on purpose")
    assert "12 of 12 changed" in first
    assert re.search(r"52 passed, 0 failed, 31 not measured; 18 judge", first)


def test_a_broken_one_is_taken_back_everywhere(shown: str) -> None:
    _, _, rest = shown.partition("broken on purpose 1/3")
    broken, _, after = rest.partition("broken on purpose 2/3")
    assert "otn-south lost its power" in broken
    assert "commit: 10/10 devices, 10 changed" in broken
    assert broken.count("runs: old") == 10
    ending = r"every device has its old configuration: .*otn-south (lost|not pending)"
    assert re.search(ending, broken), (
        "missed at the vote, or before when its timer was to be renewed"
    )
    assert "0 of 12 changed" in after


def test_a_session_that_does_not_come_up_takes_the_change_back(shown: str) -> None:
    _, _, rest = shown.partition("broken on purpose 2/3")
    broken, _, after = rest.partition("broken on purpose 3/3")
    assert re.search(r"vpn/bgp-sessions/gov-core1: session to \S+ is AS 64999 Active", broken)
    assert "(twin)" in broken
    assert "every device has its old configuration" in broken
    assert "0 of 12 changed" in after
    assert re.search(r"\d+ passed, 0 failed.*made up \(twin\)", after)


def test_a_cut_link_takes_the_adjacency_of_both_of_its_twins(shown: str) -> None:
    wanted = ["verify", "-i", str(VENDORS), "--tags", "isis,bfd", "--wait", "0", "--json"]
    assert citynet("lab", "cut", "gov-express", "-i", str(VENDORS)).returncode == 0
    try:
        found = json.loads(citynet(*wanted).stdout)
        failed = {each["id"] for each in found["results"] if each["status"] == "failed"}
        checks = ("isis-adjacencies", "bfd-sessions")
        ends = ("gov-core1", "gov-agg2")
        assert failed == {f"underlay/{check}/{end}" for check in checks for end in ends}
        assert all(each["made_up"] for each in found["results"] if each["id"] in failed)
    finally:
        assert citynet("lab", "heal", "gov-express", "-i", str(VENDORS)).returncode == 0
    healed = json.loads(citynet(*[*wanted[:-2], "30", "--json"]).stdout)
    assert healed["ok"]


def test_a_check_shows_each_platform_its_difference(shown: str, tmp_path: Path) -> None:
    city = copytree(VENDORS, tmp_path / "vendors")
    nodes = city / "optical.yaml"
    text = nodes.read_text()
    assert "loss: 9.2" in text
    text = text.replace("loss: 9.2", "loss: 9.6")
    nodes.write_text(text.replace("    label: 政务环\n", "    label: 政务环\n    metric: 20\n"))
    done = citynet("deploy", "-i", str(city), "--check", "--diff")
    assert done.returncode == 0, done.stdout + done.stderr
    differ = set(re.findall(r"^(\S+) \(\+\d+ -\d+\)$", done.stdout, re.MULTILINE))
    assert differ == {"gov-core1", "gov-core2", "gov-agg1", "gov-agg2", "otn-east", "otn-south"}
    again = citynet("deploy", "-i", str(city), "--check", "--diff")
    assert again.stdout.splitlines()[:-1] == done.stdout.splitlines()[:-1]


def test_twins_have_no_shell_and_routers_keep_their_links(shown: str) -> None:
    shell = citynet("lab", "exec", "gov-agg2", "-i", str(VENDORS), "--", "true")
    assert shell.returncode == 1
    assert "gov-agg2 is a twin: management plane only" in shell.stderr
    restart = citynet("lab", "restart", "x-core1", "-i", str(VENDORS))
    assert restart.returncode == 1
    assert "x-core1 is a router with links" in restart.stderr


def test_what_is_not_measured_is_not_counted(shown: str) -> None:
    done = citynet("verify", "-i", str(VENDORS), "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["ok"]
    assert len(found["results"]) == found["passed"] > 30
    assert len(found["not_measured"]) == 31
    assert found["made_up"] == 18
    assert not found["not_measured"].keys() & {each["id"] for each in found["results"]}
