"""How a running network is reached: sessions, customers' namespaces, readers by node."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self, TypeVar

from citynet.deploy.driver import DeviceError
from citynet.fleet.shell import Output, Shell
from citynet.netconf.reply import Reply
from citynet.verify.observe import NotObservedError
from citynet.verify.reader import AnyReader


class Closing(Protocol):
    """A session of either kind."""

    def close(self) -> None:
        """End it."""
        ...


class Telling(Closing, Protocol):
    """A session in which a device's models are asked (`citynet.verify.asking.Asking`)."""

    made_up: bool
    """Whether the device says that what it tells is made up."""

    def get(self, filters: Sequence[str], timeout: float) -> list[Reply]:
        """The answers in order. Raises `DeviceError`."""
        ...


OpenShell = Callable[[str], Shell]
OpenModels = Callable[[str], Telling]
Session = TypeVar("Session", bound=Closing)


def _tells_nothing(device: str) -> Telling:
    raise DeviceError(f"{device}: there is no way to its models")


@dataclass(frozen=True, slots=True)
class Network:
    """A running network as verify needs it.

    `customers` is the device all customers are on, `spaces` the network namespace of each
    (`vpn/endpoint`) there. `management` is each node's management address, where known. `at_once`:
    devices that are read at the same time. `ports`: by node, its own name of a port -> the plan's,
    where they differ.
    """

    open_shell: OpenShell
    readers: Mapping[str, AnyReader]
    customers: str
    spaces: Mapping[str, str]
    management: Mapping[str, str]
    at_once: int = 32
    open_models: OpenModels = _tells_nothing
    ports: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class Sessions:
    """One session a device, opened when first used and held until the end.

    `made_up` are the devices that have said that what they tell is made up.
    """

    def __init__(self, open_shell: OpenShell, open_models: OpenModels = _tells_nothing) -> None:
        self._open = open_shell
        self._open_models = open_models
        self._shells: dict[str, Shell] = {}
        self._models: dict[str, Telling] = {}
        self._lock = threading.Lock()
        self.made_up: frozenset[str] = frozenset()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, device: str, command: str, stdin: str | None, timeout: float) -> Output:
        """Run a command for `timeout` seconds at most; a session that broke is forgotten.

        Raises `NotObservedError`.
        """
        try:
            shell = self._session(device, self._shells, self._open)
            return shell.run(command, stdin=stdin, timeout=timeout)
        except (DeviceError, OSError, KeyError) as error:
            self._forget(device)
            raise NotObservedError(str(error)) from error

    def ask(self, device: str, filters: Sequence[str], timeout: float) -> list[Reply]:
        """What a device's models say to subtree filters; as `run`. Raises `NotObservedError`."""
        try:
            told = self._session(device, self._models, self._open_models)
            if told.made_up:
                with self._lock:
                    self.made_up |= {device}
            return told.get(filters, timeout)
        except (DeviceError, OSError, KeyError) as error:
            self._forget(device)
            raise NotObservedError(str(error)) from error

    def _session(
        self, device: str, held: dict[str, Session], opening: Callable[[str], Session]
    ) -> Session:
        found = held.get(device)
        if found is None:
            found = opening(device)
            with self._lock:
                held[device] = found
        return found

    def _forget(self, device: str) -> None:
        with self._lock:
            ended = [self._shells.pop(device, None), self._models.pop(device, None)]
        for each in ended:
            if each is not None:
                each.close()

    def close(self) -> None:
        """End all sessions."""
        for device in [*self._shells, *self._models]:
            self._forget(device)
