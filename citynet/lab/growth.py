"""What is to be done to make a running lab another one: the difference, as plain values."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from citynet.lab.present import RUNNING, STOPPED, At, Present
from citynet.lab.topology import Customer, LabLink, LabNode, Topology
from citynet.text import amount

ADDRESS = "mgmt-ipv4"
"""The only part of a node's definition that is changed while it runs."""


@dataclass(frozen=True, slots=True)
class Growth:
    """The steps. What is in none of them is not touched.

    `drop` are containers that go, `make` those that come; a node in both is made again. `start`
    stand still, `move` get another management address. `plug` are links to be made, `unplug`
    ends that are no wanted link's. `settle` are customers without what they should have, `leave`
    namespaces without a customer. `keep` are the nodes that run on.
    """

    drop: tuple[str, ...]
    make: tuple[str, ...]
    start: tuple[str, ...]
    move: tuple[str, ...]
    plug: tuple[LabLink, ...]
    unplug: tuple[At, ...]
    settle: tuple[Customer, ...]
    leave: tuple[str, ...]
    keep: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether anything is to be done."""
        todo = (self.drop, self.make, self.start, self.move, self.plug, self.unplug)
        return any((*todo, self.settle, self.leave))


def growth(
    wanted: Topology,
    entries: Mapping[str, Mapping[str, Any]],
    present: Present,
    stale: frozenset[str] = frozenset(),
) -> Growth:
    """From what is `present` to what is `wanted`, whose nodes `entries` define.

    `stale` are nodes whose files have changed. A vendor's own image counts its ports when it
    starts, so one whose links change is made again.
    """
    nodes = {node.name: node for node in (*wanted.nodes, wanted.customers_node)}
    again = {name for name in nodes if _again(nodes[name], entries, present, stale)}
    again |= set(_fixed(wanted, present, again))
    here = present.boxes.keys() & nodes.keys()
    keep = here - again
    alive = {name for name in keep if present.boxes[name].state == RUNNING}
    plug, unplug = _links(wanted, present, alive)
    return Growth(
        drop=tuple(sorted((present.boxes.keys() - nodes.keys()) | (here & again))),
        make=tuple(sorted(nodes.keys() - keep)),
        start=tuple(sorted(keep - alive)),
        move=tuple(sorted(name for name in alive if _elsewhere(nodes[name], present))),
        plug=plug,
        unplug=unplug,
        settle=tuple(_unsettled(wanted, present, alive, plug)),
        leave=_left(wanted, present, alive),
        keep=tuple(sorted(alive)),
    )


def missing(topology: Topology, present: Present) -> list[str]:
    """What of a lab that should be there is not, a sentence each; nothing of one that is whole."""
    nodes = (*topology.nodes, topology.customers_node)
    states = {name: box.state for name, box in present.boxes.items()}
    gone = {node.name for node in nodes if states.get(node.name) != RUNNING}
    said = [f"node {name} {_how(states.get(name))}" for name in sorted(gone)]
    said += [
        f"link {link.id} is not there"
        for link in topology.links
        if not {link.a.node, link.b.node} & gone and not present.intact(link)
    ]
    if topology.customers_node.name not in gone:
        said += [
            f"customer {each.name} is not there"
            for each in topology.customers
            if each.name not in present.spaces
        ]
    more = sorted(states.keys() - {node.name for node in nodes})
    return said + [f"node {name} is there and not in the lab's record" for name in more]


def kept(old: Topology, wanted: Topology, todo: Growth) -> Topology:
    """What of the `old` lab is there for sure while it becomes the `wanted` one."""
    nodes = tuple(node for node in wanted.nodes if node.name in todo.keep)
    touched = {link.id for link in todo.plug}
    links = tuple(each for each in wanted.links if each.id not in touched)
    ids = {link.id for link in links}
    before = {each.name for each in old.customers}
    moving = {each.name for each in todo.settle}
    return Topology(
        name=old.name,
        management=old.management,
        nodes=nodes,
        links=tuple(link for link in old.links if link.id in ids),
        customers_node=wanted.customers_node,
        customers=tuple(
            each for each in wanted.customers if each.name in before and each.name not in moving
        ),
    )


def words(old: Topology, wanted: Topology, todo: Growth) -> str:
    """What will be done, for people. A customer stands for its link too."""
    before, after = _names(old), _names(wanted)
    made = [name for name in todo.make if name not in todo.drop]
    again = [name for name in todo.make if name in todo.drop]
    plugged = _wires(wanted, todo.plug)
    settled = [each.name for each in todo.settle]
    known, customers = _wires(old, old.links), {each.name for each in old.customers}
    added = (
        _some("node", [name for name in made if name not in before]),
        _count("link", [each for each in plugged if each not in known]),
        _count("customer", [each for each in settled if each not in customers]),
    )
    back = (
        _some("node", [name for name in (*made, *todo.start) if name in before]),
        _count("link", [each for each in plugged if each in known]),
        _count("customer", [each for each in settled if each in customers]),
    )
    removed = (
        _some("node", [name for name in todo.drop if name not in after]),
        _count("link", known - _wires(wanted, wanted.links)),
        _count("customer", customers - {each.name for each in wanted.customers}),
    )
    parts = [
        _listed("add", added),
        _listed("remove", removed),
        _listed("make again from clean", (_some("node", again),)),
        _listed("set or put back", back),
        _listed("give another management address to", (_some("node", todo.move),)),
    ]
    done = "; ".join(part for part in parts if part) or "tidy up"
    return f"{done}; {_count('node', todo.keep) or 'no node'} {_verb(todo.keep)} running"


def _again(
    node: LabNode,
    entries: Mapping[str, Mapping[str, Any]],
    present: Present,
    stale: frozenset[str],
) -> bool:
    """Whether a container that is there is none that can be kept."""
    box = present.boxes.get(node.name)
    if box is None:
        return False
    was, now = dict(present.entries.get(node.name, {})), dict(entries[node.name])
    if box.state == RUNNING:
        was.pop(ADDRESS, None)
        now.pop(ADDRESS, None)
    return was != now or node.name in stale or box.state not in (RUNNING, STOPPED)


def _fixed(wanted: Topology, present: Present, again: Iterable[str]) -> Iterator[str]:
    """The vendors' own images that run and whose links change."""
    others = set(again)
    alive = {
        name for name, box in present.boxes.items() if box.state == RUNNING and name not in others
    }
    plug, unplug = _links(wanted, present, alive)
    touched = {end.node for link in plug for end in (link.a, link.b)}
    touched |= {node for node, _ in unplug}
    yield from (name for name in wanted.vendors if name in touched and name in alive)


def _links(
    wanted: Topology, present: Present, alive: Iterable[str]
) -> tuple[tuple[LabLink, ...], tuple[At, ...]]:
    """The links to be made, and the ends on nodes that stay which are no wanted link's."""
    here = set(alive)
    good = {
        link.id: link
        for link in wanted.links
        if {link.a.node, link.b.node} <= here and present.intact(link)
    }
    used = {(end.node, end.interface) for link in good.values() for end in (link.a, link.b)}
    plug = tuple(link for link in wanted.links if link.id not in good)
    return plug, tuple(sorted(at for at in present.ends if at[0] in here and at not in used))


def _elsewhere(node: LabNode, present: Present) -> bool:
    return present.boxes[node.name].address != str(node.management)


def _unsettled(
    wanted: Topology, present: Present, alive: Iterable[str], plug: Iterable[LabLink]
) -> Iterator[Customer]:
    inside = wanted.customers_node.name
    loose = {end.interface for link in plug for end in (link.a, link.b) if end.node == inside}
    for each in wanted.customers:
        space = present.spaces.get(each.name) if inside in set(alive) else None
        as_wanted = (
            space is not None
            and space.interface == each.interface
            and space.addresses == {str(each.ipv4), str(each.ipv6)}
            and space.gateways == {each.ipv4_gateway, each.ipv6_gateway}
        )
        if not as_wanted or each.interface in loose:
            yield each


def _left(wanted: Topology, present: Present, alive: Iterable[str]) -> tuple[str, ...]:
    if wanted.customers_node.name not in set(alive):
        return ()
    return tuple(sorted(present.spaces.keys() - {each.name for each in wanted.customers}))


def _names(topology: Topology) -> set[str]:
    return {node.name for node in (*topology.nodes, topology.customers_node)}


def _wires(topology: Topology, links: Iterable[LabLink]) -> set[str]:
    """The ids of links between routers."""
    inside = topology.customers_node.name
    return {link.id for link in links if inside not in (link.a.node, link.b.node)}


def _how(state: str | None) -> str:
    return "is not there" if state is None else f"does not run: {state}"


def _verb(names: Iterable[str]) -> str:
    return "keeps" if len(set(names)) == 1 else "keep"


def _count(noun: str, names: Iterable[str]) -> str:
    number = len(set(names))
    return amount(number, noun) if number else ""


def _some(noun: str, names: Iterable[str]) -> str:
    listed = sorted(set(names))
    return f"{_count(noun, listed)} ({', '.join(listed)})" if listed else ""


def _listed(verb: str, parts: Iterable[str]) -> str:
    some = [part for part in parts if part]
    return f"{verb} {', '.join(some)}" if some else ""
