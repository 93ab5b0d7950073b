"""How a running network is reached: sessions, customers' namespaces, readers by node."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from citynet.deploy.driver import DeviceError
from citynet.fleet.shell import Output, Shell
from citynet.verify.observe import NotObservedError
from citynet.verify.reader import Reader

OpenShell = Callable[[str], Shell]


@dataclass(frozen=True, slots=True)
class Network:
    """A running network as verify needs it.

    `customers` is the device all customers are on, `spaces` the network namespace of each
    (`vpn/endpoint`) there. `management` is each node's management address, where known. `at_once`:
    devices that are read at the same time.
    """

    open_shell: OpenShell
    readers: Mapping[str, Reader]
    customers: str
    spaces: Mapping[str, str]
    management: Mapping[str, str]
    at_once: int = 32


class Sessions:
    """One session a device, opened when first used and held until the end."""

    def __init__(self, open_shell: OpenShell) -> None:
        self._open = open_shell
        self._shells: dict[str, Shell] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, device: str, command: str, stdin: str | None, timeout: float) -> Output:
        """Run a command for `timeout` seconds at most; a session that broke is forgotten.

        Raises `NotObservedError`.
        """
        try:
            shell = self._shells.get(device)
            if shell is None:
                shell = self._open(device)
                with self._lock:
                    self._shells[device] = shell
            return shell.run(command, stdin=stdin, timeout=timeout)
        except (DeviceError, OSError, KeyError) as error:
            self._forget(device)
            raise NotObservedError(str(error)) from error

    def _forget(self, device: str) -> None:
        with self._lock:
            shell = self._shells.pop(device, None)
        if shell is not None:
            shell.close()

    def close(self) -> None:
        """End all sessions."""
        for device in list(self._shells):
            self._forget(device)
