"""What a clumsy operator does to a lab, and what an open lab would do to the operator.

A lab of two routers with a state folder of its own, whose name has blanks, a quote and a `%`.
"""

import json
import re
import shlex
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from citynet.lab import api, fence, qemu
from citynet.lab.clab import container_name
from citynet.lab.host import LabHost
from tests.lab_e2e.routers import until
from tests.lab_e2e.small import Small, write_city
from tests.processes import started

pytestmark = pytest.mark.beside
NAME = "clumsy"
VPN = "health"
GATEWAY, RESOLVER, ITSELF = "10.0.2.2", "10.0.2.3", "10.0.2.15"
QUERY = "1234010000010000000000000000020001"
"""A DNS query: the name servers of the root."""

PROBE = """
import socket, sys, threading
device, data, *places = sys.argv[1:]
def reach(place):
    kind, address, port = place.split("/")
    how = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}[kind]
    with socket.socket(socket.AF_INET, how) as probe:
        if device:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        probe.settimeout(4)
        try:
            probe.connect((address, int(port)))
            probe.send(bytes.fromhex(data))
            if probe.recv(1):
                print(place)
        except OSError:
            pass
threads = [threading.Thread(target=reach, args=(place,)) for place in places]
[each.start() for each in threads]
[each.join() for each in threads]
"""
ECHO = """
import socketserver, sys, threading
class Tcp(socketserver.BaseRequestHandler):
    def handle(self): self.request.sendall(self.request.recv(100))
class Udp(socketserver.BaseRequestHandler):
    def handle(self): self.request[1].sendto(self.request[0], self.client_address)
place = (sys.argv[1], int(sys.argv[2]))
socketserver.ThreadingTCPServer.allow_reuse_address = True
tcp = socketserver.ThreadingTCPServer(place, Tcp)
threading.Thread(target=tcp.serve_forever, daemon=True).start()
socketserver.ThreadingUDPServer(place, Udp).serve_forever()
"""
PORT = 17317
Place = tuple[str, ...]


class _Tcp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.sendall(self.request.recv(100))


class _Udp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request[1].sendto(self.request[0], self.client_address)


@contextmanager
def listening(address: str) -> Iterator[list[str]]:
    """An operator's own services, TCP and UDP; as `kind/port`."""
    with ExitStack() as stack:
        found = []
        kinds = {
            "tcp": (socketserver.ThreadingTCPServer, _Tcp),
            "udp": (socketserver.ThreadingUDPServer, _Udp),
        }
        for kind, (server, handler) in kinds.items():
            made = stack.enter_context(server((address, 0), handler))
            threading.Thread(target=made.serve_forever, daemon=True).start()
            stack.callback(made.shutdown)
            found.append(f"{kind}/{made.server_address[1]}")
        yield found


def own_addresses() -> set[str]:
    """This machine's addresses, as the VM would see them if it could."""
    said = subprocess.run(["ip", "-json", "-4", "addr"], capture_output=True, check=True).stdout
    infos = [info for link in json.loads(said) for info in link["addr_info"]]
    return {info["local"] for info in infos if info["scope"] == "global"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    found = Small(NAME, tmp_path_factory.mktemp("it's 100% my lab"))
    found.up()
    yield found
    found.citynet("down", "--force")
    assert not found.vm.running()


def _begins(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(word):
            return
    pytest.fail(f"the deployment never said {word}")


def _changed(small: Small) -> Path:
    """The same city with a customer more, which the lab has not got."""
    folder = write_city(NAME, small.city.parent / "changed")
    more = "  second:\n    domain: government\n    endpoints: {desk: {node: left}}\n"
    with (folder / "city.yaml").open("a") as stream:
        stream.write(more)
    return folder


def test_a_lab_is_not_taken_from_under_a_deployment(small: Small) -> None:
    command = [sys.executable, "-m", "citynet", "deploy", "-i", str(small.city), "--health", "off"]
    changed = str(_changed(small))
    with started(command, small.environ) as process:
        _begins(process, "lock:")
        for words in (("down", "-i", str(small.city)), ("up", "-i", changed, "--host", "vm")):
            refused = small.run("lab", *words)
            assert refused.returncode == 1
            assert "in use by a deployment of" in refused.stderr
            assert f"process {process.pid}" in refused.stderr
            assert "Traceback" not in refused.stderr
        again = small.deploy()
        assert "in use by a deployment of" in again.stderr
        said, _ = process.communicate(timeout=300)
        assert process.returncode == 0, said
    assert "2 of 2 changed" in said


@pytest.fixture(scope="module")
def deployed(small: Small) -> Small:
    done = small.deploy()
    assert done.returncode == 0, done.stdout + done.stderr
    return small


@pytest.fixture(scope="module")
def lab(deployed: Small) -> api.Lab:
    found = api.find(NAME, environ=deployed.environ)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def host(lab: api.Lab) -> Iterator[LabHost]:
    with api.attached(lab) as there:
        yield there


def _inside(node: str, *more: str) -> Place:
    return ("docker", "exec", container_name(NAME, node), *more)


@pytest.fixture(scope="module")
def places(lab: api.Lab) -> dict[str, tuple[Place, str]]:
    """Whence something may be tried: the words before a command, and a device to bind to."""
    customer = lab.topology.customers[0].name
    return {
        "the VM": ((), ""),
        "a router": (_inside("left"), ""),
        "a router's customer VRF": (_inside("left"), VPN),
        "the customers' container": (_inside("customers"), ""),
        "a customer": (_inside("customers", "ip", "netns", "exec", customer), ""),
    }


def reached(host: LabHost, whence: tuple[Place, str], targets: Sequence[str]) -> set[str]:
    words, device = whence
    done = host.run([*words, "python3", "-c", PROBE, device, QUERY, *targets], timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@contextmanager
def echoing(host: LabHost, words: Place, address: str) -> Iterator[list[str]]:
    """A listener in the lab, to prove that a probe would have found one."""
    script = shlex.join([*words, "python3", "-c", ECHO, address, str(PORT)])
    pid = host.run(["sh", "-c", f"{script} >/dev/null 2>&1 & echo $!"]).stdout.strip()
    try:
        yield [f"tcp/{PORT}", f"udp/{PORT}"]
    finally:
        host.run([*words, "sh", "-c", f"kill $(pgrep -f 'python3 -c.* {PORT}$')"])
        host.run(["sh", "-c", f"kill {pid}"])


def _at(address: str, services: Sequence[str]) -> list[str]:
    kinds = (each.partition("/") for each in services)
    return [f"{kind}/{address}/{port}" for kind, _, port in kinds]


@pytest.mark.parametrize(
    "whence",
    [
        "the VM",
        "a router",
        "a router's customer VRF",
        "the customers' container",
        "a customer",
    ],
)
def test_nothing_of_the_operator_is_reached(
    host: LabHost, lab: api.Lab, places: dict[str, tuple[Place, str]], whence: str
) -> None:
    there = places[whence]
    with (
        delivered(host, whence),
        listening("127.0.0.1") as loopback,
        listening("0.0.0.0") as everywhere,  # noqa: S104
    ):
        with socket.create_connection(("127.0.0.1", int(loopback[0].partition("/")[2]))):
            pass  # it does listen
        targets = [f"udp/{RESOLVER}/53", *_at(GATEWAY, loopback)]
        for address in sorted({GATEWAY, *own_addresses()}):
            targets += _at(address, everywhere)
        assert reached(host, there, targets) == set()
        with control(host, lab, places, whence) as found:
            assert until(lambda: reached(host, there, found) == set(found), 60), (
                "the probe finds nothing at all, and proves nothing"
            )


@contextmanager
def delivered(host: LabHost, whence: str) -> Iterator[None]:
    """What a VRF delivers to its router is let in: the router would get no answer otherwise."""
    if whence != "a router's customer VRF":
        yield
        return
    nft, chain = _inside("left", "nft"), ("rule", "inet", "citynet-vpn", "to-router")
    done = host.run([*nft, "-e", "-a", "insert", *chain, "accept"])
    handle = re.search(r"# handle (\d+)", done.stdout)
    assert handle is not None, done.stdout + done.stderr
    try:
        yield
    finally:
        done = host.run([*nft, "delete", *chain, "handle", handle[1]])
        assert done.returncode == 0, done.stderr


@contextmanager
def control(
    host: LabHost, lab: api.Lab, places: dict[str, tuple[Place, str]], whence: str
) -> Iterator[list[str]]:
    """What the probe has to reach: the VM, or for a customer, the one at the other end."""
    if whence in ("a customer", "a router's customer VRF"):
        far = lab.topology.customers[1]
        words = _inside("customers", "ip", "netns", "exec", far.name)
        address = str(far.ipv4.ip)
    else:
        words, address = (), ITSELF
    with echoing(host, words, address) as services:
        yield _at(address, services)


@pytest.mark.parametrize("whence", ["a router", "the customers' container"])
def test_a_host_that_is_no_vm_is_fenced_off(
    host: LabHost, lab: api.Lab, places: dict[str, tuple[Place, str]], whence: str
) -> None:
    """The VM stands for such a machine: it has docker, and listens on all of its addresses."""
    with echoing(host, (), ITSELF) as services:
        targets = _at(ITSELF, services)
        assert until(lambda: reached(host, places[whence], targets) == set(targets), 30)
        try:
            assert fence.close(host, NAME) == ""
            assert reached(host, places[whence], targets) == set()
            assert host.listening(lab.nodes["left"].host, 22), "the host gets no answer"
        finally:
            fence.open_again(host, NAME)
        assert reached(host, places[whence], targets) == set(targets)


def _opened(pid: int) -> set[Path]:
    """The files that a process has open now."""
    links = Path(f"/proc/{pid}/fd").iterdir()
    return {file for file in (each.readlink() for each in links) if file.is_file()}


@pytest.mark.usefixtures("lab")
def test_what_is_kept_is_the_users_alone(small: Small) -> None:
    folder = small.vm.folder.parent
    disks = {each for each in _opened(small.pid()) if each.suffix == ".qcow2"}
    assert len(disks) >= 3, "the lab's own, the images', and the VM's root"
    kept = [folder, *folder.rglob("*"), *disks, *(each.parent for each in disks)]
    assert [each for each in kept if each.stat().st_mode & 0o077] == []


def test_ssh_finds_its_way_through_an_odd_folder(small: Small, lab: api.Lab) -> None:
    assert "'" in str(lab.folder.ssh_config)
    for key in (lab.folder.key_file, small.vm.folder / "id_ed25519"):
        key.chmod(0o644)  # as a copy or a careless chmod leaves it, and ssh refuses it
    assert small.answers()
    done = small.citynet("exec", "right", "--", "sh", "-c", "exit 7")
    assert done.returncode == 7


def _starting(small: Small) -> Callable[[], bool]:
    return lambda: small.vm.running() and (small.vm.folder / "serial.log").exists()


@contextmanager
def coming_up(small: Small) -> Iterator["subprocess.Popen[str]"]:
    """`citynet lab up` from nothing, as soon as its VM has been started."""
    assert small.citynet("down", "--force").returncode == 0
    command = [sys.executable, "-m", "citynet", "lab", "up", "-i", str(small.city), "--host", "vm"]
    with started(command, small.environ) as process:
        assert until(_starting(small), 120)
        yield process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopped_while_the_vm_boots(small: Small, number: signal.Signals) -> None:
    with coming_up(small) as process:
        time.sleep(1)
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
        assert process.returncode == 130
    assert said.rstrip().endswith("interrupted")
    assert f"lab {NAME}: it was up, or half made" in said
    assert "Traceback" not in said
    assert not small.vm.running()
    assert small.citynet("down").returncode == 0


def test_what_a_killed_up_leaves_is_found(small: Small) -> None:
    with coming_up(small) as process:
        second = small.citynet("up", "--host", "vm")
        assert second.returncode == 1
        assert f"another citynet is working on lab {NAME}: process {process.pid}" in second.stderr
        assert f"process {process.pid} is" in small.citynet("status").stdout
        process.kill()
        process.wait()
    pid = small.pid()
    assert f"its VM runs, process {pid}" in small.citynet("status").stdout
    refused = small.deploy()
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1
    assert f"process {pid}" in refused.stderr
    (listed,) = _listed(small)["labs"]
    assert (listed["name"], listed["state"], listed["vm"]) == (NAME, "half made", pid)
    shutil.rmtree(small.vm.folder.parent)
    assert pid in [each["pid"] for each in _listed(small)["strays"]]
    assert f"process {pid}" in small.citynet("status").stdout
    assert small.citynet("down").returncode == 0
    assert pid not in [each.pid for each in qemu.machines()]
    again = small.citynet("down")
    assert (again.returncode, again.stdout) == (0, f"there is no lab {NAME}\n")


def _listed(small: Small) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(
        small.run("lab", "list", "--json").stdout
    )
    return found
