"""Whether the lab that runs is the one that the inventory describes by now."""

from collections.abc import Collection, Iterator

from citynet.lab.topology import LabLink, Topology


def behind(lab: Topology, wanted: Topology, only: Collection[str] | None = None) -> list[str]:
    """What the lab has not got of what is wanted, or has otherwise; a few words each.

    `only` are the nodes that matter, unless all do; then a customer stands for its link.
    """
    here = {node.name for node in (*lab.nodes, lab.customers_node)}
    nodes = [node.name for node in wanted.nodes if only is None or node.name in only]
    found = [f"node {name}" for name in nodes if name not in here]
    links = {_wire(link) for link in lab.links}
    found += [
        f"link {link.id}"
        for link in wanted.links
        if _wire(link) not in links and _matters(link, here, only)
        if only is not None or wanted.customers_node.name not in (link.a.node, link.b.node)
    ]
    if only is None:
        found += [f"customer {name}" for name in _customers(lab, wanted)]
    return found


def has_changed(lab: str, how: str) -> str:
    """The sentence for a person; `how` says in what the lab is not as the inventory."""
    return (
        f"lab {lab} {how}: the inventory has changed since the lab was brought up; "
        "`citynet lab up` with it changes the lab, and `citynet deploy` what runs in it"
    )


def beyond(lab: Topology, wanted: Topology) -> list[str]:
    """The routers that the lab has and the inventory no longer."""
    return sorted({node.name for node in lab.nodes} - {node.name for node in wanted.nodes})


def _wire(link: LabLink) -> frozenset[tuple[str, str]]:
    return frozenset((end.node, end.interface) for end in (link.a, link.b))


def _matters(link: LabLink, here: Collection[str], only: Collection[str] | None) -> bool:
    """A link of a node that is not there is not worth a word of its own."""
    ends = {link.a.node, link.b.node}
    return ends <= set(here) and (only is None or not ends.isdisjoint(only))


def _customers(lab: Topology, wanted: Topology) -> Iterator[str]:
    there = set(lab.customers)
    nodes = {node.name for node in lab.nodes}
    behind_of = {
        end.interface: {link.a.node, link.b.node}
        for link in wanted.links
        for end in (link.a, link.b)
        if end.node == wanted.customers_node.name
    }
    for each in wanted.customers:
        routers = behind_of.get(each.interface, set()) - {wanted.customers_node.name}
        if each not in there and routers <= nodes:
            yield each.name
