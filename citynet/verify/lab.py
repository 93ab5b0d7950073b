"""A city's running lab, or its real devices, as a `Network`: sessions, customers, addresses."""

import os
from collections.abc import Collection, Mapping
from typing import Protocol

from citynet.errors import CitynetError
from citynet.fleet.jump import Jump
from citynet.fleet.runner import forks_of_lab
from citynet.fleet.shell import Shell
from citynet.lab.behind import behind, beyond, has_changed
from citynet.lab.from_city import city_topology
from citynet.lab.host import NodeAccess, SshJump
from citynet.lab.topology import Topology
from citynet.pipeline import Prepared
from citynet.text import listed
from citynet.verify.network import Network, OpenModels, OpenShell, Telling
from citynet.verify.planes import Told
from citynet.verify.reader import AnyReader, has_reader, reader_of, told_by_models

READ_AT_ONCE = 2
"""For each device of a lab that is changed at once so many are read, which is less work."""


class Ways(Protocol):
    """How devices are reached: a lab, or an access file."""

    @property
    def nodes(self) -> Mapping[str, NodeAccess]:
        """How to log in to each device."""
        ...

    @property
    def jump(self) -> SshJump | None:
        """The SSH server in front of them, if there is one."""
        ...


class Running(Ways, Protocol):
    """A lab that runs: what `citynet.lab.api.find` gives."""

    @property
    def topology(self) -> Topology:
        """What it is made of."""
        ...


def network_of(prepared: Prepared, lab: Running, only: Collection[str] | None = None) -> Network:
    """How to reach the lab of a prepared city.

    Raises `CitynetError` if the lab is of another inventory: nodes, links or customers would be
    missing, or too many. `only`: the devices that are read, and what others lack is no matter.
    """
    topology, wanted = lab.topology, city_topology(prepared)
    lacks = behind(topology, wanted, only)
    if lacks:
        raise CitynetError(has_changed(prepared.name, f"does not have {listed(lacks)}"))
    more = beyond(topology, wanted) if only is None else []
    if more:
        raise CitynetError(has_changed(prepared.name, f"still has {listed(more)}"))
    refs = {each.ref.replace("/", "."): each.ref for each in prepared.plan.endpoints.values()}
    return Network(
        open_shell=shells(lab),
        open_models=models(lab),
        readers=_readers(prepared, lab),
        ports=ports(prepared),
        customers=topology.customers_node.name,
        spaces={refs[each.name]: each.name for each in topology.customers if each.name in refs},
        management={name: access.host for name, access in lab.nodes.items()},
        at_once=READ_AT_ONCE * forks_of_lab(os.cpu_count() or 1),
    )


def network_apart(prepared: Prepared, ways: Ways) -> Network:
    """How to reach real devices: to read them. Customers are not ours, nor is what they send."""
    return Network(
        open_shell=shells(ways),
        open_models=models(ways),
        readers=_readers(prepared, ways),
        ports=ports(prepared),
        customers="",
        spaces={},
        management={},
    )


def _readers(prepared: Prepared, ways: Ways) -> Mapping[str, AnyReader]:
    platforms, unread = prepared.house.platforms, unread_of(prepared, ways)
    return {
        name: reader_of(platforms[platform])
        for name, platform in _platforms(prepared)
        if name not in unread
    }


def ports(prepared: Prepared) -> Mapping[str, Mapping[str, str]]:
    """By device whose platform names its ports: its own name of each -> the plan's."""
    found: dict[str, dict[str, str]] = {}
    for name, platform in _platforms(prepared):
        names = prepared.house.platforms[platform].ports
        if names is not None:
            ends = prepared.context.index.links.get(name, ())
            plan = [link.end(name).interface for link in ends]
            found[name] = {names.name(each): each for each in plan}
    return found


def told_of(prepared: Prepared, ways: Ways) -> Told:
    """By device that can be reached, the kinds of state that it tells by its own models."""
    platforms = prepared.house.platforms
    return {
        name: told_by_models(platforms[each])
        for name, each in _platforms(prepared)
        if name in ways.nodes
    }


def unread_of(prepared: Prepared, ways: Ways) -> frozenset[str]:
    """The devices whose state cannot be read: none of ours for their platform, or no way there."""
    platforms = prepared.house.platforms
    return frozenset(
        name
        for name, platform in _platforms(prepared)
        if name not in ways.nodes or not has_reader(platforms[platform])
    )


def shells(ways: Ways) -> OpenShell:
    """Logs in to devices, which share one connection to the server in front of them."""
    jump = Jump(ways.jump) if ways.jump else None

    def open_shell(device: str) -> Shell:
        from citynet.fleet import ssh  # noqa: PLC0415 - netmiko is slow to import

        return ssh.open_shell(device, ways.nodes[device], jump)

    return open_shell


def models(ways: Ways) -> OpenModels:
    """Logs in to ask devices' models, by one connection to the server in front of them."""
    jump = Jump(ways.jump) if ways.jump else None

    def open_models(device: str) -> Telling:
        from citynet.verify import asking  # noqa: PLC0415 - ncclient is slow to import

        return asking.open_models(device, ways.nodes[device], jump)

    return open_models


def _platforms(prepared: Prepared) -> list[tuple[str, str]]:
    return [(name, facts.platform) for name, facts in sorted(prepared.facts.items())]
