"""A city's running lab as a `Network`: its sessions, customers and addresses."""

from collections.abc import Mapping
from typing import Protocol

from citynet.errors import CitynetError
from citynet.fleet.jump import Jump
from citynet.fleet.shell import Shell
from citynet.lab.host import NodeAccess, SshJump
from citynet.lab.topology import Topology
from citynet.pipeline import Prepared
from citynet.verify.network import Network
from citynet.verify.reader import reader_of


class Running(Protocol):
    """A lab that runs: what `citynet.lab.api.find` gives."""

    @property
    def topology(self) -> Topology:
        """What it is made of."""
        ...

    @property
    def nodes(self) -> Mapping[str, NodeAccess]:
        """How to log in to each device."""
        ...

    @property
    def jump(self) -> SshJump | None:
        """The SSH server in front of them, if there is one."""
        ...


def network_of(prepared: Prepared, lab: Running) -> Network:
    """How to reach the lab of a prepared city. Sessions share one connection to the lab's host.

    Raises `CitynetError` if the lab is of another inventory: nodes would be missing.
    """
    topology = lab.topology
    missing = sorted({*prepared.facts, topology.customers_node.name} - lab.nodes.keys())
    if missing:
        raise CitynetError(
            f"the lab of {prepared.name} has no {', '.join(missing)}; "
            "the inventory has changed since: run `citynet lab up` and `citynet deploy`"
        )
    jump = Jump(lab.jump) if lab.jump else None

    def open_shell(device: str) -> Shell:
        from citynet.fleet.ssh import open_shell  # noqa: PLC0415 - netmiko is slow to import

        return open_shell(device, lab.nodes[device], jump)

    platforms = prepared.house.platforms
    unread = {node.name for node in topology.twins} | topology.vendors.keys()
    readers = {
        name: reader_of(platforms[platform])
        for name, platform in _platforms(prepared)
        if name not in unread
    }
    refs = {each.ref.replace("/", "."): each.ref for each in prepared.plan.endpoints.values()}
    return Network(
        open_shell=open_shell,
        readers=readers,
        customers=topology.customers_node.name,
        spaces={refs[each.name]: each.name for each in topology.customers if each.name in refs},
        management={name: access.host for name, access in lab.nodes.items()},
    )


def _platforms(prepared: Prepared) -> list[tuple[str, str]]:
    return [(name, facts.platform) for name, facts in sorted(prepared.facts.items())]
