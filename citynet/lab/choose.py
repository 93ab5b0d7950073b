"""Which lab host: what the person said, or what a probe of this machine says."""

from citynet.lab.engine import all_nodes
from citynet.lab.errors import LabError
from citynet.lab.host import LabHost, Need
from citynet.lab.local import LocalHost
from citynet.lab.needs import met, missing, probe
from citynet.lab.progress import Progress, timed
from citynet.lab.remote import open_machine
from citynet.lab.state import LabFolder
from citynet.lab.topology import Topology
from citynet.lab.vm import Vm

LABS = "/var/lib/citynet/labs"


def choose(topology: Topology, host: str, progress: Progress) -> str:
    """`local`, `vm` or `ssh:…`, checked to be able to carry the lab; says why."""
    nodes = len(all_nodes(topology))
    if host == "vm":
        return host
    if host == "auto":
        kind, why = automatic(probe(LocalHost(f"{LABS}/{topology.name}"), nodes))
        progress.note(f"lab host: {kind} ({why})")
        return kind
    with timed(progress, f"ask {host} for what the city needs"):
        candidate = open_named(host, topology.name)
        needs = probe(candidate, nodes)
        candidate.close()
    if not met(needs):
        raise LabError(
            f"{host} lacks {missing(needs)}; `citynet lab doctor --host {host}` says what would "
            "help, and --host vm works without"
        )
    return host


def automatic(needs: list[Need]) -> tuple[str, str]:
    """This machine if it has all that is needed, else a VM; and why."""
    if met(needs):
        return "local", "this machine has all that the city needs"
    return "vm", f"this machine lacks {missing(needs)}"


def open_named(host: str, lab: str) -> LabHost:
    """`local` or `ssh:…` as a host for a lab of this name. Raises `LabError` for another word."""
    if host == "local":
        return LocalHost(f"{LABS}/{lab}")
    if not host.startswith("ssh:"):
        raise LabError(f"--host {host}: expected auto, local, vm or ssh:user@address")
    return open_machine(host.removeprefix("ssh:"), lab)


def open_host(kind: str, folder: LabFolder, lab: str) -> LabHost:
    """The host of a lab that is there."""
    if kind != "vm":
        return open_named(kind, lab)
    machine = Vm(folder.vm, lab)
    if not machine.running():
        raise LabError(f"the VM of lab {lab} is not running; `citynet lab up` starts it anew")
    return machine.open()
