"""The city of a case: its folder as it is and as it is wanted, a playbook, how to log in."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from citynet.lab.host import NodeAccess, SshJump
from tests.campaign.case import Case, Where

NAME = "campaign"
METRIC, GRID = 77, "100GHz"
SITES = ("north", "east", "south", "west", "centre", "hill")


@dataclass(frozen=True)
class Shape:
    """What devices there are: routers in a ring, a fifth one beside it, and line systems.

    `foreign`: routers of the ring that are of another platform, by name.
    """

    routers: int
    optics: int = 0
    platform: str = "huawei_vrp"
    foreign: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.ring, *self.beside, *self.systems)

    @property
    def ring(self) -> tuple[str, ...]:
        own = tuple(f"r{number}" for number in range(1, min(self.routers, 4) + 1))
        return own + tuple(name for name, _ in self.foreign)

    @property
    def beside(self) -> tuple[str, ...]:
        """Not to be changed."""
        return tuple(f"r{number}" for number in range(5, self.routers + 1))

    @property
    def systems(self) -> tuple[str, ...]:
        return tuple(f"o{number}" for number in range(1, self.optics + 1))


def shape(case: Case) -> Shape:
    if case.where is Where.LAB:
        return LAB
    return Shape(case.routers, case.optics)


LAB = Shape(3, 0, "frr", (("h1", "huawei_vrp"),))
"""Three real routers and a twin."""


def _document(made: Shape, *, new: bool) -> dict[str, object]:
    platforms = dict(made.foreign)
    nodes = {
        name: {
            "site": site,
            "domain": "government",
            "role": "core",
            "platform": platforms.get(name, made.platform),
        }
        for name, site in zip((*made.ring, *made.beside), SITES, strict=False)
    }
    ring: dict[str, object] = {"nodes": list(made.ring)}
    optics = {}
    if made.systems:
        ring["line_systems"] = list(made.systems)
        optics = {
            name: {"site": site, "kind": "otn"}
            for name, site in zip(made.systems, SITES, strict=False)
        }
    if new:
        ring |= {"metric": METRIC} | ({"grid": GRID} if optics else {})
    return {
        "city": {"name": NAME},
        "domains": {"government": {}},
        "sites": {name: {} for name in SITES},
        "nodes": nodes,
        "rings": {"ring": ring},
        "links": {f"up-{name}": {"ends": [name, "r1"]} for name in made.beside},
    } | ({"optical": optics} if optics else {})


def write_city(folder: Path, made: Shape, *, new: bool) -> Path:
    """A folder of an inventory. JSON is YAML."""
    folder.mkdir(parents=True)
    text = json.dumps(_document(made, new=new), indent=1)
    (folder / "city.yaml").write_text(text)
    return folder


def write_plays(file: Path, names: Iterable[str], waves: int) -> Path:
    """Plays with every so many-th device each."""
    every = list(names)
    plays = [
        {"name": f"Wave {first + 1}", "hosts": ",".join(every[first::waves]), "roles": "all"}
        for first in range(waves)
    ]
    file.write_text(json.dumps(plays, indent=1))
    return file


def write_access(
    file: Path, nodes: Mapping[str, NodeAccess], jump: SshJump | None, timeout: float
) -> Path:
    document: dict[str, object] = {
        "defaults": {"timeout": timeout},
        "nodes": {name: _login(each) for name, each in nodes.items()},
    }
    if jump is not None:
        document["jump"] = _login(jump)
    file.write_text(json.dumps(document, indent=1))
    return file


def _login(access: NodeAccess | SshJump) -> dict[str, object]:
    return {
        "host": access.host,
        "port": access.port,
        "username": access.username,
        "key": str(access.key_file),
        "known_hosts": str(access.known_hosts),
    }
