"""The files with which `ssh -F`, netmiko and a person reach a lab's nodes."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from citynet.lab.host import NodeAccess, SshJump
from citynet.lab.keys import known_host

JUMP = "citynet-lab-host"
EVERYWHERE = {"StrictHostKeyChecking": "yes", "BatchMode": "yes", "LogLevel": "ERROR"}


def known_hosts(nodes: Mapping[str, tuple[str, int]], public: Mapping[str, str]) -> str:
    """Lines of a known_hosts file for nodes (address, port) with these host keys."""
    return "".join(known_host(*nodes[name], public[name]) for name in sorted(nodes))


def config_text(nodes: Mapping[str, NodeAccess], jump: SshJump | None) -> str:
    """An ssh_config(5) in which every node has its name; nothing of the user's is read."""
    blocks = [] if jump is None else [_block(JUMP, _jump_lines(jump))]
    for name, access in sorted(nodes.items()):
        lines = {
            "HostName": access.host,
            "Port": str(access.shell_port or access.port),
            "User": access.username,
            **_identity(access.key_file),
            "UserKnownHostsFile": _quote(access.known_hosts),
        }
        if jump is not None:
            lines["ProxyCommand"] = _through(jump)
        blocks.append(_block(name, lines))
    return "\n".join([*blocks, _block("*", EVERYWHERE)])


def _jump_lines(jump: SshJump) -> dict[str, str]:
    lines = {"HostName": jump.host, "Port": str(jump.port), "User": jump.username}
    return lines | _identity(jump.key_file) | {"UserKnownHostsFile": _quote(jump.known_hosts)}


def _through(jump: SshJump) -> str:
    """A ProxyCommand that does what ProxyJump would.

    ssh hands the name of its own `-F` file to what ProxyJump starts without quoting it, which
    breaks at the first blank. A shell takes this command, after ssh has looked for `%`.
    """
    given = EVERYWHERE | _identity(jump.key_file) | {"UserKnownHostsFile": _quote(jump.known_hosts)}
    options = (word for key, value in given.items() for word in ("-o", f"{key}={value}"))
    words = ["ssh", "-F", "none", *options, "-p", str(jump.port), "-l", jump.username]
    said = shlex.join(words).replace("%", "%%")
    return f"{said} -W '[%h]:%p' {shlex.quote(jump.host)}"


def _identity(key_file: Path | None) -> dict[str, str]:
    """No other key than this one; without one, whatever the user's agent has."""
    if key_file is None:
        return {}
    return {"IdentityFile": _quote(key_file), "IdentitiesOnly": "yes"}


def _block(name: str, lines: Mapping[str, str]) -> str:
    return f"Host {name}\n" + "".join(f"  {key} {value}\n" for key, value in lines.items())


def _quote(path: Path) -> str:
    """As ssh_config(5) takes a name: `%` starts a token, and quotes may hold blanks.

    OpenSSH 8.7 and newer take a quote or a backslash after a backslash.
    """
    text = str(path).replace("%", "%%")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
