"""What a twin acts: what its configuration says of sessions, and what becomes of them.

A platform that has a `plugins/<platform>/acting.py` brings an `Actor`: it reads the vendor's
configuration, and writes state in the vendor's models. All that is in between is the same for
all vendors (`neighbours`), and made up: no twin speaks IS-IS, BFD or BGP.
"""

import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol
from xml.sax.saxutils import escape

from lxml import etree

DEFAULT = "default"
"""The routing instance that is no VRF."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """IS-IS on a port: its levels, whether BFD goes with it, and the port's own address."""

    port: str
    levels: tuple[int, ...]
    bfd: bool
    address: str


@dataclass(frozen=True, slots=True)
class Peering:
    """A BGP session that is wanted, in a VRF or in `default`, for families such as `ipv4 vpn`."""

    vrf: str
    peer: str
    remote_as: int
    families: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Speaker:
    """What a device has configured. `numbers` is its AS by VRF, `addresses` where it answers."""

    host: str
    system: str
    area: str
    circuits: tuple[Circuit, ...] = ()
    addresses: tuple[str, ...] = ()
    numbers: Mapping[str, int] | None = None
    peers: tuple[Peering, ...] = ()


@dataclass(frozen=True, slots=True)
class Adjacent:
    """A neighbour on a port; `bfd` is whether a session with it is up, None where none is to be."""

    port: str
    system: str
    host: str
    area: str
    level: int
    up: bool
    address: str
    own: str
    bfd: bool | None


@dataclass(frozen=True, slots=True)
class Session:
    """A BGP session that is configured, and the families that are up; without any it is down."""

    wanted: Peering
    up: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of what is configured."""

    adjacencies: tuple[Adjacent, ...] = ()
    sessions: tuple[Session, ...] = ()


class Actor(Protocol):
    """A vendor's part. `config` is an element around all that runs, an lxml one."""

    def speaks(self, config: Any) -> Speaker | None:
        """What is configured; None where there is no IS-IS."""

    def state(self, config: Any, seen: Seen) -> str:
        """State in the vendor's models: XML, top-level nodes side by side."""


def below(element: Any, *path: str) -> list[Any]:
    """All elements on a path of names below one."""
    found = [element]
    for name in path:
        found = [
            child
            for each in found
            for child in each
            if isinstance(child.tag, str) and etree.QName(child).localname == name
        ]
    return found


def text(element: Any, *path: str) -> str:
    """The text of the first leaf on a path; empty where there is none."""
    found = below(element, *path)
    return (found[0].text or "").strip() if found else ""


def leaf(name: str, value: object) -> str:
    """A leaf as XML; nothing for an empty value."""
    text = escape(str(value))
    return f"<{name}>{text}</{name}>" if text else ""


def load(file: Path) -> Actor:
    """A vendor's part from its file, which may name this module as the rest of citynet does."""
    sys.modules.setdefault("citynet.twin.server.acting", sys.modules[__name__])
    spec = importlib.util.spec_from_file_location("acting_vendor", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python module")
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    actor: Actor = module.ACTOR
    return actor
