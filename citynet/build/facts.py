"""The facts of every device: vendor-neutral, frozen, one value per role that applies."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from citynet.build.context import Context
from citynet.build.options import OptionTable, option_problems
from citynet.build.role import Role
from citynet.errors import InventoryError, KeyPath
from citynet.model import Device, devices


class DeviceFacts(Struct, frozen=True):
    """One device: its name, platform, domain and, by role, what it must be.

    `domain` is None for optical equipment; `origin` is where the inventory has the device.
    """

    name: str
    platform: str
    domain: str | None
    roles: Mapping[str, object]
    origin: KeyPath


def _device(
    context: Context, device: Device, tables: Sequence[tuple[Role, OptionTable]]
) -> DeviceFacts:
    found: dict[str, object] = {}
    for role, table in tables:
        if role.kind is not device.kind:
            continue
        options = table.of(device)
        facts = options and role.build(context, device.name, options)
        if facts is not None:
            found[role.name] = facts
    return DeviceFacts(device.name, device.platform, device.domain, found, device.origin)


def sound_facts(context: Context, roles: Sequence[Role]) -> dict[str, DeviceFacts]:
    """The facts of every device, by name, in the order of names.

    `roles` are in the order in which they build on each other. A role is left out of a device
    where its options have a mistake in them, which `option_problems` tells.
    """
    tables = [(role, OptionTable(role, context.city)) for role in roles]
    return {each.name: _device(context, each, tables) for each in devices(context.city)}


def build_facts(context: Context, roles: Sequence[Role]) -> dict[str, DeviceFacts]:
    """The facts of every device, where no option is wrong. Raises `InventoryError` for those."""
    problems = list(option_problems(roles, context.city))
    if problems:
        raise InventoryError(problems)
    return sound_facts(context, roles)
