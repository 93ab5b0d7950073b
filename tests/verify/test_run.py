"""Choosing checks, gathering with devices that fail, settling, reports, captures, faults."""

import base64
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from citynet.cli.main import run as command
from citynet.deploy.driver import DeviceError
from citynet.errors import CitynetError
from citynet.fleet.shell import Held, Output
from citynet.house import open_house
from citynet.lab.from_city import topology
from citynet.lab.host import NodeAccess
from citynet.lab.topology import Topology
from citynet.verify.capture import frames, stop_command
from citynet.verify.check import Result, Status, Verdict
from citynet.verify.gather import Gatherer
from citynet.verify.network import Network, Sessions
from citynet.verify.observe import Frame, NotObservedError
from citynet.verify.proving import concerned, unrelated
from citynet.verify.reader import reader_of
from citynet.verify.report import Report, as_json, as_junit
from citynet.verify.run import Selection, select, verify
from plugins.frr.faults import faults
from tests.cities import DEMO
from tests.verify.demo import NODE, SAID, checks, context

ISIS = f"underlay/isis-adjacencies/{NODE}"


def test_checks_have_names_of_their_own_and_say_what_they_are() -> None:
    found = checks()
    assert len(found) > 100
    for check in found.values():
        assert type(check).__doc__
        assert check.concerns
        assert check.evaluate.__doc__ or type(check).__doc__
        assert check.needs() == check.needs()


def test_every_pair_of_customers_is_tried_both_ways_in_both_families() -> None:
    refs = [each.ref for each in context().plan.endpoints.values()]
    tried = {
        (probe.source, probe.target, probe.protocol, probe.family)
        for check in checks().values()
        for probe in check.needs().probes
        if probe.target
    }
    for source in refs:
        for target in refs:
            if source != target:
                for protocol in ("icmp", "tcp", "udp"):
                    for family in ("4", "6"):
                        assert (source, target, protocol, family) in tried


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (Selection(tags=frozenset({"bfd"})), "underlay/bfd-sessions/"),
        (Selection(tags=frozenset({"encapsulation"})), "srv6/encapsulation/"),
        (Selection(frozenset({"isis"}), frozenset({NODE})), ISIS),
        (Selection(limit=frozenset({"gw1-core1"})), "underlay/link-mtu/gw1-core1"),
    ],
)
def test_labels_and_limits_choose(chosen: Selection, expected: str) -> None:
    found = select(list(checks().values()), chosen)
    assert found
    assert all(check.id.startswith(expected) for check in found)


@pytest.mark.parametrize(
    "chosen",
    [
        Selection(tags=frozenset({"bdf"})),
        Selection(limit=frozenset({"gov-cor1"})),
        Selection(frozenset({"bfd"}), frozenset({"health"})),
    ],
)
def test_choosing_nothing_is_an_error(chosen: Selection) -> None:
    with pytest.raises(CitynetError):
        select(list(checks().values()), chosen)


@dataclass
class FakeShell:
    """Says what it is told to, or fails."""

    answers: list[str] = field(default_factory=list)

    def run(self, command: str, *, stdin: str | None = None, timeout: float = 30.0) -> Output:
        if not self.answers:
            raise DeviceError("gov-gw1: the session was lost")
        said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return Output(said, "", 0)

    def hold(self, command: str, *, until: str, timeout: float = 30.0) -> Held | Output:
        raise NotImplementedError

    def close(self) -> None:
        self.answers.clear()


def _gatherer(shells: Mapping[str, FakeShell], spaces: Mapping[str, str] | None = None) -> Gatherer:
    platform = open_house().platforms["frr"]
    readers = dict.fromkeys(context().city.nodes, reader_of(platform))
    network = Network(lambda name: shells[name], readers, "customers", spaces or {}, {})
    return Gatherer(network, Sessions(network.open_shell), context().plan)


def _one(name: str, shells: Mapping[str, FakeShell], wait: float = 0.0) -> Report:
    return verify("demo", _gatherer(shells), [checks()[name]], wait)


def test_a_router_that_answers() -> None:
    report = _one(ISIS, {NODE: FakeShell([SAID.read_text(encoding="utf-8")])})
    assert report.ok
    assert report.settled
    assert report.waited == 0


@pytest.mark.parametrize("shells", [{}, {NODE: FakeShell()}, {NODE: FakeShell(["python3: no"])}])
def test_a_router_that_cannot_be_asked_fails_the_check(shells: dict[str, FakeShell]) -> None:
    report = _one(ISIS, shells)
    assert not report.ok
    assert report.results[0].verdict.status is Status.ERROR


def test_probes_of_a_customer_that_is_not_there_fail() -> None:
    report = _one("vpn/reachability/health", {})
    assert report.results[0].verdict.status is Status.ERROR
    assert "no such customer" in report.results[0].verdict.message


def test_a_capture_that_does_not_start_fails() -> None:
    report = _one("srv6/encapsulation/health-ipv4", {})
    assert "tcpdump did not start" in report.results[0].verdict.message


def test_a_capture_of_what_was_never_sent_proves_nothing() -> None:
    check = checks()["srv6/encapsulation/health-ipv4"]
    capture = check.input.capture
    shells = {node: FakeShell(["42", _pcap()]) for node in capture.nodes}
    said = {"results": [[0, 0, 0, "Network is down", "ENETDOWN"]], "strays": []}
    shells["customers"] = FakeShell([json.dumps(said)])
    spaces = {name: name for name in (capture.probe.source, capture.probe.target)}
    found = verify("demo", _gatherer(shells, spaces), [check]).results[0].verdict
    assert found.status is Status.ERROR
    assert found.message.endswith("the probe could not be sent: ENETDOWN")


def test_settling_looks_again_and_says_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("citynet.verify.run.POLL", 0.01)
    good = SAID.read_text(encoding="utf-8")
    bad = json.dumps({"state": {"isis": {"said": ["{}"]}}})
    report = _one(ISIS, {NODE: FakeShell([bad, bad, good])}, wait=5)
    assert report.ok
    assert report.settled
    assert report.waited > 0


def test_settling_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("citynet.verify.run.POLL", 0.01)
    bad = json.dumps({"state": {"isis": {"said": ["{}"]}}})
    report = _one(ISIS, {NODE: FakeShell([bad])}, wait=0.05)
    assert not report.ok
    assert not report.settled


def _report() -> Report:
    verdicts = (
        Verdict(Status.OK, "7 sessions"),
        Verdict(Status.FAILED, "a <b> & c", ("a <b> & c", "d")),
        Verdict(Status.ERROR, "lost"),
    )
    results = tuple(
        Result(f"vpn/x/{number}", "x", "vpn", str(number), ("vpn",), "It holds.", verdict)
        for number, verdict in enumerate(verdicts)
    )
    return Report("demo", "2026-01-01T00:00:00+00:00", 1.5, 0.0, True, 9, results)  # noqa: FBT003


def test_a_report_as_json() -> None:
    found = json.loads(as_json(_report()))
    assert (found["ok"], found["passed"], found["failed"]) == (False, 1, 2)
    assert [each["status"] for each in found["results"]] == ["ok", "failed", "error"]
    assert found["results"][1]["detail"] == ["a <b> & c", "d"]


def test_a_report_as_junit() -> None:
    suite = ET.fromstring(as_junit(_report()))[0]  # noqa: S314 - we wrote it
    assert suite.attrib["tests"] == "3"
    assert (suite.attrib["failures"], suite.attrib["errors"]) == ("1", "1")
    assert [len(case) for case in suite] == [0, 1, 1]


UNMEASURED = {"vpn/access/a": "r1: a twin", "underlay/loopbacks/r1": "r1: a twin"}


def test_what_was_not_measured_is_counted_everywhere() -> None:
    report = replace(_report(), unmeasured=UNMEASURED)
    told = "5 checks, 1 passed, 2 failed, 2 not measured (9 probes, 1.5 s)"
    assert report.summary == told
    found = json.loads(as_json(report))
    assert found["summary"] == told
    counts = [found[each] for each in ("total", "passed", "failed", "unmeasured")]
    assert counts == [5, 1, 2, 2]
    root = ET.fromstring(as_junit(report))  # noqa: S314 - we wrote it
    counts = [int(root.attrib[each]) for each in ("tests", "failures", "errors", "skipped")]
    assert counts == [5, 1, 1, 2]
    assert [suite.attrib["skipped"] for suite in root] == ["0", "2"]


def test_an_empty_report_proves_nothing() -> None:
    empty = Report("demo", "", 0, 0, settled=True, probes=0, results=(), unmeasured=UNMEASURED)
    assert not empty.ok
    assert "2 checks, 0 passed, 0 failed, 2 not measured: nothing could be" in empty.summary
    root = ET.fromstring(as_junit(empty))  # noqa: S314 - we wrote it
    assert (root.attrib["tests"], root.attrib["errors"], root.attrib["skipped"]) == ("3", "1", "2")
    assert len(root.findall("testsuite/testcase/error")) == 1


@dataclass
class OnlyTwins:
    """A lab of the demo city in which no router forwards anything."""

    twins: frozenset[str] = frozenset(context().city.nodes)
    closed: frozenset[str] = frozenset()
    jump: None = None

    @property
    def topology(self) -> Topology:
        return topology(DEMO)

    @property
    def nodes(self) -> dict[str, NodeAccess]:
        access = NodeAccess("192.0.2.1", 22, "root", Path("key"), Path("known"))
        return dict.fromkeys([*context().city.nodes, "customers"], access)


def test_a_city_in_which_nothing_can_be_measured_has_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("citynet.cli.verify.running_lab", lambda *_: OnlyTwins())
    assert command(["verify", "-i", "inventory/demo"]) == 1
    assert "0 passed, 0 failed, 138 not measured: nothing could be" in capsys.readouterr().out
    assert command(["verify", "-i", "inventory/demo", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["total"], found["unmeasured"]) == (False, 138, 138)


def test_the_summary() -> None:
    assert _report().summary == "3 checks, 1 passed, 2 failed (9 probes, 1.5 s)"


def _pcap(*packets: bytes, link: int = 276) -> str:
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 256, link)
    body = b"".join(struct.pack("<IIII", 0, 0, len(one), len(one)) + one for one in packets)
    return base64.b64encode(head + body).decode()


def _sll2(kind: int, packet: bytes) -> bytes:
    return struct.pack("!H18x", kind) + packet


def _ipv6(source: str, target: str, protocol: int, rest: bytes) -> bytes:
    addresses = ip_address(source).packed + ip_address(target).packed
    return struct.pack("!IHBB", 6 << 28, len(rest), protocol, 64) + addresses + rest


INNER4 = bytes(12) + ip_address("10.0.0.1").packed + ip_address("10.0.0.2").packed
SRH = struct.pack("!BBBBBBH", 4, 2, 4, 0, 0, 0, 0) + ip_address("5f00::1").packed


def test_captures_are_decoded() -> None:
    routed = _ipv6("fd00::1", "5f00::1", 43, SRH + INNER4)
    reduced = _ipv6("fd00::1", "5f00::1", 41, _ipv6("fd01::1", "fd01::2", 58, bytes(8)))
    bare = _ipv6("fd01::1", "fd01::2", 58, bytes(8))
    packets = [_sll2(0x86DD, each) for each in (routed, reduced, bare)]
    packets += [_sll2(0x0800, INNER4), _sll2(0x0806, bytes(28)), _sll2(0x86DD, bytes(9))]
    found = frames("r1", _pcap(*packets))
    assert found == (
        Frame("r1", "fd00::1", "5f00::1", ("5f00::1",), "10.0.0.1", "10.0.0.2"),
        Frame("r1", "fd00::1", "5f00::1", (), "fd01::1", "fd01::2"),
        Frame("r1", "fd01::1", "fd01::2", (), "fd01::1", "fd01::2"),
        Frame("r1", "10.0.0.1", "10.0.0.2", (), "10.0.0.1", "10.0.0.2"),
    )
    assert [frame.bare for frame in found] == [False, False, True, True]


@pytest.mark.parametrize("text", ["", "====", "bm90IGEgcGNhcA==", _pcap(link=1)])
def test_a_capture_that_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(NotObservedError):
        frames("r1", text)


def test_only_our_own_tcpdump_is_ended() -> None:
    assert stop_command(42).startswith("kill 42;")


def test_faults_are_many_and_each_has_checks_that_must_see_it() -> None:
    found = faults(context())
    assert len(found) >= 15
    assert len({fault.name for fault in found}) == len(found)
    for fault in found:
        assert fault.node in context().city.nodes
        names = {f"{each.role}/{each.name}" for each in concerned(fault, [*checks().values()])}
        assert names == set(fault.caught_by), fault.name


def test_every_check_is_required_to_fail_by_a_fault() -> None:
    required = {name for fault in faults(context()) for name in fault.caught_by}
    assert required == {f"{each.role}/{each.name}" for each in checks().values()}


def test_of_every_fault_most_checks_know_nothing() -> None:
    every = tuple(checks().values())
    names = {f"{each.role}/{each.name}" for each in every}
    for fault in faults(context()):
        assert set(fault.touches) <= names, fault.name
        others = {f"{each.role}/{each.name}" for each in unrelated(fault, every)}
        assert len(others) >= len(names) / 3, fault.name


def test_without_a_lab_a_person_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("citynet.cli.missing.api.find", lambda _: None)
    assert command(["verify", "-i", "inventory/demo", "--junit", str(tmp_path / "x")]) == 1
    assert "citynet lab up -i inventory/demo" in capsys.readouterr().err
