"""A lock on the device that ends with the session that holds it.

sshd ends a session whose client is silent, where it is told to (`ClientAliveInterval`): the lock
of a machine that died is free within a minute then.
"""

import shlex
from collections.abc import Callable
from datetime import UTC, datetime

from citynet.deploy.driver import DeviceError, Refusal, Refused
from citynet.fleet.shell import Held, Shell

FILE = "/run/citynet.lock"
LONGEST = 2 * 86400
"""Seconds after which the lock ends by itself, should the device never see the session end.

A run holds it for as long as `--confirm-within` may be, which is a day, and for what it takes to
get that far.
"""
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
        """Whether this session took it and has it still."""
        return self._held is not None and not self._held.ended()

    def assure(self) -> None:
        """Raise `DeviceError` where this session took it and has lost it since."""
        if self._held is not None and not self.held:
            raise DeviceError(f"{self._device}: the lock has ended, and may be somebody else's now")

    def take(self, shell: Callable[[], Shell], owner: str) -> None:
        """Raise `Refused` saying who holds it and since when. One that has ended is taken anew."""
        if self.held:
            return
        self.drop()
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
