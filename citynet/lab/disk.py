"""Whether there is room on the disk for what a lab is built from, and for the lab itself."""

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from citynet.lab.host import Need
from citynet.lab.paths import Paths
from citynet.storage import existing, room

FIRST_CACHE, FIRST_SCRATCH, LAB, PER_NODE = 2300, 1000, 200, 5
"""MiB: the cache while a first run fills it (1950 measured, 1200 stay), the temporary files of
Debian's tools then (809 measured), and a lab's own disk (60 measured, before anything is captured).
"""
BUILT = "base"


@dataclass(frozen=True, slots=True)
class _Use:
    """What wants room in a folder, and the variable that moves it."""

    folder: Path
    wanted: int
    what: str
    variable: str


def disk_room(where: Paths, nodes: int, environ: Mapping[str, str] = os.environ) -> list[Need]:
    """A need for each file system that something is written to; a first run wants more."""
    by_device: dict[int, list[_Use]] = defaultdict(list)
    for use in _uses(where, nodes, environ):
        by_device[_device(use.folder)].append(use)
    return [_need(uses) for uses in by_device.values()]


def _uses(where: Paths, nodes: int, environ: Mapping[str, str]) -> Iterator[_Use]:
    if not (where.cache / BUILT).is_dir():
        scratch = Path(environ.get("TMPDIR") or tempfile.gettempdir())
        yield _Use(where.cache, FIRST_CACHE, "what a first run builds", "XDG_CACHE_HOME")
        yield _Use(scratch, FIRST_SCRATCH, "temporary files of a first run", "TMPDIR")
    yield _Use(where.state, LAB + PER_NODE * nodes, "the lab's own disk", "XDG_STATE_HOME")


def _need(uses: list[_Use]) -> Need:
    free, wanted = room(uses[0].folder), sum(use.wanted for use in uses)
    parts = ", ".join(f"{use.wanted} for {use.what} in {use.folder}" for use in uses)
    why = f"{free} MiB free, {wanted} MiB wanted: {parts}"
    variables = " or ".join(use.variable for use in uses)
    remedy = f"free some room, `citynet lab list` shows labs to take down; or set {variables}"
    return Need("disk room", free >= wanted, why, remedy)


def _device(folder: Path) -> int:
    """The file system where a folder is, or will be."""
    return existing(folder).stat().st_dev
