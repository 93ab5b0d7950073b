"""A deployment to vendors' devices is judged by their sessions, as a person types it."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from citynet.cli.main import run as citynet
from citynet.verify.observe import Kind
from tests.cities import VENDORS
from tests.twin.ring import RING, VPN, Ring, told, until

pytestmark = pytest.mark.twin

Deploy = Callable[..., tuple[int, str]]


@pytest.fixture
def deploy(
    ring: Ring, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Deploy:
    """Deploy the vendors city, edited, to the ring's twins: the exit code, and what is said."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    nodes = {
        name: {
            "host": "127.0.0.1",
            "port": twin.port,
            "username": "root",
            "key": str(twin.files.key),
            "known_hosts": str(twin.files.known_hosts),
        }
        for name, twin in ring.twins.items()
    }
    access = tmp_path / "access.yaml"
    access.write_text(json.dumps({"nodes": nodes}))

    def run(edits: dict[str, str], *words: str) -> tuple[int, str]:
        city = copytree(VENDORS, tmp_path / "city", dirs_exist_ok=True)
        for old, new in edits.items():
            file = city / "city.yaml"
            text = file.read_text()
            assert old in text
            file.write_text(text.replace(old, new))
        capsys.readouterr()
        code = citynet(["deploy", "-i", str(city), "--access", str(access), *words])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


AS = {"    label: 政务域\n": "    label: 政务域\n    asn: 64999\n"}
SOON = ("--health-wait", "3", "--health-hold", "1")


def test_a_change_whose_sessions_do_not_come_up_is_taken_back(ring: Ring, deploy: Deploy) -> None:
    code, said = deploy(AS, "--limit", "gov-core1", "--health", "strict", *SOON)
    assert code == 1
    assert re.search(r"vpn/bgp-sessions/gov-core1: session to \S+ is AS 64999 Active", said)
    assert "(twin)" in said
    assert "every device has its old configuration" in said
    until(ring.whole)


def test_what_was_down_before_is_a_matter_of_strictness(ring: Ring, deploy: Deploy) -> None:
    code, said = deploy({"bfd_interval: 1000": "bfd_interval: 1100"}, "--limit", "gov-*", *SOON)
    assert code == 0, said
    assert "4 of 4 changed" in said
    assert re.search(r"(\d+) of \1 session checks hold before", said)
    assert "made up, as they say themselves: the sessions of gov-agg1" in said
    ring.relays["gov-ring/gov-agg1~gov-agg2"].cut.set()
    ends = {"gov-agg1", "gov-agg2"}
    until(lambda: not any(ring.up(each) & ends for each in ends))
    code, said = deploy({"bfd_interval: 1000": "bfd_interval: 1200"}, "--limit", "gov-*", *SOON)
    assert code == 0, f"what was down before is not this change's: {said}"
    assert not re.search(r"(\d+) of \1 session checks hold before", said)
    code, said = deploy(
        {"bfd_interval: 1000": "bfd_interval: 1300"},
        "--limit",
        "gov-*",
        "--health",
        "strict",
        *SOON,
    )
    assert code == 1
    for name in ("gov-agg1", "gov-agg2"):
        assert f"underlay/isis-adjacencies/{name}: adjacency on" in said


def test_a_device_that_tells_half_is_not_healthy(ring: Ring, deploy: Deploy) -> None:
    twin = ring.twins["gov-core1"]
    file = twin.files.folder / "state" / "operational.xml"
    file.write_text(
        '<network-instance xmlns="urn:huawei:yang:huawei-network-instance"><instances><instance>'
        '<name>_public_</name><isis xmlns="urn:huawei:yang:huawei-isis"><sites><site><id>1</id>'
        "<peers><peer><system-id>0000.0000.0001</system-id><level>level-2</level>"
        "<circuit-id>1</circuit-id><interface-name>100GE0/3/0</interface-name></peer></peers>"
        "</site></sites></isis></instance></instances></network-instance>"
    )
    assert told(twin, "gov-core1", Kind.ISIS) == "cannot be read: <peer> without status"
    code, said = deploy(
        {"bfd_interval: 1000": "bfd_interval: 1400"},
        *("--limit", "gov-core1", "--health", "strict"),
        *SOON,
    )
    assert code == 1
    assert "cannot be read: <peer> without status" in said
    assert set(RING) == set(ring.twins)
    assert ring.bgp("gov-agg1") == {VPN}
