"""Nornir connection plugins: a driver, or a shell, for each host of a `CityInventory`.

`host.get_connection("citynet", nornir.config)` gives the device's `Driver`,
`"citynet_shell"` a `Shell`. Neither needs a host name or a password: how to log in comes with
the inventory, and connecting happens when the connection is first used.
"""

from typing import Any

from nornir.core.configuration import Config

from citynet.deploy.driver import Driver, UnreachableError
from citynet.errors import CitynetError
from citynet.fleet.shell import Shell
from citynet.fleet.target import Target

TARGET = "target"
"""The key of the extras of a connection that holds the `Target`."""


def _target(hostname: str | None, extras: dict[str, Any] | None) -> Target:
    target = (extras or {}).get(TARGET)
    if isinstance(target, Target):
        return target
    if extras and "reason" in extras:
        raise UnreachableError(str(extras["reason"]))
    raise CitynetError(f"{hostname or 'a host'} did not come from CityInventory")


class DriverConnection:
    """A `Driver` as a Nornir connection."""

    def __init__(self) -> None:
        self._driver: Driver | None = None

    def open(  # noqa: PLR0917 - Nornir's signature
        self,
        hostname: str | None,
        username: str | None,
        password: str | None,
        port: int | None,
        platform: str | None,
        extras: dict[str, Any] | None = None,
        configuration: Config | None = None,
    ) -> None:
        """Make the driver that the device's platform names."""
        self._driver = _target(hostname, extras).driver()

    def close(self) -> None:
        """End the driver's session."""
        if self._driver is not None:
            self._driver.close()

    @property
    def connection(self) -> Driver:
        """The driver."""
        if self._driver is None:
            raise CitynetError("the connection is not open")
        return self._driver


class ShellConnection:
    """A `Shell` as a Nornir connection."""

    def __init__(self) -> None:
        self._shell: Shell | None = None

    def open(  # noqa: PLR0917 - Nornir's signature
        self,
        hostname: str | None,
        username: str | None,
        password: str | None,
        port: int | None,
        platform: str | None,
        extras: dict[str, Any] | None = None,
        configuration: Config | None = None,
    ) -> None:
        """Log in."""
        self._shell = _target(hostname, extras).shell()

    def close(self) -> None:
        """End the session."""
        if self._shell is not None:
            self._shell.close()

    @property
    def connection(self) -> Shell:
        """The shell."""
        if self._shell is None:
            raise CitynetError("the connection is not open")
        return self._shell
