"""Where a user's files are, after the XDG base directory specification."""

import os
import pwd
from collections.abc import Mapping
from pathlib import Path

from citynet.errors import CitynetError


def state(environ: Mapping[str, str]) -> Path:
    """What must outlive a command: labs, journals of deployments. Not created here."""
    return _folder(environ, "XDG_STATE_HOME", ".local/state")


def cache(environ: Mapping[str, str]) -> Path:
    """What can be made again. Not created here."""
    return _folder(environ, "XDG_CACHE_HOME", ".cache")


def home(environ: Mapping[str, str]) -> Path:
    """The user's home. Raises `CitynetError` where there is none."""
    named = Path(environ.get("HOME", ""))
    if named.is_absolute():
        return named
    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError as error:
        raise CitynetError(
            "this user has no home folder: set HOME, or XDG_STATE_HOME and XDG_CACHE_HOME"
        ) from error


def expanded(text: str, environ: Mapping[str, str]) -> Path:
    """The path with `~` or `~user` at its beginning replaced. Raises `CitynetError`.

    Other than for `Path.expanduser`, an empty HOME is none: `~/x` is not `/x`.
    """
    if text == "~" or text.startswith("~/"):
        return home(environ) / text[2:]
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        user = text[1:].partition("/")[0]
        raise CitynetError(f"{text} cannot be a path: there is no user {user!r}") from error


def _folder(environ: Mapping[str, str], variable: str, default: str) -> Path:
    """The specification says that a relative path in the environment is to be ignored."""
    value = Path(environ.get(variable, ""))
    return (value if value.is_absolute() else home(environ) / default) / "citynet"
