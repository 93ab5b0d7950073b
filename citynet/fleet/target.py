"""One device as the fleet reaches it, and the driver that its platform names."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from citynet.deploy.driver import Driver
from citynet.errors import CitynetError
from citynet.fleet.jump import Tunnel
from citynet.fleet.shell import Shell
from citynet.lab.host import NodeAccess
from citynet.render.platform import Platform, part


class Reachable(Protocol):
    """What a driver is made from. NETCONF drivers take `access`, Linux drivers a shell."""

    @property
    def name(self) -> str:
        """The device's name."""
        ...

    def shell(self) -> Shell:
        """Log in. Raises `DeviceError`."""
        ...


DriverFactory = Callable[[Reachable], Driver]
"""What `Platform.driver` names: called with the device, connects when it is first needed."""


@dataclass(frozen=True)
class Target:
    """A device, how to log in to it, and what its platform is.

    `notes` are what one driver leaves to the next: it lives as long as the fleet, they do not.
    """

    name: str
    platform: Platform
    access: NodeAccess
    tunnel: Tunnel | None = None
    notes: dict[str, object] = field(default_factory=dict, compare=False)

    def shell(self) -> Shell:
        """Log in with our key, verifying the device's; to read only where it has no real shell."""
        from citynet.fleet import prompt, ssh  # noqa: PLC0415 - netmiko takes a second

        cli = self.platform.cli
        if cli is None:
            return ssh.open_shell(self.name, self.access, self.tunnel)
        return prompt.open_prompt(self.name, self.access, self.tunnel, cli)

    def driver(self) -> Driver:
        """A driver for this device; it has not connected yet."""
        return driver_factory(self.platform)(self)


def driver_factory(platform: Platform) -> DriverFactory:
    """What makes drivers of a platform. Raises `CitynetError`."""
    factory = part(platform, "driver")
    if not callable(factory):
        raise CitynetError(f"{platform.driver!r} of platform {platform.name} is not a class")
    made: DriverFactory = factory
    return made
