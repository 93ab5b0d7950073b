"""Where a lab's state and the caches are, after the XDG base directory specification."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import citynet
from citynet.lab.errors import LabError


@dataclass(frozen=True, slots=True)
class Paths:
    """`state` holds a folder per lab, `cache` what can be built again, `recipes` is labs/."""

    state: Path
    cache: Path
    recipes: Path

    def lab(self, name: str) -> Path:
        """The folder of one lab."""
        return self.state / name


def paths(environ: Mapping[str, str]) -> Paths:
    """The folders for this user, from the environment; creates none of them."""
    home = Path(environ.get("HOME") or Path.home())
    recipes = Path(citynet.__file__).resolve().parent.parent / "labs"
    if not (recipes / "vm" / "packages").is_file():
        raise LabError(
            f"the lab recipes are not at {recipes}; run citynet from a clone of its repository"
        )
    return Paths(
        state=_folder(environ, "XDG_STATE_HOME", home / ".local/state") / "labs",
        cache=_folder(environ, "XDG_CACHE_HOME", home / ".cache"),
        recipes=recipes,
    )


def _folder(environ: Mapping[str, str], variable: str, default: Path) -> Path:
    """The specification says that a relative path here is to be ignored."""
    value = Path(environ.get(variable) or default)
    return (value if value.is_absolute() else default) / "citynet"
