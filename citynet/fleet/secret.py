"""Secrets by reference: what is written down says where a secret is, never what it is.

`env:NAME` is an environment variable, `file:/path` a file's first line, `command:words` the
first line that a command prints (run without a shell, its words as a shell would split them).
"""

import os
import shlex
import subprocess

from citynet import xdg
from citynet.errors import CitynetError

KINDS = "env:NAME, file:/path or command:words"
COMMAND_TIMEOUT = 30.0
"""Seconds; a password manager may ask its owner."""


class SecretError(CitynetError):
    """A reference to a secret that gives none. The message never has the secret in it."""


def resolve(reference: str) -> str:
    """The secret that is meant, never an empty or blank one. Raises `SecretError`."""
    kind, colon, place = reference.partition(":")
    if not (colon and place.strip()) or kind not in {"env", "file", "command"}:
        raise SecretError(f"a secret is written as {KINDS}")
    found = {"env": _variable, "file": _file, "command": _command}[kind](place)
    if not found.strip():
        raise SecretError(f"{reference} gives no secret: it is empty, expected a password")
    return found


def _variable(name: str) -> str:
    if name not in os.environ:
        raise SecretError(f"the environment has no variable {name}")
    return os.environ[name]


def _first_line(text: str) -> str:
    return text.partition("\n")[0].rstrip("\r")


def _file(path: str) -> str:
    try:
        return _first_line(xdg.expanded(path, os.environ).read_text(encoding="utf-8"))
    except CitynetError as error:
        raise SecretError(str(error)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(f"the secret in {path} cannot be read: {type(error).__name__}") from error


def _command(words: str) -> str:
    try:
        done = subprocess.run(
            shlex.split(words),
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.CalledProcessError as error:
        raise SecretError(f"`{words}` exited {error.returncode} and gave no secret") from None
    except subprocess.TimeoutExpired:
        raise SecretError(f"`{words}` gave no secret within {COMMAND_TIMEOUT:.0f} s") from None
    except (OSError, ValueError) as error:
        raise SecretError(f"`{words}` cannot be run: {error}") from error
    return _first_line(done.stdout)
