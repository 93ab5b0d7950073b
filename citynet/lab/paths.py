"""Where a lab's state and the caches are, after the XDG base directory specification."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import citynet
from citynet import xdg
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

    def lock(self, name: str) -> Path:
        """Held by the command that changes this lab."""
        return self.state / f".{name}.lock"


def paths(environ: Mapping[str, str]) -> Paths:
    """The folders for this user, from the environment; creates none of them."""
    recipes = Path(citynet.__file__).resolve().parent.parent / "labs"
    if not (recipes / "vm" / "packages").is_file():
        raise LabError(
            f"the lab recipes are not at {recipes}; run citynet from a clone of its repository"
        )
    return Paths(xdg.state(environ) / "labs", xdg.cache(environ), recipes)
