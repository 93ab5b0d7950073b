"""NAPALM's arguments as a session: netmiko's options, with host keys verified unless told not."""

import getpass
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import paramiko
from napalm.base.netmiko_helpers import netmiko_args

from citynet.deploy.driver import UnreachableError
from citynet.fleet.shell import Shell
from citynet.fleet.ssh import ExecSSH, SshShell


class DeniedError(UnreachableError):
    """The router is there and lets nobody in with what it was shown."""


class Session:
    """Logs in with NAPALM's arguments when it is first needed. Implements `Reachable`."""

    def __init__(
        self,
        hostname: str,
        username: str,
        password: str,
        timeout: float,
        options: Mapping[str, Any],
    ) -> None:
        self.name = hostname
        self._username = username
        self._password = password
        self._timeout = timeout
        self._options = dict(options)
        self._shell: Shell | None = None

    @property
    def opened(self) -> bool:
        """Whether there is a session."""
        return self._shell is not None

    @property
    def username(self) -> str:
        """Who logs in: as asked, as the SSH configuration says, or who runs this."""
        return self._username or str(self._said().get("user", "")) or getpass.getuser()

    def shell(self) -> Shell:
        """The session. Raises `UnreachableError` saying what is wrong."""
        if self._shell is None:
            try:
                self._shell = SshShell(self.name, ExecSSH(**self.parameters()), None)
            except paramiko.AuthenticationException as error:
                what = f"{self.name} does not accept {self.username}: {error}"
                raise DeniedError(what) from error
            except (OSError, EOFError, paramiko.SSHException, ValueError) as error:
                raise UnreachableError(f"{self.name}{_explained(error)}") from error
        return self._shell

    def close(self) -> None:
        """End the session."""
        shell, self._shell = self._shell, None
        if shell is not None:
            shell.close()

    def parameters(self) -> dict[str, Any]:
        """What netmiko is called with."""
        found: dict[str, Any] = {
            "device_type": "linux",
            "host": self.name,
            "username": self.username,
            "password": self._password or None,
            "use_keys": not self._password,
            "allow_agent": not self._password,
            "ssh_strict": True,
            "system_host_keys": True,
            "conn_timeout": self._timeout,
            "banner_timeout": self._timeout,
            "auth_timeout": self._timeout,
        }
        found |= self._known_hosts() | self._identity()
        found.update(netmiko_args(self._options))
        return found

    def _known_hosts(self) -> dict[str, Any]:
        """`UserKnownHostsFile` of the SSH configuration, which netmiko does not look for."""
        said = re.findall(r'"([^"]+)"|(\S+)', self._said().get("userknownhostsfile", ""))
        files = [a or b for a, b in said] + [str(self._options.get("alt_key_file", ""))]
        found = next((each for each in reversed(files) if each), "")
        instead = {"alt_host_keys": True, "alt_key_file": found, "system_host_keys": False}
        return instead if found else {}

    def _identity(self) -> dict[str, Any]:
        """`IdentityFile` of the SSH configuration, nor does it for this; no other key is tried."""
        said = [each.strip('"') for each in self._said().get("identityfile", ())]
        found = self._options.get("key_file") or next(filter(os.path.isfile, said), None)
        return {"key_file": found, "use_keys": True, "allow_agent": False} if found else {}

    def _said(self) -> Mapping[str, Any]:
        """What the SSH configuration says of the router; nothing where there is none."""
        file = self._options.get("ssh_config_file")
        path = Path(os.path.expanduser(str(file))) if file else None  # noqa: PTH111 - `~user` too
        if path is None or not path.is_file():
            return {}
        try:
            return paramiko.SSHConfig.from_path(str(path)).lookup(self.name)
        except (paramiko.ConfigParseError, OSError) as error:
            raise UnreachableError(f"{path} cannot be read: {error}") from error


def _explained(error: Exception) -> str:
    if isinstance(error, paramiko.BadHostKeyException):
        return (
            "'s host key is not the known one; it is another machine, or its key was changed "
            f"(known: {error.expected_key.fingerprint}, shown: {error.key.fingerprint})"
        )
    if "not found in known_hosts" in str(error):
        return "'s host key is not known; say where it is by `alt_key_file` or `ssh_config_file`"
    return f" is unreachable: {error or type(error).__name__}"
