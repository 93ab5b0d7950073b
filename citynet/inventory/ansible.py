"""The city in the shapes of `ansible-inventory`: `--list`, `--host` and `--graph`.

The first two are also what Ansible asks of an inventory script, so a two-line script that calls
`citynet inventory "$@"` is an Ansible inventory.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from citynet.build.context import Context
from citynet.inventory.groups import groups_of
from citynet.inventory.hosts import any_vars, as_variables
from citynet.model import devices


def members(context: Context) -> dict[str, tuple[str, ...]]:
    """Group -> its devices, both sorted."""
    groups: dict[str, list[str]] = defaultdict(list)
    for each in devices(context.city):
        for group in groups_of(context, each.name):
            groups[group].append(each.name)
    return {group: tuple(groups[group]) for group in sorted(groups)}


def as_list(context: Context) -> dict[str, object]:
    """`_meta.hostvars`, `all.children`, and `hosts` by group."""
    groups = members(context)
    hostvars = {each.name: as_host(context, each.name) for each in devices(context.city)}
    hosts = {group: {"hosts": list(nodes)} for group, nodes in groups.items()}
    return {
        "_meta": {"hostvars": hostvars},
        "all": {"children": ["ungrouped", *groups]},
        **hosts,
    }


def as_host(context: Context, node: str) -> dict[str, object]:
    """The variables of one host. Raises `CitynetError` if the city has no such device."""
    return as_variables(any_vars(context, node))


def _tree(groups: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    yield "@all:"
    yield "  |--@ungrouped:"
    for group, nodes in groups.items():
        yield f"  |--@{group}:"
        yield from (f"  |  |--{node}" for node in nodes)


def as_tree(context: Context) -> dict[str, object]:
    """The same tree as a value, in the shape of an inventory of Ansible that is YAML."""
    groups = {"ungrouped": (), **members(context)}
    children = {group: {"hosts": list(nodes)} for group, nodes in groups.items()}
    return {"all": {"children": children}}


def as_graph(context: Context) -> str:
    """The tree of groups and hosts that `ansible-inventory --graph` prints, without a newline."""
    return "\n".join(_tree(members(context)))
