"""The city as a Nornir inventory, with how to log in to every device."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from nornir.core.inventory import (
    ConnectionOptions,
    Defaults,
    Group,
    Groups,
    Host,
    Hosts,
    Inventory,
    ParentGroups,
)

from citynet.fleet.connections import TARGET
from citynet.fleet.jump import Jump
from citynet.fleet.target import Target
from citynet.inventory.ansible import as_host
from citynet.inventory.groups import groups_of
from citynet.lab import api as labs
from citynet.lab.host import NodeAccess, SshJump
from citynet.pipeline import Prepared, prepare

CONNECTIONS = ("citynet", "citynet_shell")


class Reach(Protocol):
    """How to reach a city's devices; a `Lab` is one."""

    @property
    def nodes(self) -> Mapping[str, NodeAccess]:
        """How to log in to each."""
        ...

    @property
    def jump(self) -> SshJump | None:
        """The SSH server in front of them, if there is one."""
        ...


class CityInventory:
    """A Nornir inventory plugin.

    `city` is an inventory's folder or a city that is already prepared; `reach` says how to log
    in, by default the city's lab if it is up. Hosts are in the groups that
    `citynet inventory --list` shows and have its variables as data; all sessions share one
    connection to the lab's host.
    """

    def __init__(self, city: str | Path | Prepared, reach: Reach | None = None) -> None:
        self._prepared = city if isinstance(city, Prepared) else prepare(Path(city))
        self._reach = reach or labs.find(self._prepared.name)

    def load(self) -> Inventory:
        """Every device, with its groups. Raises nothing for a lab that is not up: using it does."""
        context = self._prepared.context
        names = sorted(self._prepared.facts)
        member_of = {name: groups_of(context, name) for name in names}
        groups = Groups({name: Group(name) for each in member_of.values() for name in each})
        jump = Jump(self._reach.jump) if self._reach and self._reach.jump else None
        hosts = Hosts()
        for name in names:
            parents = ParentGroups([groups[group] for group in member_of[name]])
            hosts[name] = self._host(name, parents, jump)
        return Inventory(hosts=hosts, groups=groups, defaults=Defaults())

    def _host(self, name: str, parents: ParentGroups, jump: Jump | None) -> Host:
        platform = self._prepared.house.platforms[self._prepared.facts[name].platform]
        access = self._reach.nodes.get(name) if self._reach else None
        if access is None:
            city = self._prepared.name
            reason = f"no lab of {city} is up; `citynet lab up -i inventory/{city}` makes one"
            if self._reach is not None:
                reason = "nothing says how; give it a host in the access file"
            extras: dict[str, object] = {"reason": f"{name} is unreachable: {reason}"}
        else:
            extras = {TARGET: Target(name, platform, access, jump)}
        return Host(
            name=name,
            hostname=access.host if access else None,
            port=access.port if access else None,
            username=access.username if access else None,
            platform=platform.name,
            groups=parents,
            data=as_host(self._prepared.context, name),
            connection_options={each: ConnectionOptions(extras=extras) for each in CONNECTIONS},
        )
