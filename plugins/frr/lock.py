"""A lock on the device that ends with the session that holds it."""

import shlex
from collections.abc import Callable
from datetime import UTC, datetime

from citynet.deploy.driver import DeviceError, Refusal, Refused
from citynet.fleet.shell import Held, Shell

FILE = "/run/citynet.lock"
LONGEST = 3600
"""Seconds after which the lock ends by itself, should the device never see the session end."""
WAIT = 2
"""Seconds to wait for a holder that is just leaving."""
BUSY = 75
_READY = "@@citynet locked"


class Lock:
    """Held by a process on the device that reads the session's channel: no session, no lock."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._held: Held | None = None

    @property
    def held(self) -> bool:
        """Whether this session took it."""
        return self._held is not None

    def take(self, shell: Callable[[], Shell], owner: str) -> None:
        """Raise `Refused` saying who holds it and since when."""
        if self._held is not None:
            return
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        holder = shlex.quote(f"{owner} since {since}")
        command = (
            f"umask 077; exec 9>>{FILE} || exit 74\n"
            f"flock -w {WAIT} 9 || {{ cat {FILE}; exit {BUSY}; }}\n"
            f"echo {holder} >{FILE}; echo '{_READY}'\n"
            f"exec timeout {LONGEST} cat >/dev/null"
        )
        found = shell().hold(command, until=_READY)
        if isinstance(found, Held):
            self._held = found
            return
        if found.status == BUSY:
            message = f"locked by {found.stdout.strip() or 'somebody'}"
            raise Refused(self._device, [Refusal("", None, "", message)])
        raise DeviceError(f"{self._device}: cannot lock: {found.stderr.strip()}")

    def drop(self) -> None:
        """Let go; harmless where nothing is held."""
        held, self._held = self._held, None
        if held is not None:
            held.release()
