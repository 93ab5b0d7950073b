"""The facts of every device: vendor-neutral, frozen, one value per role that applies."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from pydantic import ValidationError

from citynet.build.context import Context
from citynet.build.role import Role, RoleOptions
from citynet.errors import InventoryError, KeyPath, Problem
from citynet.model import Device, DeviceKind, Options, devices
from citynet.text import nearest

_WHAT = {DeviceKind.ROUTER: " router", DeviceKind.OPTICAL: "n optical node", None: "nything"}


class DeviceFacts(Struct, frozen=True):
    """One device: its name, platform, domain and, by role, what it must be.

    `domain` is None for optical equipment; `origin` is where the inventory has the device.
    """

    name: str
    platform: str
    domain: str | None
    roles: Mapping[str, object]
    origin: KeyPath


Place = tuple[KeyPath, Options, DeviceKind | None]
"""Where options are set, what they are, and the one kind of device that they are for."""


def _places(context: Context) -> Iterator[Place]:
    """Every place that may set options: the city, each domain, each device."""
    city = context.city
    yield ("city", "options"), city.city.options, None
    for name, domain in city.domains.items():
        yield ("domains", name, "options"), domain.options, DeviceKind.ROUTER
    for device in devices(city):
        if device.options:
            yield (*device.origin, "options"), device.options, device.kind


def _option_problems(roles: Sequence[Role], context: Context) -> Iterator[Problem]:
    known = {role.name: role for role in roles}
    for path, options, kind in _places(context):
        fit = [role.name for role in roles if kind in (None, role.kind)]
        for name, values in options.items():
            role = known.get(name)
            if role is None:
                what = f"no role is called {name!r}"
                yield Problem(what, (*path, name), "a role", nearest(name, fit))
            elif name not in fit:
                what = f"role {name} is not for a{_WHAT[kind]}"
                yield Problem(what, (*path, name), f"one of {', '.join(fit)}")
            else:
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
    """The options of a role on a device: city, then domain, then device.

    They are made once per distinct set.
    """

    def __init__(self, role: Role, context: Context) -> None:
        self._role = role
        self._city = context.city
        self._domains = {
            name: self._make(domain.options) for name, domain in context.city.domains.items()
        }
        self._outside = self._make()

    def _make(self, *levels: Mapping[str, Mapping[str, object]]) -> RoleOptions:
        merged: dict[str, object] = {}
        for level in (self._city.city.options, *levels):
            merged |= level.get(self._role.name, {})
        return self._role.options.model_validate(merged)

    def of(self, device: Device) -> RoleOptions:
        if self._role.name in device.options:
            domain = self._city.domains[device.domain].options if device.domain else {}
            return self._make(domain, device.options)
        return self._domains[device.domain] if device.domain else self._outside


def _device(
    context: Context, device: Device, tables: Sequence[tuple[Role, _OptionTable]]
) -> DeviceFacts:
    found: dict[str, object] = {}
    for role, table in tables:
        if role.kind is not device.kind:
            continue
        facts = role.build(context, device.name, table.of(device))
        if facts is not None:
            found[role.name] = facts
    return DeviceFacts(device.name, device.platform, device.domain, found, device.origin)


def build_facts(context: Context, roles: Sequence[Role]) -> dict[str, DeviceFacts]:
    """The facts of every device, by name, in the order of names.

    `roles` are in the order in which they build on each other. Raises `InventoryError` for
    options that no role has or that a role refuses.
    """
    problems = list(_option_problems(roles, context))
    if problems:
        raise InventoryError(problems)
    tables = [(role, _OptionTable(role, context)) for role in roles]
    return {each.name: _device(context, each, tables) for each in devices(context.city)}
