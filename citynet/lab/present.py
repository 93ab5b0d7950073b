"""What of a lab is there: its containers, links and customers, measured on its host."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from citynet.lab.clab import container_name, network_name
from citynet.lab.host import LabHost, checked
from citynet.lab.topology import LabLink, Topology

OWNED = "clab-o-"
"""What containerlab's mark of a link's end begins with, an alternative name of the interface."""
MARK = "citynet-"
"""What ours begins with: on ends that containerlab is to leave alone."""
RUNNING, STOPPED = "running", "exited"
At = tuple[str, str]
"""A node and the name of an interface of it."""

_INSPECT = (
    '{"name": {{json .Name}}, "state": {{json .State.Status}}, "pid": {{.State.Pid}}, '
    '"address": "{{with index .NetworkSettings.Networks "%s"}}{{.IPAddress}}{{end}}"}'
)
_SPACES = """
cd /run/netns 2>/dev/null || exit 0
for each in *; do
    found=$(ip -n "$each" -j address 2>/dev/null &&
        ip -n "$each" -j route show default 2>/dev/null &&
        ip -n "$each" -6 -j route show default 2>/dev/null) || continue
    printf '%s\\n%s\\n' "$each" "$found"
done
"""


@dataclass(frozen=True, slots=True)
class Box:
    """A container: its `state` as docker calls it, its process, its management address or ``."""

    state: str
    pid: int
    address: str


@dataclass(frozen=True, slots=True)
class End:
    """An end of a link: interface numbers of it and of the other end, and whether it is up.

    `marks` are the names by which it is known as a link of a lab. `space` is the customer whose
    network namespace it is in.
    """

    index: int
    peer: int
    up: bool
    marks: tuple[str, ...]
    space: str = ""


@dataclass(frozen=True, slots=True)
class Space:
    """A customer's network namespace: its interface, its addresses, and its default routes."""

    interface: str
    addresses: frozenset[str]
    gateways: frozenset[str]


@dataclass(frozen=True, slots=True)
class Present:
    """All that is there. `entries`: what each node was defined as in the file that made it."""

    boxes: Mapping[str, Box]
    ends: Mapping[At, End]
    spaces: Mapping[str, Space]
    entries: Mapping[str, Mapping[str, Any]]

    def intact(self, link: LabLink) -> bool:
        """Whether both ends are there, and are each other's."""
        a, b = (self.ends.get((end.node, end.interface)) for end in (link.a, link.b))
        return a is not None and b is not None and (a.peer, a.index) == (b.index, b.peer)

    def cut(self, link: LabLink) -> bool:
        """Whether an end of it is set down."""
        ends = (self.ends.get((end.node, end.interface)) for end in (link.a, link.b))
        return any(end is not None and not end.up for end in ends)


def read(host: LabHost, topology: Topology) -> Present:
    """Measure the lab that `topology` names; what is there may be more or less than it says."""
    boxes = _boxes(host, topology.name)
    ends = dict(_ends(host, boxes))
    customers = topology.customers_node.name
    spaces: dict[str, Space] = {}
    if customers in boxes and boxes[customers].state == RUNNING:
        inside = container_name(topology.name, customers)
        said = checked(host, ["docker", "exec", inside, "sh", "-c", _SPACES], timeout=120)
        for name, addresses, routes in _each_space(said):
            for link in _of_a_lab(addresses):
                ends[customers, str(link["ifname"])] = _end(link, name)
            spaces[name] = _space(addresses, routes)
    return Present(boxes, ends, spaces, _entries(host, topology.name))


def _boxes(host: LabHost, lab: str) -> dict[str, Box]:
    listing = ["docker", "ps", "-aq", "--no-trunc", "--filter", f"label=containerlab={lab}"]
    ids = checked(host, listing).split()
    if not ids:
        return {}
    template = _INSPECT % network_name(lab)
    rows = checked(host, ["docker", "inspect", "--format", template, *ids]).splitlines()
    prefix = "/" + container_name(lab, "")
    found = [json.loads(row) for row in rows if row.strip()]
    return {
        row["name"].removeprefix(prefix): Box(row["state"], row["pid"], row["address"])
        for row in found
    }


def _ends(host: LabHost, boxes: Mapping[str, Box]) -> Iterator[tuple[At, End]]:
    """Of every container that runs, by its process: a name in /run/netns may be an old one's."""
    alive = [(name, box.pid) for name, box in sorted(boxes.items()) if box.state == RUNNING]
    if not alive:
        return
    script = "; ".join(f"nsenter -n -t {pid} ip -j link show type veth" for _, pid in alive)
    rows = checked(host, ["sh", "-ec", script], timeout=120).splitlines()
    for (name, _), row in zip(alive, rows, strict=True):
        for link in _of_a_lab(json.loads(row)):
            yield (name, str(link["ifname"])), _end(link)


def _of_a_lab(links: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [link for link in links if link and _marks(link)]


def _marks(link: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in link.get("altnames", ()) if name.startswith((OWNED, MARK)))


def _end(link: Mapping[str, Any], space: str = "") -> End:
    index, peer = int(link["ifindex"]), int(link.get("link_index", 0))
    return End(index, peer, "UP" in link["flags"], _marks(link), space)


def _each_space(
    said: str,
) -> Iterator[tuple[str, list[Mapping[str, Any]], list[Mapping[str, Any]]]]:
    rows = iter(said.splitlines())
    for name in rows:
        addresses, *routes = (json.loads(next(rows)) for _ in range(3))
        yield name, addresses, [each for family in routes for each in family]


def _space(addresses: Sequence[Mapping[str, Any]], routes: Sequence[Mapping[str, Any]]) -> Space:
    links = _of_a_lab(addresses)
    held = [one for link in links for one in link["addr_info"] if one["scope"] == "global"]
    return Space(
        interface=str(links[0]["ifname"]) if len(links) == 1 else "",
        addresses=frozenset(f"{one['local']}/{one['prefixlen']}" for one in held),
        gateways=frozenset(str(each.get("gateway", "")) for each in routes),
    )


def _entries(host: LabHost, lab: str) -> Mapping[str, Mapping[str, Any]]:
    """The nodes of the file that was deployed last; none where it is not there or is no such."""
    done = host.run(["cat", f"{host.directory}/{lab}.clab.yml"])
    try:
        document = yaml.safe_load(done.stdout) if done.returncode == 0 else None
        return dict(document["topology"]["nodes"]) if document else {}
    except (yaml.YAMLError, KeyError, TypeError, ValueError):
        return {}
