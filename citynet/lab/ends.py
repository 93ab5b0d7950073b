"""Ends of links as a person names them, and where each is on the lab's host."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from citynet.lab.api import Lab
from citynet.lab.clab import container_name
from citynet.lab.errors import LabError
from citynet.lab.ssh_files import JUMP
from citynet.lab.topology import LabLink, LabPort, Topology
from citynet.text import with_nearest


@dataclass(frozen=True, slots=True)
class End:
    """One end of a link: the container it is in, and the namespace inside that, if one."""

    link: str
    node: str
    interface: str
    container: str
    space: str = ""

    @property
    def name(self) -> str:
        """For people: the router, or the customer, and the interface."""
        return f"{self.space or self.node} {self.interface}"


def link_of(lab: Lab, link: str) -> LabLink:
    """A link of the lab; a ring's nodes in either order. Raises `LabError`."""
    links = {each.id: each for each in lab.topology.links}
    if link not in links:
        ring, slash, pair = link.rpartition("/")
        link = f"{ring}{slash}{'~'.join(sorted(pair.split('~')))}" if "~" in pair else link
    if link not in links:
        raise LabError(with_nearest(f"lab {lab.name} has no link {link!r}", link, links))
    return links[link]


def ends_of(lab: Lab, link: LabLink) -> tuple[End, End]:
    """Both ends of a link. Raises `LabError` where one is in a container that is not ours."""
    for port in (link.a, link.b):
        _ours(lab, port.node)
    return _end(lab.topology, link.id, link.a), _end(lab.topology, link.id, link.b)


def chosen(lab: Lab, link: LabLink, node: str | None) -> End | None:
    """The end of a link at a node, or at a customer by its name; None where none is asked for."""
    ends = ends_of(lab, link)
    if node is None:
        return None
    for end in ends:
        if node in (end.node, end.space):
            return end
    names = [end.space or end.node for end in ends]
    said = f"link {link.id} has no end at {node!r}, it joins {names[0]} and {names[1]}"
    raise LabError(with_nearest(said, node, names))


def ports_of(lab: Lab, node: str) -> tuple[End, ...]:
    """The ends of links at a router, in the order of links. Raises `LabError`."""
    if node not in lab.nodes:
        names = [*lab.nodes, *(link.id for link in lab.topology.links)]
        raise LabError(with_nearest(f"lab {lab.name} has no node or link {node!r}", node, names))
    _ours(lab, node)
    if node == lab.topology.customers_node.name:
        raise LabError(
            f"{node} holds every customer, each in a namespace of its own; name a customer's "
            f"link: {_access(lab.topology)}"
        )
    return tuple(
        _end(lab.topology, link.id, port)
        for link in lab.topology.links
        for port in (link.a, link.b)
        if port.node == node
    )


def all_ends(topology: Topology) -> Iterator[End]:
    """Every end of every link that is in a container of ours."""
    closed = {node.name for node in topology.twins} | set(topology.vendors)
    for link in topology.links:
        for port in (link.a, link.b):
            if port.node not in closed:
                yield _end(topology, link.id, port)


def through(lab: Lab, argv: Sequence[str]) -> list[str]:
    """The command that runs `argv` as root on the lab's host with our standard streams."""
    if lab.jump is None:
        from os import geteuid  # noqa: PLC0415 - where the lab is local only

        return [*(() if geteuid() == 0 else ("sudo", "-n", "--")), *argv]
    words = list(argv) if lab.jump.username == "root" else ["sudo", "-n", "--", *argv]
    return ["ssh", "-F", str(lab.folder.ssh_config), JUMP, "--", shlex.join(words)]


def _access(topology: Topology) -> str:
    found = [link.id for link in topology.links if link.b.node == topology.customers_node.name]
    return ", ".join(found[:3]) + (" ..." if len(found) > 3 else "")  # noqa: PLR2004 - enough


def _end(topology: Topology, link: str, port: LabPort) -> End:
    customers = {each.interface: each.name for each in topology.customers}
    space = customers.get(port.interface, "") if port.node == topology.customers_node.name else ""
    container = container_name(topology.name, port.node)
    return End(link, port.node, port.interface, container, space)


def _ours(lab: Lab, node: str) -> None:
    if node in lab.twins:
        raise LabError(f"{node} is a twin: management plane only, no packet passes it")
    if node in lab.closed:
        raise LabError(
            f"{node} is a vendor's own image, in which nothing of ours runs; use the other end of "
            "a link, or the device's own tools"
        )
