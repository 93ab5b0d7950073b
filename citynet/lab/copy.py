"""Files to and from a node, by scp and the lab's own ssh configuration."""

import os
import re
import subprocess

from citynet.lab.api import Lab
from citynet.lab.errors import LabError
from citynet.text import with_nearest

GLOB = re.compile(r"([\\*?\[\]])")


def copy(lab: Lab, source: str, target: str) -> int:
    """Copy SRC to DST, one of which is NODE:PATH; gives scp's exit status. Raises `LabError`."""
    try:
        return subprocess.run(command(lab, source, target), check=False).returncode
    except FileNotFoundError as error:
        raise LabError("scp is not installed; `labs/bootstrap.sh` installs it") from error


def command(lab: Lab, source: str, target: str) -> list[str]:
    """The scp that copies; a folder is copied with all that is in it. Raises `LabError`."""
    from_node, to_node = _node(lab, source), _node(lab, target)
    if (from_node is None) == (to_node is None):
        many = "both sides are" if from_node else "neither side is"
        raise LabError(
            f"{many} in a node: one is NODE:PATH, the other a path here, such as "
            f"`citynet lab cp {next(iter(lab.nodes))}:/etc/hosts .`"
        )
    here = target if from_node else source
    if to_node and not os.path.lexists(here):
        raise LabError(f"there is no file {here}")
    first = GLOB.sub(r"\\\1", source) if from_node else _local(source)
    second = target if to_node else _local(target)
    return ["scp", "-F", str(lab.folder.ssh_config), "-r", "-q", "--", first, second]


def _node(lab: Lab, side: str) -> str | None:
    """The node of `NODE:PATH`, None for a path here: one with a slash before its colon is."""
    name, colon, path = side.partition(":")
    if not colon or "/" in name or name in ("", "."):
        return None
    if name not in lab.nodes:
        if os.path.lexists(side):
            return None
        said = f"lab {lab.name} has no node {name!r}, and there is no file {side!r}"
        raise LabError(with_nearest(said, name, lab.nodes))
    if name in lab.twins:
        raise LabError(f"{name} is a twin: management plane only, it has no files to copy")
    if not path:
        raise LabError(f"{side} has no path: {name}:/root/ is a folder of it")
    return name


def _local(path: str) -> str:
    """No host and no option to scp, whatever its letters are."""
    return path if path.startswith("/") else f"./{path}"
