"""A device's own command line, over netmiko, to look and not to touch.

What such a device runs is changed over NETCONF alone, in a transaction; here only what its
platform says is reading is ever typed.
"""

from functools import partial

from netmiko import ConnectHandler
from netmiko.base_connection import BaseConnection
from netmiko.exceptions import ReadException, ReadTimeout

from citynet.deploy.driver import DeviceError, UnreachableError
from citynet.fleet.jump import Tunnel
from citynet.fleet.shell import Held, Output
from citynet.fleet.ssh import log_in
from citynet.lab.host import NodeAccess
from citynet.render.platform import CommandLine
from citynet.text import listed


def open_prompt(
    device: str, access: NodeAccess, tunnel: Tunnel | None, cli: CommandLine
) -> "PromptShell":
    """Log in to a device's command line. Raises `DeviceError`."""

    def make(**parameters: object) -> BaseConnection:
        made: BaseConnection = ConnectHandler(**parameters | {"device_type": cli.netmiko})
        return made

    try:
        connection = log_in(make, device, access, tunnel)
    except ReadException as error:
        raise UnreachableError(f"{device}: no prompt of {cli.netmiko}: {_first(error)}") from error
    return PromptShell(device, connection, tunnel, cli)


class PromptShell:
    """Implements `Shell` where there is a prompt: one command at a time, and no exit status."""

    def __init__(
        self, device: str, connection: BaseConnection, tunnel: Tunnel | None, cli: CommandLine
    ) -> None:
        self._device = device
        self._connection = connection
        self._leave = partial(_leave, connection, tunnel)
        self._cli = cli
        self._closed = False

    def run(self, command: str, *, stdin: str | None = None, timeout: float = 30.0) -> Output:
        """Type a command that reads; status 1 where the device says that it is none."""
        if stdin or not _reads(command, self._cli):
            raise DeviceError(
                f"{self._device}: `{command.strip()}` is not typed there: one line that begins "
                f"with {listed(self._cli.reads)} is, and what changes goes over NETCONF"
            )
        try:
            text = str(self._connection.send_command(command.strip(), read_timeout=timeout))
        except ReadTimeout as error:
            what = f"`{command.strip()}` did not end within {timeout:.0f} s"
            raise DeviceError(f"{self._device}: {what}") from error
        except (OSError, EOFError, ReadException) as error:
            raise UnreachableError(f"{self._device}: the session was lost: {error}") from error
        refused = text.lstrip(" ^\r\n").startswith(self._cli.refused)
        return Output(text, "", int(refused))

    def hold(self, command: str, *, until: str, timeout: float = 30.0) -> Held | Output:
        """Nothing is left running at a prompt. Raises `DeviceError`."""
        raise DeviceError(f"{self._device}: its command line runs one command at a time")

    def close(self) -> None:
        """End the session; harmless when it has ended."""
        if not self._closed:
            self._closed = True
            self._leave()


def _reads(command: str, cli: CommandLine) -> bool:
    """Whether a command only reads: both vendors' `>` writes files."""
    if len(command.splitlines()) != 1 or not command.split():
        return False
    return command.split(maxsplit=1)[0] in cli.reads and not {*">;"} & {*command}


def _leave(connection: BaseConnection, tunnel: Tunnel | None) -> None:
    connection.disconnect()
    if tunnel is not None:
        tunnel.leave()


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
