"""Runs on an FRR router: asks the daemons and the kernel for state, and prints it as JSON.

`plugins/frr/observe.py` sends this file to `python3 -`, with the probe agent before it and a
call of `report` after it. It asks each daemon at the socket vtysh itself uses: a vtysh costs
0.4 s on an emulated machine, connects to watchfrr, and waits for a daemon that hangs.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SOCKETS = "/run/frr/"
PATIENCE = 5.0
END = b"\0\0\0"


def ask(daemon: str, command: str) -> str:
    """A daemon's answer to a show command; up to 5 s (a reply ends in three NULs, status)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(PATIENCE)
        link.connect(f"{SOCKETS}{daemon}.vty")
        said(link, "enable")
        return said(link, command)


def said(link: socket.socket, command: str) -> str:
    """One command's answer. Raises `OSError` with the daemon's words if it refuses."""
    link.sendall(command.encode() + b"\0")
    heard = bytearray()
    while heard[-4:-1] != END:
        data = link.recv(1 << 16)
        if not data:
            raise OSError("the daemon closed its socket")
        heard += data
    text = heard[:-4].decode()
    if heard[-1]:
        raise OSError(f"{command!r} is refused: {text.strip()}")
    return text


def run(words: Sequence[str]) -> str:
    """What a program prints. No subprocess module: importing it costs more than this."""
    out, into = os.pipe()
    error, into_error = os.pipe()
    moves = [(os.POSIX_SPAWN_DUP2, into, 1), (os.POSIX_SPAWN_DUP2, into_error, 2)]
    child = os.posix_spawnp(words[0], list(words), os.environ, file_actions=moves)
    os.close(into)
    os.close(into_error)
    with os.fdopen(out) as stream:
        said = stream.read()
    with os.fdopen(error) as stream:
        trouble = stream.read()
    _, status = os.waitpid(child, 0)
    if status:
        raise OSError(f"{' '.join(words)}: {trouble.strip()}")
    return said


def gather(questions: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, dict[str, object]]:
    """Each question's answers: `vty DAEMON COMMAND` or a program's words."""
    found: dict[str, dict[str, object]] = {}
    for kind, commands in questions.items():
        try:
            found[kind] = {
                "said": [
                    ask(words[1], words[2]) if words[0] == "vty" else run(words)
                    for words in commands
                ]
            }
        except OSError as error:
            found[kind] = {"error": str(error)}
    return found


def report(
    questions: Mapping[str, Sequence[Sequence[str]]], agent: Callable[[], None] | None
) -> None:
    """Print the state, and what the probe agent prints if there is one, as one JSON object."""
    found: dict[str, object] = {"state": gather(questions)}
    if agent is not None:
        heard = io.StringIO()
        with contextlib.redirect_stdout(heard):
            agent()
        found["agent"] = heard.getvalue()
    print(json.dumps(found))  # noqa: T201 - this is the answer
