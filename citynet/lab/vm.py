"""The VM of a lab: a disposable disk on a cached base, reached over SSH on loopback."""

import io
import json
import secrets
import shutil
import socket
import tarfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from citynet.lab import qemu
from citynet.lab.build import ENTRYPOINT, Builder, Containerlab, NodeImage, VmRoot
from citynet.lab.cache import Cache, digest_of
from citynet.lab.errors import HostError
from citynet.lab.host import SshJump, checked
from citynet.lab.keys import known_host, new_pair
from citynet.lab.progress import timed
from citynet.lab.qemu import Disk, Machine, Toolbox
from citynet.lab.remote import RemoteHost
from citynet.lab.transport import connect
from citynet.storage import private, tightness

BOOT_SECONDS = 180.0
PORTS = range(20_000, 32_768)
"""For what listens on loopback: below those that Linux gives to connections (ip(7))."""
DISK = "base.qcow2"
CONTAINERLAB = "/usr/local/bin/containerlab"
POWER_OFF = "kill $(cat /run/docker.pid); while [ -e /run/docker.pid ]; do sleep 0.1; done; sync"


@dataclass(frozen=True, slots=True)
class Base:
    """A disk with Docker, containerlab and the node images in it, and how to boot it."""

    toolbox: Toolbox
    root: VmRoot
    disk: Path
    about: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Vm:
    """One VM's folder: disk, keys, pid. All that is known of it is in there."""

    folder: Path
    lab: str

    @property
    def machine_name(self) -> str:
        """A word of QEMU's command line that no other VM has."""
        return f"{qemu.NAME}{self.lab}-{digest_of([str(self.folder).encode()])[:8]}"

    @property
    def pid(self) -> int | None:
        """The process of its QEMU, if that runs."""
        return qemu.running(self.folder / "pid", self.machine_name)

    def running(self) -> bool:
        """Whether its QEMU runs."""
        return self.pid is not None

    def jump(self) -> SshJump:
        """Its SSH server."""
        try:
            about = json.loads((self.folder / "vm.json").read_text(encoding="utf-8"))
            port = int(about["ssh_port"])
        except (OSError, ValueError, KeyError) as error:
            raise HostError(f"{self.folder} is damaged; `citynet lab down` clears it") from error
        known = self.folder / "known_hosts"
        return SshJump("127.0.0.1", port, "root", self.folder / "id_ed25519", known)

    def remove(self) -> None:
        """Stop it and delete everything of it."""
        qemu.stop(self.folder / "pid", self.machine_name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def open(self) -> RemoteHost:
        """Log in to the running VM."""
        through = self.jump()
        directory = f"/var/lib/citynet/labs/{self.lab}"
        try:
            return RemoteHost("vm", directory, connect(through, "vm"), through)
        except HostError as error:
            if said := tightness(self.folder):  # QEMU stops a VM whose disk cannot grow
                raise HostError(f"{error}{said}, then `citynet lab down` and `lab up`") from error
            raise


def build_base(builder: Builder, images: Mapping[str, NodeImage], clab: Containerlab) -> Base:
    """A disk with containerlab and the images in its Docker; made by booting the VM, once.

    Each image is a layer on the disk of those before it, so that a lab that wants one more than
    another did waits for that one only.
    """
    toolbox = builder.toolbox()
    root = builder.vm_root(toolbox)
    cache, disk, parts = Cache(builder.paths.cache), root.disk, [str(root.folder), clab.digest]
    for key, image in sorted(images.items()):
        parts += [_identity(disk), image.reference + image.digest]
        layer = _Layer(builder, toolbox, root, disk, clab, key, image)
        digest = digest_of(each.encode() for each in parts)
        disk = cache.get("base", digest, layer.build) / DISK
    about = {"qemu": _qemu_version(toolbox), "packages": dict(root.versions)}
    return Base(toolbox, root, disk, about)


def start(
    builder: Builder, base: Base, vm: Vm, nodes: int, cpus: int, *, extra: int = 0
) -> RemoteHost:
    """A fresh VM for a lab of `nodes` containers, with its Docker running.

    `extra`: MiB that some of them take beyond what a container of ours does.
    """
    vm.remove()
    available = qemu.available_memory(Path("/proc/meminfo").read_text(encoding="ascii"))
    memory = qemu.memory_for(nodes, available, extra)
    kvm, why = builder.kvm(base.toolbox, base.root)
    how = "KVM" if kvm else f"no KVM: {why}"
    with timed(builder.progress, f"boot the VM ({cpus} CPUs, {memory} MiB, {how})"):
        vm.folder.mkdir(parents=True, mode=0o700)
        disk = vm.folder / "disk.qcow2"
        with _kept_if_it_starts(vm):
            _overlay(base.toolbox, base.disk, disk)
            return _boot(
                base.toolbox,
                base.root,
                vm,
                disks=(Disk(disk, "qcow2"),),
                memory=memory,
                cpus=cpus,
                kvm=kvm,
            )


@contextmanager
def _kept_if_it_starts(vm: Vm) -> Iterator[None]:
    """A VM whose start fails or is interrupted is of no use, and would only take memory."""
    try:
        yield
    except BaseException:
        vm.remove()
        raise


@dataclass(frozen=True, slots=True)
class _Layer:
    """What comes onto the disk `below`: an image, and first of all containerlab."""

    builder: Builder
    toolbox: Toolbox
    root: VmRoot
    below: Path
    clab: Containerlab
    key: str
    image: NodeImage

    def build(self, folder: Path) -> None:
        """Make it in `folder`, by booting the VM from it."""
        with timed(self.builder.progress, f"put the {self.key} image on the VM's disk (once)"):
            self._fill(folder)

    def _fill(self, folder: Path) -> None:
        disk = folder / DISK
        _overlay(self.toolbox, self.below, disk)
        kvm, _ = self.builder.kvm(self.toolbox, self.root)
        vm = Vm(folder / "vm", "base")
        vm.folder.mkdir(mode=0o700)
        disks = (Disk(disk, "qcow2"), Disk(self.image.tar, "raw"))
        with _kept_if_it_starts(vm):
            host = _boot(self.toolbox, self.root, vm, disks=disks, memory=2048, cpus=2, kvm=kvm)
        try:
            take = f"docker import --change '{ENTRYPOINT}' - {self.image.reference} </dev/vdc"
            checked(host, ["sh", "-ec", take], timeout=900)
            if self.below == self.root.disk:
                host.put({CONTAINERLAB: self.clab.binary.read_bytes()}, 0o755)
            checked(host, ["sh", "-c", POWER_OFF], timeout=120)
        finally:
            host.close()
            vm.remove()


def _identity(disk: Path) -> str:
    """Stands for one making of a disk: what lies on a disk that was made again is no good."""
    state = disk.stat()
    return f"{state.st_size} {state.st_mtime_ns}"


def _overlay(toolbox: Toolbox, below: Path, disk: Path) -> None:
    """A disk that is as `below` until it is written to."""
    backing = ("-b", str(below), "-F", "qcow2")
    toolbox.run("usr/bin/qemu-img", "create", "-q", "-f", "qcow2", *backing, str(disk))


def _boot(
    toolbox: Toolbox,
    root: VmRoot,
    vm: Vm,
    *,
    disks: tuple[Disk, ...],
    memory: int,
    cpus: int,
    kvm: bool,
) -> RemoteHost:
    """Boot with fresh keys and wait for SSH and Docker. The keys are the second disk."""
    port = free_port()
    seed = _make_keys(vm, port)
    private(vm.folder / "serial.log", b"")  # a daemon of QEMU's has a umask of its own
    machine = Machine(
        name=vm.machine_name,
        kernel=root.kernel,
        initrd=root.initrd,
        disks=(disks[0], Disk(seed, "raw"), *disks[1:]),
        memory=memory,
        cpus=cpus,
        ssh_port=port,
        serial=vm.folder / "serial.log",
        kvm=kvm,
    )
    qemu.start(toolbox, machine, vm.folder / "pid")
    _wait_for_ssh(vm, port)
    seed.unlink()
    host = vm.open()
    wait = "until [ -S /run/docker.sock ]; do sleep 0.2; done; exec docker version"
    checked(host, ["sh", "-c", wait], timeout=BOOT_SECONDS)
    return host


def _make_keys(vm: Vm, port: int) -> Path:
    """The lab's key, the VM's host key pinned, and the tar that carries both into the VM."""
    user, host = new_pair(), new_pair()
    private(vm.folder / "id_ed25519", user.private)
    line = known_host("127.0.0.1", port, host.public)
    private(vm.folder / "known_hosts", line.encode())
    private(vm.folder / "vm.json", json.dumps({"ssh_port": port}).encode())
    seed = vm.folder / "seed.tar"
    private(seed, b"")
    inside = {"ssh_host_ed25519_key": host.private, "authorized_keys": user.public.encode()}
    with tarfile.open(seed, "w") as tar:
        for name, content in inside.items():
            info = tarfile.TarInfo(f"etc/citynet/{name}")
            info.size, info.mode = len(content), 0o600
            tar.addfile(info, io.BytesIO(content))
    return seed


def _wait_for_ssh(vm: Vm, port: int) -> None:
    deadline = time.monotonic() + BOOT_SECONDS
    while not _greets(port):
        if not vm.running():
            raise HostError(f"the VM ended while booting: {_console(vm)}")
        if time.monotonic() > deadline:
            raise HostError(f"the VM did not come up in {BOOT_SECONDS:.0f} s: {_console(vm)}")
        time.sleep(0.2)


def _greets(port: int) -> bool:
    """Whether an SSH server answers; QEMU accepts connections long before there is one."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def _console(vm: Vm) -> str:
    """The last words of the VM, kept here because its folder will be removed."""
    try:
        text = (vm.folder / "serial.log").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    return text.strip()[-800:] or "its console is empty"


def free_port() -> int:
    """A port that nobody has, and that the kernel gives to no connection meanwhile."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _qemu_version(toolbox: Toolbox) -> str:
    return toolbox.run("usr/bin/qemu-img", "--version").splitlines()[0].split()[2]
