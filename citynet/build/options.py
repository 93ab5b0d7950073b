"""Options of roles: what is wrong with them, and what they are on each device."""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import ValidationError

from citynet import schema
from citynet.build.role import Role, RoleOptions
from citynet.errors import KeyPath, Problem
from citynet.load.shape import said_by
from citynet.load.tree import Sources
from citynet.model import City, Device, DeviceKind, Options, devices
from citynet.text import nearest

_WHAT = {DeviceKind.ROUTER: " router", DeviceKind.OPTICAL: "n optical node", None: "nything"}


Place = tuple[KeyPath, Options, DeviceKind | None]
"""Where options are set, what they are, and the one kind of device that they are for."""


def _places(city: City) -> Iterator[Place]:
    """Every place that may set options: the city, each domain, each device."""
    yield ("city", "options"), city.city.options, None
    for name, domain in city.domains.items():
        yield ("domains", name, "options"), domain.options, DeviceKind.ROUTER
    for device in devices(city):
        if device.options:
            yield (*device.origin, "options"), device.options, device.kind


def option_problems(
    roles: Sequence[Role], city: City, sources: Sources | None = None
) -> Iterator[Problem]:
    """Every option that no role has, or that a role refuses, in the words of an inventory."""
    places = sources or Sources()
    known = {role.name: role for role in roles}
    for path, options, kind in _places(city):
        fit = [role.name for role in roles if kind in (None, role.kind)]
        for name, values in options.items():
            role = known.get(name)
            if role is None:
                what = f"no role is called {name!r}"
                yield Problem(
                    what, (*path, name), _one_of(fit), nearest(name, fit), code="unknown-role"
                )
            elif name not in fit:
                what = f"role {name} is not for a{_WHAT[kind]}"
                yield Problem(what, (*path, name), _one_of(fit), code="wrong-kind")
            else:
                yield from _value_problems(role, values, (*path, name), places)


def _one_of(roles: Sequence[str]) -> str:
    return f"one of {', '.join(roles)}"


def _value_problems(
    role: Role, values: Mapping[str, object], path: KeyPath, sources: Sources
) -> Sequence[Problem]:
    try:
        role.options.model_validate(values)
    except ValidationError as error:
        tree = schema.tree_of(role.options)
        return said_by(error, sources, lambda place: tree.at(place[len(path) :]), path)
    return ()


class OptionTable:
    """The options of a role on a device: city, then domain, then device.

    They are made once per distinct set.
    """

    def __init__(self, role: Role, city: City) -> None:
        self._role = role
        self._city = city
        self._domains = {name: self._make(each.options) for name, each in city.domains.items()}
        self._outside = self._make()

    def _make(self, *levels: Mapping[str, Mapping[str, object]]) -> RoleOptions | None:
        merged: dict[str, object] = {}
        for level in (self._city.city.options, *levels):
            merged |= level.get(self._role.name, {})
        try:
            return self._role.options.model_validate(merged)
        except ValidationError:
            return None

    def of(self, device: Device) -> RoleOptions | None:
        """What holds for the role on a device, None where that has a mistake in it."""
        if self._role.name in device.options:
            domain = self._city.domains[device.domain].options if device.domain else {}
            return self._make(domain, device.options)
        return self._domains[device.domain] if device.domain else self._outside
