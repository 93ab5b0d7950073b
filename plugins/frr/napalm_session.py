"""NAPALM's arguments as a session: netmiko's options, with host keys verified unless told not."""

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

_SECRETS = (
    r"^(\s*(?:neighbor \S+ )?password(?: \d)?) \S+(.*)$",
    r"^(\s*enable password(?: \d)?) \S+(.*)$",
    r"^(\s*(?:area-password|domain-password|isis password) (?:clear|md5)) \S+(.*)$",
    r"^(\s*ip(?:v6)? ospf (?:authentication-key|message-digest-key \d+ md5)) \S+(.*)$",
    r"^(\s*key-string) \S+(.*)$",
)
"""FRR's lines that hold a secret: what comes before it, and what after."""


def secret_filters() -> dict[str, str]:
    """Patterns of secrets and what stands in their place."""
    return dict.fromkeys(_SECRETS, r"\1 <removed>\2")


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

    def shell(self) -> Shell:
        """The session. Raises `UnreachableError` saying what is wrong."""
        if self._shell is None:
            try:
                self._shell = SshShell(self.name, ExecSSH(**self.parameters()), None)
            except paramiko.AuthenticationException as error:
                who = f"{self._username}@{self.name}"
                what = f"{self.name} does not accept {who}: {error}"
                raise UnreachableError(what) from error
            except (OSError, EOFError, paramiko.SSHException, ValueError) as error:
                what = f"{self.name} is unreachable: {error or type(error).__name__}"
                raise UnreachableError(what) from error
        return self._shell

    def close(self) -> None:
        """End the session."""
        shell, self._shell = self._shell, None
        if shell is not None:
            shell.close()

    def parameters(self) -> dict[str, Any]:
        """What netmiko is called with."""
        keys = not self._password
        found: dict[str, Any] = {
            "device_type": "linux",
            "host": self.name,
            "username": self._username,
            "password": self._password or None,
            "use_keys": keys or "key_file" in self._options,
            "allow_agent": keys and "key_file" not in self._options,
            "ssh_strict": True,
            "system_host_keys": True,
            "conn_timeout": self._timeout,
            "banner_timeout": self._timeout,
            "auth_timeout": self._timeout,
        }
        known = self._known_hosts()
        if known:
            found |= {"alt_host_keys": True, "alt_key_file": known}
        found.update(netmiko_args(self._options))
        return found

    def _known_hosts(self) -> str:
        """`UserKnownHostsFile` of the SSH configuration, which netmiko does not look for."""
        file = self._options.get("ssh_config_file")
        path = Path(os.path.expanduser(str(file))) if file else None  # noqa: PTH111 - `~user` too
        if path is None or not path.is_file():
            return ""
        try:
            said = paramiko.SSHConfig.from_path(str(path)).lookup(self.name)
        except (paramiko.ConfigParseError, OSError) as error:
            raise UnreachableError(f"{path} cannot be read: {error}") from error
        words = re.findall(r'"([^"]+)"|(\S+)', said.get("userknownhostsfile", ""))
        return next((a or b for a, b in words), "")
