"""NETCONF servers to drive, each with what the suite for any device needs to know of it."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import paramiko
from msgspec.structs import replace

from citynet.house import open_house
from citynet.lab.host import NodeAccess
from citynet.lab.vm import free_port
from citynet.netconf import rpc
from citynet.netconf.driver import NetconfDriver
from citynet.netconf.reply import RpcError
from citynet.netconf.session import NetconfSession, Timeouts, _Stream, open_session
from citynet.render.artifact import Artifact
from citynet.xml import Element, parse_document, write
from citynet.yang.models import folder_of
from tests.netconf.fake import FakeDevice, FakeFleet
from tests.speed import seconds
from tests.twin.twins import started
from tests.yang.models import MODELS

NETCONFD_MODULES = ("ifm", "ip", "network-instance", "l3vpn")
"""Of those that citynet configures, the ones that netconfd 2.13 can load, without `huawei-`."""
IFM = "urn:huawei:yang:huawei-ifm"
NI = "urn:huawei:yang:huawei-network-instance"


RUNS = ("run-1", "theirs")
"""Names under which tests let commits wait."""


@dataclass(frozen=True)
class Reached:
    """A device, as drivers take it."""

    name: str
    access: NodeAccess
    tunnel: None = None
    notes: dict[str, object] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Server:
    """A server under test. `namespaces` are those that it has models of; None is all."""

    name: str
    target: Reached
    driver: type[NetconfDriver]
    base: str
    namespaces: frozenset[str] | None = None

    def session(self, timeouts: Timeouts = Timeouts()) -> NetconfSession:  # noqa: B008 - frozen
        """A session of somebody else's."""
        return open_session(f"{self.name}, other", self.target.access, None, timeouts)

    def make(self, kind: Callable[[Reached], NetconfDriver] | None = None) -> NetconfDriver:
        return (kind or self.driver)(self.target)

    def artifact(self, *elements: Element) -> Artifact:
        """A document of these, one leaf a line."""
        config = Element(rpc.BASE, "config", children=elements)
        return Artifact(self.target.name, "huawei_vrp", {"config.xml": write(config)})

    def known(self, artifact: Artifact) -> Artifact:
        """What of an artifact this server has models for."""
        if self.namespaces is None:
            return artifact
        root = parse_document(artifact.files["config.xml"].encode())
        kept = _known(root, self.namespaces | {rpc.BASE})
        return Artifact(artifact.device, artifact.platform, {"config.xml": write(kept)})

    def reset(self) -> None:
        """Run the base configuration, and nothing waits or is locked."""
        with self.session() as session:
            session.call(*map(rpc.cancel, RUNS), rpc.discard())
            edit = rpc.edit(self.base, "replace", all_or_nothing=True)
            for reply in session.change(edit, rpc.commit()):
                assert not reply.errors, f"{self.name} cannot be reset: {reply.errors}"

    def running(self) -> str:
        """What runs, as XML; equal text is an equal configuration."""
        return self._store(rpc.RUNNING)

    def candidate(self) -> str:
        return self._store(rpc.CANDIDATE)

    def _store(self, store: str) -> str:
        with self.session() as session:
            data = parse_document(session.call(rpc.get(store))[0].text.encode()).child("data")
        assert data is not None
        return write(replace(data, attributes=(), prefixes=()))


def _known(element: Element, namespaces: frozenset[str]) -> Element:
    children = (each for each in element.children if each.namespace in namespaces)
    return replace(element, children=tuple(_known(each, namespaces) for each in children))


def leaf(namespace: str, name: str, text: str = "") -> Element:
    return Element(namespace, name, text)


def interface(name: str, description: str, **leaves: str) -> Element:
    """A loopback or a port of huawei-ifm."""
    kind = name.rstrip("0123456789/")
    number = name.removeprefix(kind)
    texts = {"name": name, "class": "main-interface", "type": kind, "number": number}
    texts |= {"description": description} | leaves
    return Element(IFM, "interface", children=tuple(leaf(IFM, *each) for each in texts.items()))


def interfaces(*entries: Element) -> Element:
    return Element(IFM, "ifm", children=(Element(IFM, "interfaces", children=entries),))


def instances(*names: str) -> Element:
    """Network instances; the first of all interfaces refer to is `_public_`."""
    entries = tuple(Element(NI, "instance", children=(leaf(NI, "name", name),)) for name in names)
    return Element(NI, "network-instance", children=(Element(NI, "instances", children=entries),))


MANAGEMENT = interface("GigabitEthernet0/0/0", "management, not citynet's")
PORT = interface("GigabitEthernet0/3/0", "a port that nobody uses")
BASE = Element(
    rpc.BASE,
    "config",
    children=(interfaces(MANAGEMENT, PORT), instances("_public_")),
)


# -- netconfd ------------------------------------------------------------------------------


def keys(folder: Path) -> tuple[Path, Path]:
    """A new host key and a new client key, as OpenSSH writes them."""
    for name in ("host", "client"):
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(argv, check=True)
    return folder / "host", folder / "client"


def known_hosts(folder: Path, port: int, public: str) -> Path:
    file = folder / "known_hosts"
    file.write_text(f"[127.0.0.1]:{port} {' '.join(public.split()[:2])}\n")
    return file


def _tool(name: str) -> str:
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
    assert found, f"{name} is missing; labs/setup.sh installs it"
    return found


def _ssh_config(folder: Path, port: int, socket_file: Path) -> Path:
    subsystem = f"{_tool('netconf-subsystem')} --ncxserver-sockname={port}@{socket_file}"
    file = folder / "sshd_config"
    file.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder / 'host'}\n"
        f"AuthorizedKeysFile {folder / 'client.pub'}\nPidFile none\nUsePAM no\nStrictModes no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        # Without quotes: since OpenSSH 9.6 they are part of the command.
        f"PermitRootLogin prohibit-password\nSubsystem netconf {subsystem}\n"
        "MaxStartups 300\nMaxSessions 300\n"
    )
    return file


def _user() -> str:
    return subprocess.run(["id", "-un"], check=True, capture_output=True, text=True).stdout.strip()


def _netconfd(folder: Path, port: int, socket_file: Path) -> list[str]:
    models = open_house().platforms["huawei_vrp"].models
    assert models is not None
    return [
        _tool("netconfd"),
        f"--port={port}",
        f"--ncxserver-sockname={socket_file}",
        f"--superuser={_user()}",
        "--target=candidate",
        "--no-startup",
        *(f"--module=huawei-{name}" for name in NETCONFD_MODULES),
        f"--modpath={folder_of(models, MODELS)}:/usr/share/yuma/modules",
        f"--datapath={folder}",
        f"--home={folder}",
    ]


@contextmanager
def unhurried(seconds: float = 0.05) -> Iterator[None]:
    """Let no request follow its session's hello at once.

    Where netconfd reads both together it can leave the request unanswered until more comes: seen
    once, on a loaded machine, at the first request of a session.
    """
    greet = _Stream.greet

    def slowly(stream: _Stream) -> None:
        greet(stream)
        time.sleep(seconds)

    with patch.object(_Stream, "greet", slowly):
        yield


@contextmanager
def netconfd(folder: Path, driver: type[NetconfDriver]) -> Iterator[Server]:
    """Debian's netconfd (yuma123) with an sshd of its own, on loopback, until the end."""
    folder.chmod(0o755)
    host, client = keys(folder)
    port, socket_file = free_port(), folder / "ncx.sock"
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where sshd puts a child as nobody
    config = _ssh_config(folder, port, socket_file)
    log = (folder / "log").open("w")
    commands = [
        _netconfd(folder, port, socket_file),
        [_tool("sshd"), "-D", "-e", "-f", str(config)],
    ]
    running = [
        subprocess.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=folder)
        for argv in commands
    ]
    known = known_hosts(folder, port, host.with_suffix(".pub").read_text())
    access = NodeAccess("127.0.0.1", port, _user(), client, known)
    names = frozenset(f"urn:huawei:yang:huawei-{name}" for name in NETCONFD_MODULES)
    try:
        made = Server("netconfd", Reached("r1", access), driver, write(BASE), names)
        _wait_for(made, folder / "log")
        with unhurried():
            yield made
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait(10)
        log.close()


def _wait_for(server: Server, log: Path) -> None:
    deadline = time.monotonic() + seconds(60.0)
    while True:
        try:
            server.session(Timeouts(connect=5.0)).close()
        except Exception as error:
            if time.monotonic() > deadline:
                raise AssertionError(f"{server.name}: {error}\n{log.read_text()}") from error
            time.sleep(0.3)
        else:
            return


# -- the twin ------------------------------------------------------------------------------


@contextmanager
def twin(folder: Path, driver: type[NetconfDriver]) -> Iterator[Server]:
    """Our own server on sysrepo with all of the vendor's modules (`citynet twin run`)."""
    with started("huawei_vrp", folder) as made:
        yield Server("twin", Reached("r1", made.access), driver, write(BASE))


# -- the fake ------------------------------------------------------------------------------


def complaints(data: Element) -> list[RpcError]:
    """What the fake knows of huawei-ifm: an MTU is a number, a VRF is an instance."""
    found = []
    vrfs = {
        each.text for entry in data.walk() if entry.name == "instance" for each in entry.children
    }
    for entry in (each for each in data.walk() if each.name == "interface"):
        leaves = {each.name: each.text for each in entry.children}
        path = f"/ifm/interfaces/interface[name='{leaves.get('name')}']"
        if not leaves.get("mtu", "0").isdecimal():
            found.append(RpcError("invalid-value", "not a number", f"{path}/mtu"))
        if leaves.get("vrf-name", "_public_") not in vrfs:
            found.append(RpcError("data-missing", "no such instance", f"{path}/vrf-name"))
    return found


@contextmanager
def fake(folder: Path, driver: type[NetconfDriver]) -> Iterator[Server]:
    """Our own fake: the suite shows that it behaves as servers do, where it does not misbehave."""
    device = FakeDevice("r1", check=complaints)
    with FakeFleet([device], folder) as fleet:
        yield Server("fake", Reached("r1", fleet.access("r1")), driver, write(BASE))


def client_key(folder: Path) -> Path:
    """A key that no server knows."""
    file = folder / "stranger"
    paramiko.ECDSAKey.generate().write_private_key_file(str(file))
    return file


def names(text: str, element: str) -> Sequence[str]:
    """The texts of all elements of a name in what a server said."""
    root = parse_document(text.encode())
    return [each.text.strip() for each in root.walk() if each.name == element]
