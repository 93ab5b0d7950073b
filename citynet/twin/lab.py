"""What a lab's twins need on the lab's host: the server, and each platform's models."""

from collections.abc import Callable, Mapping
from pathlib import Path

from citynet.lab.build import Builder
from citynet.lab.clab import TWINS
from citynet.lab.errors import LabError
from citynet.lab.topology import Topology
from citynet.render.platform import Platform
from citynet.twin.root import SERVER, repository, twin_root
from citynet.yang.models import MISSING


def lab_files(
    topology: Topology, platforms: Mapping[str, Platform], yang: Path | None
) -> Callable[[Builder], Mapping[str, bytes]]:
    """A function that makes them: path below the lab's folder -> content.

    `yang` is the folder of the vendors' models. Raises `LabError` where it is needed and is None.
    """
    wanted = sorted({node.platform for node in topology.twins})
    if wanted and yang is None:
        names = ", ".join(node.name for node in topology.twins)
        raise LabError(f"{names}: twins of {', '.join(wanted)}; {MISSING}")

    def make(builder: Builder) -> Mapping[str, bytes]:
        found = {f"{TWINS}/server/{name}": content for name, content in _files(SERVER).items()}
        root = twin_root(builder)
        for name in wanted:
            models = platforms[name].models
            if models is None or yang is None:
                raise LabError(f"there is no twin of {name}: it has no models")
            folder = repository(builder, root, models, yang)
            found |= {f"{TWINS}/{name}/{file}": each for file, each in _files(folder).items()}
        return found

    return make


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.suffix != ".pyc"
    }
