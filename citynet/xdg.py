"""Where a user's files are, after the XDG base directory specification."""

from collections.abc import Mapping
from pathlib import Path


def state(environ: Mapping[str, str]) -> Path:
    """What must outlive a command: labs, journals of deployments. Not created here."""
    return _folder(environ, "XDG_STATE_HOME", ".local/state")


def cache(environ: Mapping[str, str]) -> Path:
    """What can be made again. Not created here."""
    return _folder(environ, "XDG_CACHE_HOME", ".cache")


def _folder(environ: Mapping[str, str], variable: str, default: str) -> Path:
    """The specification says that a relative path in the environment is to be ignored."""
    home = Path(environ.get("HOME") or Path.home())
    value = Path(environ.get(variable) or home / default)
    return (value if value.is_absolute() else home / default) / "citynet"
