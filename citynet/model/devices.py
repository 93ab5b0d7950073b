"""Everything that is configured: routers, and optical equipment under them."""

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from citynet.errors import KeyPath
from citynet.model.city import City, Options


class DeviceKind(StrEnum):
    """What a role may be for."""

    ROUTER = "router"
    OPTICAL = "optical"


OPTICAL = "optical_platform"
SECTIONS = {DeviceKind.ROUTER: "nodes", DeviceKind.OPTICAL: "optical"}
"""Where an inventory has each kind."""


class Device(Struct, frozen=True):
    """What all devices have. `part` is what it is for: a router's role, an optical node's kind.

    `named_at` is where the inventory says its platform, the city's default if it names none.
    `domain` is None for optical equipment: it carries domains, and is of none.
    """

    name: str
    kind: DeviceKind
    part: str
    platform: str
    named_at: KeyPath
    site: str
    label: str | None
    domain: str | None
    options: Options

    @property
    def origin(self) -> KeyPath:
        """Where the inventory has it."""
        return (SECTIONS[self.kind], self.name)


def device(city: City, name: str) -> Device:
    """One device. Raises `KeyError` if the city has none of that name."""
    header = city.city
    router = city.nodes.get(name)
    if router is not None:
        return Device(
            name=name,
            kind=DeviceKind.ROUTER,
            part=router.role.value,
            platform=router.platform or header.platform,
            named_at=("nodes", name, "platform") if router.platform else ("city", "platform"),
            site=router.site,
            label=router.label,
            domain=router.domain,
            options=router.options,
        )
    optical = city.optical[name]
    return Device(
        name=name,
        kind=DeviceKind.OPTICAL,
        part=optical.kind.value,
        platform=optical.platform or header.optical_platform,
        named_at=("optical", name, "platform") if optical.platform else ("city", OPTICAL),
        site=optical.site,
        label=optical.label,
        domain=None,
        options=optical.options,
    )


def devices(city: City) -> Iterator[Device]:
    """Every device, in the order of names."""
    for name in sorted((*city.nodes, *city.optical)):
        yield device(city, name)
