"""Where runs are remembered, and how one that was left is taken up: on the devices it was on."""

import os
from dataclasses import dataclass
from pathlib import Path

from citynet import xdg
from citynet.deploy import engine
from citynet.errors import CitynetError
from citynet.fleet.access import VARIABLE, Access
from citynet.lab import api as labs
from citynet.transaction.journal import SUFFIX
from citynet.transaction.settle import History


@dataclass(frozen=True, slots=True)
class Left:
    """A run, the folder of its journal, and the access file it was made with, if with one."""

    past: History
    folder: Path
    access: Path | None


def folder_of(city: str, reach: Access | labs.Lab | None) -> Path:
    """Where runs on these devices are remembered: a lab's own with the lab."""
    return (
        reach.folder.runs if isinstance(reach, labs.Lab) else xdg.state(os.environ) / "runs" / city
    )


def find(city: str, run: str, access: Path | None) -> Left:
    """The run of this name. `access` is what the command line says.

    Raises `CitynetError` where its devices could be other ones than those of the run.
    """
    apart = folder_of(city, None)
    here = folder_of(city, labs.find(city))
    folder = next((each for each in (here, apart) if (each / f"{run}{SUFFIX}").is_file()), here)
    past = engine.load(folder, run)
    return Left(past, folder, _access(past, access, in_lab=folder != apart))


def _access(past: History, access: Path | None, *, in_lab: bool) -> Path | None:
    run, stored = past.begun.run, past.begun.options.get("access", "")
    given = str(access.resolve()) if access else ""
    if in_lab:
        if given:
            raise CitynetError(
                f"run {run} was made in the lab; finish it without --access {access} "
                f"and without {VARIABLE}"
            )
        return None
    if not stored and not given:
        raise CitynetError(
            f"run {run} was made in no lab that is up: --access has to say how its devices are "
            "reached"
        )
    if stored and given and stored != given:
        raise CitynetError(
            f"run {run} was made with --access {stored}; --access {access} may mean other devices"
        )
    return Path(stored or given)
