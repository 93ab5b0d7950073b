"""Names that the shell completes: of nodes, links, groups, tags, runs. Never an error.

What is completed is read from the inventory of the command line's `-i`, wherever on the line that
is; a broken one completes what of it can be read. Modules are imported when a name is wanted.
"""

import os
import shlex
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from citynet.model import City

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
INVENTORY = ("-i", "--inventory")
MANY = ","


def completer(names: Callable[[Path], Iterable[str]], *, many: bool = False) -> Completer:
    """Completes what `names` finds in the inventory; `many`: a list with commas between."""

    def complete(
        context: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        found: list[str] = []
        folder = context.params.get("folder") or _folder_on_the_line()
        with suppress(Exception, SystemExit):  # a person is typing: silence is the only answer
            found = sorted({*names(Path(folder))}) if folder else []
        done, last = _last(incomplete) if many else ("", incomplete)
        return [CompletionItem(f"{done}{name}") for name in found if name.startswith(last)]

    return complete


def plain(names: Callable[[], Iterable[str]]) -> Completer:
    """Completes what is in no inventory: platforms, keys."""

    def complete(
        context: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        found: list[str] = []
        with suppress(Exception, SystemExit):
            found = [name for name in names() if name.startswith(incomplete)]
        return [CompletionItem(name) for name in found]

    return complete


def _last(incomplete: str) -> tuple[str, str]:
    """What is written already, and the name that is being written: `a,!b` -> `a,!`, `b`."""
    done, comma, last = incomplete.rpartition(MANY)
    bare = last.lstrip("!&")
    return f"{done}{comma}{last[: len(last) - len(bare)]}", bare


def _folder_on_the_line() -> str | None:
    """The `-i` behind the word that is completed; the shell hands the whole line over."""
    line = os.environ.get("COMP_WORDS", "")
    with suppress(ValueError):
        words = shlex.split(line)
        for word, after in zip(words, [*words[1:], ""], strict=True):
            if word in INVENTORY and after:
                return after
            if word.startswith("--inventory="):
                return word.partition("=")[2]
    return None


def _city(folder: Path) -> "City | None":
    """All of an inventory that can be read."""
    from citynet.load import read_city  # noqa: PLC0415 - only where it is wanted

    read = read_city(folder)
    return read.city or read.part


def _node_names(folder: Path) -> Iterable[str]:
    city = _city(folder)
    return [*city.nodes, *city.optical] if city else ()


def _lab_nodes(folder: Path) -> Iterable[str]:
    return [*_node_names(folder), "customers"]


def _links(folder: Path) -> Iterable[str]:
    """What `lab cut` takes, as the lab has it."""
    from citynet.lab.from_city import topology  # noqa: PLC0415 - only where it is wanted

    return [link.id for link in topology(folder).links]


def _ends(folder: Path) -> Iterable[str]:
    city = _city(folder)
    customers = [
        f"{vpn}.{each}" for vpn, at in (city.vpns.items() if city else ()) for each in at.endpoints
    ]
    return [*_node_names(folder), *customers]


def _link_or_node(folder: Path) -> Iterable[str]:
    found = [*_node_names(folder)]
    with suppress(Exception):  # links are of a valid city, nodes of any
        found += _links(folder)
    return found


def _side(folder: Path) -> Iterable[str]:
    return [f"{name}:" for name in _node_names(folder)]


def _groups(folder: Path) -> Iterable[str]:
    """Devices and the groups that patterns of `deploy --limit` mean; devices of a broken city."""
    with suppress(Exception):
        from citynet.inventory.groups import groups_of  # noqa: PLC0415 - only where wanted
        from citynet.pipeline import prepare  # noqa: PLC0415 - only where wanted

        prepared = prepare(folder)
        groups = {group for node in prepared.facts for group in groups_of(prepared.context, node)}
        return ["all", *prepared.facts, *groups]
    return _node_names(folder)


def _about(folder: Path) -> Iterable[str]:
    """What `verify --limit` takes: devices, links, VPNs and their endpoints."""
    city = _city(folder)
    if city is None:
        return ()
    endpoints = [f"{name}/{each}" for name, vpn in city.vpns.items() for each in vpn.endpoints]
    found = [*city.nodes, *city.links, *city.vpns, *endpoints, *city.gateways]
    with suppress(Exception):
        found += _links(folder)
    return found


def _roles(folder: Path) -> Iterable[str]:
    from citynet.house import open_house  # noqa: PLC0415 - only where it is wanted

    return [role.name for role in open_house().roles]


def _runs(folder: Path) -> Iterable[str]:
    from citynet.cli.runs import folder_of  # noqa: PLC0415 - only where it is wanted
    from citynet.lab import api  # noqa: PLC0415 - only where it is wanted
    from citynet.transaction.journal import SUFFIX  # noqa: PLC0415 - only where it is wanted

    city = _city(folder)
    if city is None:
        return ()
    name = city.city.name
    places = [folder_of(name, None)]
    with suppress(Exception):
        places.append(folder_of(name, api.find(name)))
    return [file.name.removesuffix(SUFFIX) for each in places for file in each.glob(f"*{SUFFIX}")]


def _platforms() -> Iterable[str]:
    from citynet.house import open_house  # noqa: PLC0415 - only where it is wanted

    return open_house().platforms


def _explained() -> Iterable[str]:
    from citynet.explain.codes import codes  # noqa: PLC0415 - only where it is wanted
    from citynet.explain.keys import keys  # noqa: PLC0415 - only where it is wanted
    from citynet.house import open_house  # noqa: PLC0415 - only where it is wanted

    return [*keys(open_house().roles), *codes()]


nodes = completer(_node_names)
lab_nodes = completer(_lab_nodes)
links = completer(_links)
ends = completer(_ends)
links_and_nodes = completer(_link_or_node)
sides = completer(_side)
devices = completer(_groups, many=True)
subjects = completer(_about, many=True)
roles = completer(_roles, many=True)
runs = completer(_runs)
platforms = plain(_platforms)
explained = plain(_explained)


def inventories(incomplete: str) -> list[CompletionItem]:
    """Folders that hold an inventory first; the shell's own folders where there is none."""
    found: list[str] = []
    with suppress(OSError):
        begin = Path(incomplete or ".")
        parent = begin if incomplete.endswith("/") or not incomplete else begin.parent
        places = [parent, parent / "inventory"] if not incomplete else [parent]
        found = [
            str(each)
            for place in places
            if place.is_dir()
            for each in sorted(place.iterdir())
            if str(each).startswith(incomplete) and each.is_dir() and _has_yaml(each)
        ]
    return [CompletionItem(each) for each in found] or [CompletionItem(incomplete, type="dir")]


def _has_yaml(folder: Path) -> bool:
    with suppress(OSError):
        return any(each.suffix in (".yaml", ".yml") for each in folder.iterdir())
    return False
