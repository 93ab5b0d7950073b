"""Nornir connection plugins: a driver, or a shell, for each host of a `CityInventory`.

`host.get_connection("citynet", nornir.config)` gives the device's `Driver`,
`"citynet_shell"` a `Shell`. Neither needs a host name or a password: how to log in comes with
the inventory, and connecting happens when the connection is first used.
"""

from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar

from nornir.core import Nornir
from nornir.core.configuration import Config

from citynet.deploy.driver import Driver, UnreachableError
from citynet.errors import CitynetError
from citynet.fleet.shell import Shell
from citynet.fleet.target import Target

Session = TypeVar("Session", Driver, Shell)
DRIVER = "citynet"
"""The name of the connection that is a `Driver`."""
TARGET = "target"
"""The key of the extras of a connection that holds the `Target`."""


def _target(hostname: str | None, extras: dict[str, Any] | None) -> Target:
    target = (extras or {}).get(TARGET)
    if isinstance(target, Target):
        return target
    if extras and "reason" in extras:
        raise UnreachableError(str(extras["reason"]))
    raise CitynetError(f"{hostname or 'a host'} did not come from CityInventory")


def notes_of(fleet: Nornir, name: str) -> dict[str, object]:
    """What drivers of a host leave to each other; empty, and lost, where it has no target."""
    host = fleet.inventory.hosts.get(name)
    options = host.connection_options.get(DRIVER) if host else None
    target = (options.extras or {}).get(TARGET) if options else None
    return target.notes if isinstance(target, Target) else {}


class _Connection(ABC, Generic[Session]):
    """A session as a Nornir connection; what kind of session is said by `_make`."""

    def __init__(self) -> None:
        self._session: Session | None = None

    @abstractmethod
    def _make(self, target: Target) -> Session: ...

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
        """Make the session to the host's target."""
        self._session = self._make(_target(hostname, extras))

    def close(self) -> None:
        """End the session."""
        if self._session is not None:
            self._session.close()

    @property
    def connection(self) -> Session:
        """The session."""
        if self._session is None:
            raise CitynetError("the connection is not open")
        return self._session


class DriverConnection(_Connection[Driver]):
    """A `Driver` as a Nornir connection: the one that the device's platform names."""

    def _make(self, target: Target) -> Driver:
        return target.driver()


class ShellConnection(_Connection[Shell]):
    """A `Shell` as a Nornir connection."""

    def _make(self, target: Target) -> Shell:
        return target.shell()
