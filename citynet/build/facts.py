"""The facts of every device: vendor-neutral, frozen, one value per role that applies."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from citynet.build.context import Context
from citynet.build.role import Role, RoleOptions
from citynet.errors import InventoryError, KeyPath, Problem
from citynet.text import nearest


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """One device: its name, platform, domain and, by role, what it must be."""

    name: str
    platform: str
    domain: str
    roles: Mapping[str, object]


def _places(context: Context) -> Iterator[tuple[KeyPath, Mapping[str, Mapping[str, object]]]]:
    """Every place that may set options: the city, each domain, each node."""
    city = context.city
    yield ("city", "options"), city.city.options
    for name, domain in city.domains.items():
        yield ("domains", name, "options"), domain.options
    for name, node in city.nodes.items():
        if node.options:
            yield ("nodes", name, "options"), node.options


def _option_problems(roles: Sequence[Role], context: Context) -> Iterator[Problem]:
    known = {role.name: role for role in roles}
    for path, options in _places(context):
        for name, values in options.items():
            role = known.get(name)
            if role is None:
                what = f"no role is called {name!r}"
                yield Problem(what, (*path, name), "a role", nearest(name, known))
                continue
            yield from _value_problems(role, values, (*path, name))


def _value_problems(role: Role, values: Mapping[str, object], path: KeyPath) -> Iterator[Problem]:
    try:
        role.options.model_validate(values)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            place = (*path, *each["loc"])
            if each["type"] == "extra_forbidden":
                name = str(each["loc"][-1])
                hint = nearest(name, role.options.model_fields)
                yield Problem(f"role {role.name} has no option {name!r}", place, hint=hint)
            else:
                yield Problem(f"{'.'.join(map(str, each['loc']))}: {each['msg']}", place)


class _OptionTable:
    """The options of a role on a node: city, then domain, then node; made once per distinct set."""

    def __init__(self, role: Role, context: Context) -> None:
        self._role = role
        self._city = context.city
        self._domains = {
            name: self._make(domain.options) for name, domain in context.city.domains.items()
        }

    def _make(self, *levels: Mapping[str, Mapping[str, object]]) -> RoleOptions:
        merged: dict[str, object] = {}
        for level in (self._city.city.options, *levels):
            merged |= level.get(self._role.name, {})
        return self._role.options.model_validate(merged)

    def of(self, name: str) -> RoleOptions:
        node = self._city.nodes[name]
        if self._role.name not in node.options:
            return self._domains[node.domain]
        return self._make(self._city.domains[node.domain].options, node.options)


def _device(
    context: Context, name: str, tables: Sequence[tuple[Role, _OptionTable]]
) -> DeviceFacts:
    node = context.city.nodes[name]
    found: dict[str, object] = {}
    for role, table in tables:
        facts = role.build(context, name, table.of(name))
        if facts is not None:
            found[role.name] = facts
    platform = node.platform or context.city.city.platform
    return DeviceFacts(name, platform, node.domain, found)


def build_facts(context: Context, roles: Sequence[Role]) -> dict[str, DeviceFacts]:
    """The facts of every device, by name, in the order of names.

    `roles` are in the order in which they build on each other. Raises `InventoryError` for
    options that no role has or that a role refuses.
    """
    problems = list(_option_problems(roles, context))
    if problems:
        raise InventoryError(problems)
    tables = [(role, _OptionTable(role, context)) for role in roles]
    return {name: _device(context, name, tables) for name in sorted(context.city.nodes)}
