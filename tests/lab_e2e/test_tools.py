"""Tools on the running demo lab: packets seen, links made bad and good again, logs, files.

The lab is left as it was: nothing is impaired, no capture runs, no file is left.
"""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from citynet.lab import api, impair, logs, pcap
from citynet.lab.clab import container_name
from citynet.lab.host import LabHost
from citynet.pipeline import prepare
from tests.lab_e2e.routers import until

pytestmark = pytest.mark.lab
DEMO = Path(__file__).parents[2] / "inventory" / "demo"
LINK, NODE = "gov-ring/gov-agg1~gov-core1", "gov-agg1"
ACCESS, CUSTOMER = "access/health/commission", "health.commission"
ETHERNET, SLL2 = 1, 276
CITYNET = ["env", "--default-signal=INT", sys.executable, "-m", "citynet", "lab"]
"""As at a terminal: what is started in the background ignores Ctrl-C."""
ISIS = b"\xfe\xfe\x03\x83"


def citynet(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    command = [*CITYNET, arguments[0], "-i", str(DEMO), *arguments[1:]]
    return subprocess.run(command, capture_output=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def lab() -> api.Lab:
    found = api.find("demo")
    assert found is not None, "the demo lab is not up"
    return found


@pytest.fixture
def host(lab: api.Lab) -> Iterator[LabHost]:
    with api.attached(lab) as opened:
        yield opened
        assert impair.impaired(opened, lab.topology) == ()
        assert opened.run(["pgrep", "-x", "tcpdump"]).stdout == ""


class Customer:
    """A customer of the VPN `health`, and the address of another one."""

    def __init__(self, host: LabHost) -> None:
        self.host = host
        endpoints = prepare(DEMO).plan.endpoints
        self.other = str(endpoints["health", "platform"].customer_ipv4.ip)
        self.own = endpoints["health", "commission"].customer_ipv4.ip

    def ping(self, count: int = 5, wait: int = 2) -> tuple[int, float]:
        """How many of so many pings were answered, and their average in ms."""
        command = ["docker", "exec", container_name("demo", "customers"), "ip", "netns", "exec"]
        command += [CUSTOMER, "ping", "-i", "0.2", "-c", str(count), "-W", str(wait), self.other]
        said = self.host.run(command, timeout=60).stdout
        answered = re.search(r"(\d+) received", said)
        average = re.search(r"= [\d.]+/([\d.]+)/", said)
        assert answered, said
        return int(answered[1]), float(average[1]) if average else 0.0


@pytest.fixture
def customer(host: LabHost) -> Customer:
    found = Customer(host)
    assert until(lambda: found.ping(2)[0] == 2, 60)
    return found


def network_of(data: bytes) -> int:
    """The link type that a pcap says its packets have."""
    return int.from_bytes(data[20:24], "little")


def test_a_links_isis_is_captured_and_ctrl_c_ends_it_whole(host: LabHost, tmp_path: Path) -> None:
    file = tmp_path / "a link.pcap"
    command = [*CITYNET, "capture", LINK, "-i", str(DEMO)]
    process = subprocess.Popen([*command, "-w", str(file)], stderr=subprocess.PIPE, text=True)
    with process:
        assert process.stderr is not None
        assert "capturing at gov-agg1" in process.stderr.readline()
        assert until(lambda: file.exists() and ISIS in file.read_bytes(), 30)
        process.send_signal(signal.SIGINT)
        last = process.stderr.read()
    found = list(pcap.packets(BytesIO(file.read_bytes())))
    assert process.returncode == 0
    assert f"{len(found)} packets captured" in last
    assert network_of(file.read_bytes()) == ETHERNET
    assert any(ISIS in packet[14:24] for packet in found)


def test_a_customers_pings_are_seen_at_both_ends(customer: Customer, tmp_path: Path) -> None:
    for end in (CUSTOMER, "gov-acc1"):
        file = tmp_path / f"{end}.pcap"
        words = [
            "capture",
            ACCESS,
            "--end",
            end,
            "--filter",
            "icmp",
            "--count",
            "4",
            "-w",
            str(file),
        ]
        process = subprocess.Popen(
            [*CITYNET, *words, "-i", str(DEMO)],
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            assert process.stderr is not None
            assert "capturing at" in process.stderr.readline()
            assert customer.ping(3)[0] == 3
        assert process.returncode == 0
        found = list(pcap.packets(BytesIO(file.read_bytes())))
        assert len(found) == 4
        assert all(customer.own.packed in packet[14:34] for packet in found)


def test_all_ports_of_a_node_to_standard_output(host: LabHost) -> None:
    done = citynet("capture", NODE, "--seconds", "4", "-w", "-")
    assert done.returncode == 0, done.stderr
    found = list(pcap.packets(BytesIO(done.stdout)))
    assert network_of(done.stdout) == SLL2
    ports = {packet[4:8] for packet in found}
    assert len(ports) == 5, "the links of gov-agg1, each with packets of IS-IS or BFD"
    assert not any(b"SSH-" in packet for packet in found)


def test_a_filter_that_is_none_is_what_tcpdump_says() -> None:
    done = citynet("capture", LINK, "--filter", "no such thing", "-w", "-")
    assert done.returncode == 1
    assert done.stdout == b""
    assert b"tcpdump did not start" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_link_loses_everything_and_heals(customer: Customer) -> None:
    try:
        done = citynet("impair", ACCESS, "--loss", "100")
        assert done.stdout.decode().splitlines() == [
            f"{ACCESS} from gov-acc1 {_port()}: loss 100 %",
            f"{ACCESS} from {CUSTOMER} {_port(CUSTOMER)}: loss 100 %",
        ]
        assert customer.ping(3, 1)[0] == 0
        assert b"impaired: access/health/commission" in citynet("status").stdout
        shown = json.loads(citynet("status", "--json").stdout)
        assert [each["what"]["loss"] for each in shown["impaired"]] == [100.0, 100.0]
    finally:
        done = citynet("impair", ACCESS, "--clear")
    assert done.stdout.decode() == f"{ACCESS} is not impaired\n"
    assert customer.ping(3)[0] == 3


def test_a_delay_is_measured_and_replaced(customer: Customer) -> None:
    before = customer.ping()[1]
    try:
        assert citynet("impair", ACCESS, "--delay", "500").returncode == 0
        done = citynet("impair", ACCESS, "--delay", "100", "--end", "gov-acc1", "--json")
        assert [each["what"]["delay_ms"] for each in json.loads(done.stdout)] == [100.0, 500.0]
        assert citynet("impair", ACCESS, "--delay", "100").returncode == 0
        answered, after = customer.ping()
    finally:
        citynet("impair", ACCESS, "--clear")
    assert answered == 5
    assert 190 < after - before < 400, "100 ms each way, and what an emulated machine adds"


def _port(customer: str = "") -> str:
    links = {link.id: link for link in api.find("demo").topology.links}  # type: ignore[union-attr]
    return links[ACCESS].b.interface if customer else links[ACCESS].a.interface


def test_a_node_says_what_sshd_and_frr_do(lab: api.Lab, host: LabHost) -> None:
    done = citynet("logs", NODE)
    text = done.stdout.decode()
    assert "Server listening on 0.0.0.0 port 22" in text
    assert re.search(r" frr +ISIS: ", text), text[-2000:]
    lines = text.splitlines()
    assert lines == sorted(lines, key=lambda line: line[:23])
    assert citynet("logs", NODE, "--tail", "2").stdout.decode().splitlines()[-1:] != []
    assert citynet("logs", NODE, "--since", "2199-01-01").stdout == b""


def test_new_lines_are_followed_and_nothing_is_left(lab: api.Lab, host: LabHost) -> None:
    command = [*CITYNET, "logs", NODE, "-f", "--tail", "1"]
    process = subprocess.Popen(
        [*command, "-i", str(DEMO)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline().strip(), "the last line so far"
        say = f"echo $(date '+%Y/%m/%d %T') TEST: a line of FRR >>{logs.FRR_LOG}"
        assert citynet("exec", NODE, "--", say).returncode == 0
        time.sleep(4)
        process.send_signal(signal.SIGINT)
        said = process.stdout.read()
    assert process.returncode == 0
    assert said.count("TEST: a line of FRR") == 1
    assert said.count("Accepted publickey for root") == 1, "sshd let the command in"
    left = f"docker exec {container_name('demo', NODE)} pgrep -x tail"
    assert until(lambda: host.run(["sh", "-c", left]).stdout == "", 20)


def test_files_go_there_and_back(host: LabHost, tmp_path: Path) -> None:
    here = tmp_path / "my notes [1].txt"
    here.write_bytes(bytes(range(256)) * 40)
    there, back = f"{NODE}:/root/my notes [1].txt", tmp_path / "back again.txt"
    try:
        assert citynet("cp", str(here), there).returncode == 0
        assert citynet("cp", there, str(back)).returncode == 0
        assert back.read_bytes() == here.read_bytes()
    finally:
        assert citynet("exec", NODE, "--", "rm", "/root/my notes [1].txt").returncode == 0
    done = citynet("cp", there, str(tmp_path))
    assert done.returncode != 0
    assert b"No such file" in done.stderr
