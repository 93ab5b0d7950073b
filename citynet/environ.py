"""Settings in the environment, read in one way: one that is set and empty is a mistake.

A pipeline's variable that has no value is not one that is not there. What other conventions say
of an empty variable holds for theirs: the XDG folders are the usual ones (`citynet.xdg`), and
`NO_COLOR` counts if it is not empty (no-color.org).
"""

from collections.abc import Mapping

from citynet.errors import CitynetError


class SettingError(CitynetError):
    """A setting that says nothing."""


def setting(environ: Mapping[str, str], name: str, expected: str) -> str | None:
    """The value of a variable, None where it is not set; `expected` names it for people.

    Raises `SettingError` where it is empty, or only blanks.
    """
    value = environ.get(name)
    if value is None or value.strip():
        return value
    raise SettingError(f"{name} is set and empty, expected {expected}; unset it to do without")
