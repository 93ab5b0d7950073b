"""Tools for a running lab, as far as they need none: names, commands, what is read back."""

import io
import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from citynet.cli import lab_tools
from citynet.cli.main import run
from citynet.lab import capture, copy, ends, impair, logs, pcap
from citynet.lab.api import Lab
from citynet.lab.errors import LabError
from citynet.lab.host import Completed, NodeAccess
from citynet.lab.impair import Impairment
from citynet.lab.state import LabFolder
from citynet.lab.topology import Topology
from tests.lab.fakes import FakeHost

NOW = datetime(2026, 11, 30, 19, 0, tzinfo=UTC)


@pytest.fixture
def lab(topology: Topology, tmp_path: Path) -> Lab:
    nodes = {
        node.name: NodeAccess(
            str(node.management), 22, "root", tmp_path / "key", tmp_path / "known"
        )
        for node in (*topology.nodes, topology.customers_node)
    }
    return Lab("tiny", "local", topology, nodes, None, {}, LabFolder(tmp_path))


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> FakeHost:
    fake = FakeHost()

    @contextmanager
    def attached(lab: Lab) -> Iterator[FakeHost]:
        yield fake

    monkeypatch.setattr(impair, "attached", attached)
    return fake


def record(data: bytes, order: str = "<") -> bytes:
    return struct.pack(f"{order}IIII", 1, 2, len(data), len(data)) + data


@pytest.mark.parametrize(("magic", "order"), pcap.ORDERS.items())
def test_pcap_is_handed_over_in_whole_records(magic: bytes, order: str) -> None:
    head = magic + bytes(20)
    whole = head + record(b"first", order) + record(b"second", order)
    assert b"".join(pcap.pieces(io.BytesIO(whole))) == whole
    assert list(pcap.packets(io.BytesIO(whole))) == [b"first", b"second"]
    for cut in range(1, len(record(b"second"))):
        torn = io.BytesIO(whole[:-cut])
        assert b"".join(pcap.pieces(torn)) == head + record(b"first", order)


def test_what_is_no_pcap_is_refused() -> None:
    assert list(pcap.pieces(io.BytesIO(b""))) == []
    with pytest.raises(LabError, match="no pcap"):
        list(pcap.pieces(io.BytesIO(b"docker: no such container, or so")))


def test_a_link_is_captured_at_a_routers_end_unless_one_is_named(lab: Lab) -> None:
    assert capture.where(lab, "access/1").label == "east eth9 (link access/1)"
    assert capture.where(lab, "access/1", "office.1").ends[0].space == "office.1"
    assert capture.where(lab, "ring/east-west", "west").label == "west eth1 (link ring/east-west)"
    assert [end.interface for end in capture.where(lab, "east").ends] == ["eth1", "eth9"]


@pytest.mark.parametrize(
    ("name", "end", "words"),
    [
        ("easts", None, "no node or link 'easts'; did you mean 'east'"),
        ("ring/east-wst", None, "did you mean 'ring/east-west'"),
        ("access/1", "west", "no end at 'west', it joins east and office.1"),
        ("east", "west", "east is a node"),
        ("customers", None, "name a customer's link: access/1, access/2"),
    ],
)
def test_a_wrong_name_is_a_sentence(lab: Lab, name: str, end: str | None, words: str) -> None:
    with pytest.raises(LabError, match=words):
        capture.where(lab, name, end)


def test_an_expression_reaches_tcpdump_as_one_word(lab: Lab) -> None:
    wish = capture.Wish("udp port 3784'; reboot; '", count=3)
    for name in ("access/1", "east"):
        text = capture.script(capture.where(lab, name), wish)
        assert "'udp port 3784'\"'\"'; reboot; '\"'\"''" in text.replace(" and (", "").replace(
            ")", ""
        )
        assert "-c 3" in text


def test_a_link_is_impaired_at_both_ends_or_one(lab: Lab, host: FakeHost) -> None:
    what = Impairment(delay_ms=20, jitter_ms=5, loss=0.5, rate_mbit=10, corrupt=1)
    impair.impair(lab, "access/1", what)
    words = "root netem delay 20ms 5ms loss 0.5% corrupt 1% rate 10mbit"
    assert f"tc -n clab-tiny-east qdisc replace dev eth9 {words}" in host.asked[-1]
    inside = "docker exec clab-tiny-customers tc -n office.1 qdisc replace dev c1"
    assert f"{inside} {words}" in host.asked[-1]
    impair.impair(lab, "access/1", Impairment(loss=100), "east")
    assert "customers" not in host.asked[-1]


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (Impairment(delay_ms=-1), "--delay is -1"),
        (Impairment(loss=100.1), "--loss is 100.1: a percentage"),
        (Impairment(corrupt=-3), "--corrupt is -3"),
        (Impairment(jitter_ms=5), "needs a --delay"),
        (Impairment(rate_mbit=-1), "--rate is -1"),
        (Impairment(delay_ms=float("nan")), "--delay is nan"),
        (Impairment(loss=float("inf")), "--loss is inf"),
        (Impairment(), "--clear"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(
    lab: Lab, host: FakeHost, what: Impairment, words: str
) -> None:
    with pytest.raises(LabError, match=words):
        impair.impair(lab, "access/1", what)
    assert host.asked == []


def test_a_kernel_without_netem_is_named(lab: Lab, host: FakeHost) -> None:
    host.answers["sh -ec"] = Completed(2, "", "Error: Specified qdisc kind is unknown.")
    with pytest.raises(LabError, match="has no netem"):
        impair.impair(lab, "access/1", Impairment(loss=1))


def test_what_is_impaired_is_what_the_kernel_says(topology: Topology, host: FakeHost) -> None:
    options = {
        "delay": {"delay": 0.02, "jitter": 0.005},
        "loss-random": {"loss": 0.00999999},
        "rate": {"rate": 1250000},
    }
    east = [{"kind": "netem", "dev": "eth9", "options": options}, {"kind": "noqueue", "dev": "lo"}]
    customer = [{"kind": "netem", "dev": "c2", "options": {"corrupt": {"corrupt": 0.5}}}]
    host.answers["sh -c"] = Completed(0, f"{json.dumps(east)}\n@@\n[]\n@@\n", "")
    host.answers["docker exec"] = Completed(0, f"[]\n@@\n{json.dumps(customer)}\n@@\n", "")
    assert [str(each) for each in impair.impaired(host, topology)] == [
        "access/1 from east eth9: delay 20 ms, jitter 5 ms, loss 1 %, rate 10 Mbit/s",
        "access/2 from office.2 c2: corrupt 50 %",
    ]


def test_clear_takes_nothing_else_away(lab: Lab, host: FakeHost) -> None:
    shaped = [{"kind": "htb", "dev": "eth9", "options": {}}]
    host.answers["sh -c"] = Completed(0, f"{json.dumps(shaped)}\n@@\n[]\n@@\n", "")
    host.answers["docker exec"] = Completed(0, "[]\n@@\n[]\n@@\n", "")
    assert impair.clear(lab, "access/1") == ()
    assert not any(" del " in each for each in host.asked)


def test_logs_are_in_the_order_of_time() -> None:
    docker = "2026-11-30T19:00:02.500000001Z Accepted publickey for root"
    frr = "2026/11/30 19:00:01 ISIS: [X] up\ncontinued\n2026/11/30 19:00:03 BGP: peer"
    found = (*logs.read("container", [docker]), *logs.read("frr", frr.splitlines()))
    lines = sorted(found, key=lambda line: line.when)
    assert [line.text for line in lines] == [
        "ISIS: [X] up",
        "continued",
        "Accepted publickey for root",
        "BGP: peer",
    ]


@pytest.mark.parametrize(
    ("text", "seconds"), [("10m", 600), ("1h30m", 5400), ("2d", 172800), ("5s", 5)]
)
def test_since_is_a_span_or_a_time(text: str, seconds: int) -> None:
    assert logs.since_when(text, NOW) == NOW - timedelta(seconds=seconds)
    assert logs.since_when("2026-11-30T18:00:00", NOW) == NOW - timedelta(hours=1)
    with pytest.raises(LabError, match="expected a span such as 10m"):
        logs.since_when("yesterday", NOW)
    with pytest.raises(LabError):
        logs.since_when("99999999999d", NOW)


def test_one_side_of_a_copy_is_in_a_node(lab: Lab, tmp_path: Path) -> None:
    here = tmp_path / "my notes.txt"
    here.touch()
    assert copy.command(lab, str(here), "east:/root/my notes.txt")[-2:] == [
        str(here),
        "east:/root/my notes.txt",
    ]
    assert copy.command(lab, "east:/etc/a[1].conf", "-o")[-2:] == [
        "east:/etc/a\\[1\\].conf",
        "./-o",
    ]
    for source, target, words in (
        ("east:/a", "west:/b", "both sides are in a node"),
        ("a", "b", "neither side is in a node"),
        ("easts:/a", ".", "did you mean 'east'"),
        (str(tmp_path / "none"), "east:/a", "there is no file"),
        ("east:", ".", "has no path"),
    ):
        with pytest.raises(LabError, match=words):
            copy.command(lab, source, target)


def test_a_twin_and_a_vendors_image_have_no_packets(lab: Lab, topology: Topology) -> None:
    from dataclasses import replace  # noqa: PLC0415 - for this test only

    from citynet.lab.topology import Vendor  # noqa: PLC0415 - for this test only

    twin = replace(topology.nodes[0], image="twin")
    vendor = replace(
        topology.nodes[1], vendor=Vendor("nokia_srlinux", "srlinux:1", "", "admin", None, 4096)
    )
    mixed = replace(lab, topology=replace(topology, nodes=(twin, vendor)))
    with pytest.raises(LabError, match="east is a twin: management plane only"):
        capture.where(mixed, "access/1")
    with pytest.raises(LabError, match="west is a vendor's own image"):
        capture.where(mixed, "west")
    with pytest.raises(LabError, match="is a twin"):
        impair.impair(mixed, "access/1", Impairment(loss=1))
    assert {end.node for end in ends.all_ends(mixed.topology)} == {"customers"}
    with pytest.raises(LabError, match="east is a twin"):
        copy.command(mixed, "east:/a", ".")


@pytest.mark.parametrize(
    ("installed", "display", "expected"),
    [
        (("wireshark", "tcpdump"), ":0", "wireshark"),
        (("wireshark", "tcpdump"), "", "tcpdump"),
        (("tcpdump",), ":0", "tcpdump"),
        (("wireshark",), "", None),
        ((), ":0", None),
    ],
)
def test_the_viewer_is_what_this_machine_has(
    installed: tuple[str, ...],
    display: str,
    expected: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in installed:
        (tmp_path / name).touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    if expected:
        assert lab_tools._viewer_command()[0] == expected
    else:
        with pytest.raises(LabError, match="needs Wireshark and a display, or tcpdump"):
            lab_tools._viewer_command()


def test_packets_are_not_for_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["-w", "a.pcap", "--live"]):
        assert run(["lab", "capture", "x", "-i", "inventory/demo", *words]) == 2
        assert "say where the packets go" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["acc1-agg1", "--clear", "--loss", "1"], "leave out the values, or --clear"),
        (["--loss", "1"], "name the link"),
        (["acc1-agg1", "--rate", "0"], "--rate is 0"),
        (["acc1-agg1", "--delay", "-1"], "--delay is -1"),
    ],
)
def test_what_makes_no_sense_needs_no_lab(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["lab", "impair", "-i", "inventory/demo", *words]) == 1
    assert said in capsys.readouterr().err
