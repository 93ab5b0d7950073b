"""Sysrepo repositories: one with a vendor's modules, made once; a fresh copy for every start."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

SPECIFICATION = "models.json"
"""In the folder of models: `modules`, each with its file and features, in order."""
SYSREPO = Path("usr/share/citynet/repository")
"""In the twin's root: sysrepo's own modules."""


class ModelsError(Exception):
    """A vendor's modules cannot be used."""


def environment(repository: Path, shared: Path) -> None:
    """Say to sysrepo where it works; before it is first used in this process."""
    os.environ["SYSREPO_REPOSITORY_PATH"] = str(repository)
    os.environ["SYSREPO_SHM_DIR"] = str(shared)
    os.environ["SYSREPO_SHM_PREFIX"] = "twin"


def specification(models: Path) -> dict[str, Any]:
    """What a folder of models says of itself. Raises `ModelsError`."""
    try:
        found: dict[str, Any] = json.loads((models / SPECIFICATION).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelsError(f"{models} has no usable {SPECIFICATION}: {error}") from error
    return found


def install(models: Path, base: Path, target: Path, shared: Path) -> None:
    """A repository at `target` with the modules of a folder. Raises `ModelsError`."""
    shutil.copytree(base, target)
    environment(target, shared)
    import sysrepo  # noqa: PLC0415 - reads the environment

    wanted = specification(models)["modules"]
    files = {str(models / each["file"]): list(each["features"]) for each in wanted}
    connection = sysrepo.SysrepoConnection()
    try:
        connection.install_modules(files, searchdirs=[str(models)])
    except sysrepo.SysrepoError as error:
        raise ModelsError(f"sysrepo does not take the modules: {error}") from error
    finally:
        connection.disconnect()
    shutil.rmtree(target / "conn", ignore_errors=True)


def fresh(template: Path, run: Path) -> None:
    """Sysrepo's files for this start; what an earlier one left is removed. Raises `OSError`."""
    clear(run)
    shutil.copytree(template, run / "repository")
    (run / "shared").mkdir(parents=True)
    environment(run / "repository", run / "shared")


def clear(run: Path) -> None:
    """Remove sysrepo's files."""
    for name in ("repository", "shared"):
        shutil.rmtree(run / name, ignore_errors=True)
