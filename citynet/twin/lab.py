"""What a lab's twins need on the lab's host: the server, each platform's models, their links."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from citynet.lab.build import Builder
from citynet.lab.clab import LINKS, TWINS
from citynet.lab.errors import LabError
from citynet.lab.from_city import lab_port
from citynet.lab.topology import Topology
from citynet.lab.vendors import core_ends
from citynet.pipeline import Prepared
from citynet.render.platform import Platform
from citynet.twin.actor import actor_file
from citynet.twin.root import SERVER, repository, twin_root
from citynet.yang.models import MISSING

ACTING = "acting.py"
Links = Mapping[str, list[dict[str, str]]]
"""By twin, what `citynet.twin.server.wires` reads."""


def links_of(prepared: Prepared) -> Links:
    """By device whose platform has twins: its own name of each port, and the container's."""
    found: dict[str, list[dict[str, str]]] = {}
    for _, ends in core_ends(prepared):
        for node, interface in ends:
            platform = prepared.house.platforms[prepared.facts[node].platform]
            if platform.models is not None:
                own = platform.ports.name(interface) if platform.ports else interface
                device = lab_port(prepared, node, interface).interface
                found.setdefault(node, []).append({"port": own, "device": device})
    return found


def lab_files(
    topology: Topology, platforms: Mapping[str, Platform], yang: Path | None, links: Links
) -> Callable[[Builder], Mapping[str, bytes]]:
    """A function that makes them: path below the lab's folder -> content.

    `yang` is the folder of the vendors' models. Raises `LabError` where it is needed and is None.
    `links` are what each twin is connected by.
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
            acting = actor_file(platforms[name])
            if acting is not None:
                found[f"{TWINS}/{name}/{ACTING}"] = acting.read_bytes()
        for node in topology.twins:
            text = json.dumps(links.get(node.name, []), indent=1)
            found[f"{TWINS}/{LINKS}/{node.name}.json"] = f"{text}\n".encode()
        return found

    return make


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.suffix != ".pyc"
    }
