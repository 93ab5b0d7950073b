"""All labs of this user as they are remembered, and the VMs that no lab remembers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from citynet.lab import qemu
from citynet.lab.cache import PART, holder
from citynet.lab.errors import StateError
from citynet.lab.host import Need
from citynet.lab.paths import Paths
from citynet.lab.state import LabFolder, Record
from citynet.lab.vm import Vm

UP, HALF, STOPPED, DAMAGED, WORK = "up", "half made", "stopped", "damaged", "being changed"
BUILD = "base"
"""The kind of what VMs fill in the cache; the holder of its lock starts them."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A lab that is remembered. No host is asked: `status` does that.

    `vm` is the process of its VM, `working` that of a citynet that changes it now.
    """

    name: str
    host: str
    state: str
    nodes: int
    folder: str
    vm: int | None
    working: str


@dataclass(frozen=True, slots=True)
class Stray:
    """A VM that nothing remembers: its folder is gone, or the citynet that built with it is."""

    pid: int
    name: str
    folder: str


def labs(where: Paths) -> list[Listed]:
    """The labs in this user's state folder, by name, and those of which only the VM is left."""
    remembered = where.state.iterdir() if where.state.is_dir() else ()
    names = {each.name for each in remembered if each.is_dir()}
    return [_listed(where, name) for name in sorted(names)]


def strays() -> list[Stray]:
    """VMs that nothing remembers, of whatever state and cache folder they were started from."""
    return list(_strays())


def stray_needs() -> list[Need]:
    """For `doctor`: memory and processors that something takes without a lab."""
    found = strays()
    if not found:
        return []
    why = ", ".join(f"process {each.pid} of {each.folder}" for each in found)
    remedy = "`citynet lab list --end-strays` ends the VMs that no lab remembers"
    return [Need("no strays", met=False, why=why, remedy=remedy)]


def note(where: Paths, name: str) -> str:
    """What there is of a lab that is not up, and what to do about it; empty if nothing is."""
    folder = LabFolder(where.lab(name))
    pid, working = Vm(folder.vm, name).pid, holder(where.lock(name))
    if working:
        return f"process {working} is bringing it up or taking it down"
    if pid is not None:
        return (
            f"its VM runs, process {pid}, without a lab in it: `citynet lab up` was stopped; "
            "run it again, or `citynet lab down`"
        )
    if folder.exists():
        return "it was up, or half made: `citynet lab up` makes a fresh one, `lab down` clears it"
    return ""


def end(stray: Stray) -> None:
    """End a VM that nothing remembers. Raises `HostError` where it does not end."""
    qemu.stop(Path(stray.folder) / "pid", stray.name)


def _listed(where: Paths, name: str) -> Listed:
    folder = LabFolder(where.lab(name))
    pid, working = Vm(folder.vm, name).pid, holder(where.lock(name))
    try:
        record, damaged = folder.load(), False
    except StateError:
        record, damaged = None, True
    state = WORK if working else DAMAGED if damaged else _state(record, pid)
    host, nodes = (record.host, len(record.topology.nodes)) if record else ("", 0)
    return Listed(name, host, state, nodes, str(folder.root), pid, working)


def _state(record: Record | None, pid: int | None) -> str:
    """As far as it can be known without asking the lab's host."""
    if record is None or not record.digest:
        return HALF
    return STOPPED if record.host == "vm" and pid is None else UP


def _strays() -> Iterator[Stray]:
    for each in qemu.machines():
        folder = each.pid_file.parent
        building = folder.parent.suffix == PART
        if not (_building(folder) if building else _remembered(each, folder)):
            yield Stray(each.pid, each.name, str(folder))


def _remembered(found: qemu.Found, folder: Path) -> bool:
    """A lab's VM: its folder says so, or a command that is at work now is about to."""
    return found.noted or bool(holder(folder.parent.parent / f".{folder.parent.name}.lock"))


def _building(folder: Path) -> bool:
    """Whether the citynet that builds with this VM, in `<cache>/base/<digest>.part/vm`, lives."""
    return bool(holder(folder.parent.parent.parent / f"{BUILD}.lock"))
