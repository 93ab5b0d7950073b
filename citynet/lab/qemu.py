"""QEMU as values: which one, its command line, and whether a process is really ours."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from citynet.lab.errors import BuildError, HostError

KERNEL_LINE = (
    "console=ttyS0 root=/dev/vda rw init=/usr/sbin/init quiet panic=-1 "
    "mitigations=off audit=0 apparmor=0"
)
EMULATED = (
    "emulated preempt=none noautogroup psi=0 cgroup_disable=memory,cpu,pids norandmaps nowatchdog "
    "lsm=capability hardened_usercopy=off randomize_kstack_offset=off"
)
"""What more the kernel is told without KVM: what it does for fairness, accounting and hardening
takes a third of the time there. The VM's own init looks for `emulated`.
"""
PROBE_LINE = "console=ttyS0 panic=-1 loglevel=7"
PROBE_SECONDS = 6.0
LIBRARIES = "usr/lib/x86_64-linux-gnu"
PRIVATE = 0o077
"""The umask of QEMU and its tools: disks carry keys, and a console what a router says."""
NAME = "citynet-"
"""What the names of our VMs begin with."""
NETWORK = "user,id=net0,restrict=on"
"""The VM's network: nothing of this machine or beyond is reached from in there; only what is
forwarded leads in, and its answers out.
"""


@dataclass(frozen=True, slots=True)
class Toolbox:
    """Debian packages unpacked in a folder, run through their own loader: no root, no chroot."""

    root: Path

    def command(self, program: str) -> list[str]:
        """The start of a command line for `program`, for example `usr/bin/qemu-img`."""
        libraries = self.root / LIBRARIES
        return [
            str(libraries / "ld-linux-x86-64.so.2"),
            "--library-path",
            str(libraries),
            str(self.root / program),
        ]

    def environment(self) -> dict[str, str]:
        """Where QEMU finds its modules; the rest of the environment does not concern it."""
        modules = str(self.root / LIBRARIES / "qemu")
        return {"QEMU_MODULE_DIR": modules, "PATH": os.defpath, "LC_ALL": "C.UTF-8"}

    def run(self, program: str, *arguments: str) -> str:
        """Standard output of a tool that must succeed; what it writes is the user's alone."""
        completed = subprocess.run(
            [*self.command(program), *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            umask=PRIVATE,
        )
        if completed.returncode:
            raise BuildError(f"{program} failed: {completed.stderr.strip()[-1000:]}")
        return completed.stdout


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk of the VM: vda, vdb, … in order. Raw ones are read-only."""

    file: Path
    format: str


@dataclass(frozen=True, slots=True)
class Machine:
    """A VM that may be started. `memory` is in MiB; `ssh_port` is on the host's loopback."""

    name: str
    kernel: Path
    initrd: Path
    disks: tuple[Disk, ...]
    memory: int
    cpus: int
    ssh_port: int
    serial: Path
    kvm: bool


def arguments(toolbox: Toolbox, machine: Machine) -> list[str]:
    """QEMU's command line. The TCG flags are measured.

    Westmere, the oldest CPU with AES instructions, takes 14 % less time than `max`: no AVX
    and no five-level page tables to emulate.
    """
    accelerator = (
        ["-accel", "kvm", "-cpu", "host"]
        if machine.kvm
        else ["-accel", "tcg,thread=multi,tb-size=1024", "-cpu", "Westmere"]
    )
    forward = f"hostfwd=tcp:127.0.0.1:{machine.ssh_port}-:22"
    return [
        *toolbox.command("usr/bin/qemu-system-x86_64"),
        *("-L", str(toolbox.root / "usr/share/seabios")),
        *("-L", str(toolbox.root / "usr/share/qemu")),
        *("-name", machine.name, "-nodefaults", "-no-user-config", "-display", "none"),
        *("-no-reboot", "-machine", "pc", *accelerator),
        *("-m", f"{machine.memory}M", "-smp", str(machine.cpus)),
        *("-kernel", str(machine.kernel), "-initrd", str(machine.initrd)),
        *("-append", KERNEL_LINE if machine.kvm else f"{KERNEL_LINE} {EMULATED}"),
        *(word for disk in machine.disks for word in ("-drive", _drive(disk))),
        *("-netdev", f"{NETWORK},{forward}"),
        *("-device", "virtio-net-pci,netdev=net0,romfile="),
        *("-device", "virtio-rng-pci"),
        *("-serial", f"file:{machine.serial}"),
    ]


def start(toolbox: Toolbox, machine: Machine, pid_file: Path) -> None:
    """Start a VM in the background; returns when QEMU has set it up and written its pid."""
    completed = subprocess.run(
        [*arguments(toolbox, machine), "-daemonize", "-pidfile", str(pid_file)],
        env=toolbox.environment(),
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        umask=PRIVATE,
    )
    if completed.returncode:
        raise HostError(f"QEMU did not start: {completed.stderr.strip()[-1000:]}")


@dataclass(frozen=True, slots=True)
class Found:
    """A QEMU that citynet started, found among the processes."""

    pid: int
    name: str
    pid_file: Path

    @property
    def noted(self) -> bool:
        """Whether its own folder still says that it is this process."""
        return _noted(self.pid_file) == self.pid


def machines(proc: Path = Path("/proc")) -> list[Found]:
    """Every QEMU of this user's that citynet started, of whatever folder."""
    numbers = (each for each in proc.iterdir() if each.name.isdigit())
    found = (_described(each) for each in sorted(numbers, key=lambda each: int(each.name)))
    return [each for each in found if each is not None]


def _described(process: Path) -> Found | None:
    """What a process's command line says of the VM it is; None if it is none of ours.

    A word alone proves nothing: an editor has one, and so has whatever looks for it.
    """
    try:
        if process.stat().st_uid != os.geteuid():
            return None
        words = os.fsdecode((process / "cmdline").read_bytes()).split("\0")
    except OSError:
        return None
    if not any(Path(word).name.startswith("qemu") for word in words):
        return None
    said = dict(pairwise(words))
    name = said.get("-name", "")
    if not name.startswith(NAME):
        return None
    return Found(int(process.name), name, Path(said.get("-pidfile", "")))


def _noted(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def running(pid_file: Path, name: str, proc: Path = Path("/proc")) -> int | None:
    """The pid of the VM `name`: the process that is noted, if it is that VM, or any that is.

    A pid alone proves nothing after a crash or a reboot: numbers are used again. The name is
    unique to a lab's folder; a VM whose folder was removed, or whose start was killed before its
    pid was noted, is found by it.
    """
    pid = _noted(pid_file)
    found = _described(proc / str(pid)) if pid is not None else None
    if found is not None and found.name == name:
        return pid
    return next((each.pid for each in machines(proc) if each.name == name), None)


def stop(pid_file: Path, name: str, patience: float = 10.0) -> None:
    """End a VM at once: it is disposable, so nothing in it is asked. Fine if it is not there."""
    deadline = time.monotonic() + patience
    while (pid := running(pid_file, name)) is not None:
        _kill(pid, deadline)


def end_under(folder: Path) -> list[Found]:
    """End every VM that was started from somewhere below `folder`, and say which these were."""
    found = [each for each in machines() if each.pid_file.is_relative_to(folder)]
    for each in found:
        stop(each.pid_file, each.name)
    return found


def _kill(pid: int, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise HostError(f"the VM's process {pid} does not end; end it by hand and try again")
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.05)


def kvm_works(toolbox: Toolbox, kernel: Path, initrd: Path, scratch: Path) -> tuple[bool, str]:
    """Whether KVM really boots this kernel, and why (not). /dev/kvm existing is no proof."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False, "/dev/kvm is missing or not writable for this user"
    serial, errors = scratch / "kvm-serial", scratch / "kvm-errors"
    serial.write_bytes(b"")
    command = [
        *toolbox.command("usr/bin/qemu-system-x86_64"),
        *("-L", str(toolbox.root / "usr/share/seabios")),
        *("-L", str(toolbox.root / "usr/share/qemu")),
        *("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
        *("-accel", "kvm", "-cpu", "host", "-m", "512M", "-append", PROBE_LINE),
        *("-kernel", str(kernel), "-initrd", str(initrd), "-serial", f"file:{serial}"),
    ]
    with errors.open("wb") as log:
        process = subprocess.Popen(command, env=toolbox.environment(), stdout=log, stderr=log)
        booted = _reached_init(process, serial)
        process.kill()
        process.wait()
    if booted:
        return True, "a stock kernel booted with it"
    said = errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return False, f"a stock kernel does not boot with it ({said[0][:120] if said else 'it hangs'})"


def _reached_init(process: "subprocess.Popen[bytes]", serial: Path) -> bool:
    deadline = time.monotonic() + PROBE_SECONDS
    while time.monotonic() < deadline:
        if b"Run /init as init process" in serial.read_bytes():
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.1)
    return False


def _drive(disk: Disk) -> str:
    """One -drive option; a comma in a file name is doubled (qemu(1))."""
    name = str(disk.file).replace(",", ",,")
    extra = ",readonly=on" if disk.format == "raw" else ""
    return f"file={name},if=virtio,cache=unsafe,format={disk.format}{extra}"


def memory_for(nodes: int, available: int, extra: int = 0) -> int:
    """MiB for a VM with `nodes` containers, given the MiB that the machine has available.

    `extra` are MiB on top of that.

    Measured: 35 MB a configured router, 350 MB for kernel and Docker; the rest is page cache.
    """
    wanted = 1024 + 64 * nodes + extra
    if wanted > available * 0.9:
        raise HostError(
            f"the lab VM needs {wanted} MiB for {nodes} nodes and only {available} MiB are "
            "available; free some memory, take a smaller city, or use --host ssh:user@machine"
        )
    return wanted


def available_memory(meminfo: str) -> int:
    """MiB, from the text of /proc/meminfo."""
    fields: Mapping[str, str] = dict(
        line.split(":", 1) for line in meminfo.splitlines() if ":" in line
    )
    return int(fields["MemAvailable"].split()[0]) // 1024
