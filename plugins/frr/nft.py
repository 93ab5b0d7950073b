"""Our nftables tables: those whose names begin with `citynet-`, replaced whole or not at all."""

import difflib
import re
from collections.abc import Mapping

_OPENING = re.compile(r"table (\S+) (\S+) \{")
PREFIX = "citynet-"

Tables = Mapping[str, str]
"""`inet citynet-gateway` -> the table as `nft -s list ruleset` prints it."""


def tables(listing: str) -> Tables:
    """The tables of a listing that are ours, each with its text."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in listing.splitlines():
        opening = _OPENING.match(line)
        if opening:
            ours = opening.group(2).startswith(PREFIX)
            current = found.setdefault(" ".join(opening.groups()), []) if ours else None
        if current is not None:
            current.append(line)
        if line == "}":
            current = None
    return {name: "".join(f"{line}\n" for line in lines) for name, lines in found.items()}


def foreign(listing: str) -> list[str]:
    """The names of the tables of a listing that are not ours."""
    names = (opening.group(2) for opening in map(_OPENING.match, listing.splitlines()) if opening)
    return [name for name in names if not name.startswith(PREFIX)]


def others(listing: str) -> list[str]:
    """The tables of a listing that are not ours, as `tables` calls ours."""
    openings = filter(None, map(_OPENING.match, listing.splitlines()))
    return [" ".join(each.groups()) for each in openings if not each[2].startswith(PREFIX)]


def load(wanted: Tables, now: Tables) -> str:
    """What `nft -f` takes to put in, in one go, every table that is not as wanted."""
    return "".join(
        f"table {name}\ndelete table {name}\n{text}"
        for name, text in sorted(wanted.items())
        if now.get(name) != text
    )


def unload(wanted: Tables, now: Tables) -> str:
    """What `nft -f` takes to remove our tables that are not wanted."""
    return "".join(f"delete table {name}\n" for name in sorted(now.keys() - wanted.keys()))


def shown(wanted: Tables, now: Tables) -> list[str]:
    """The difference as lines for people, with the chains around them."""
    lines: list[str] = []
    for name in sorted(wanted.keys() | now.keys()):
        old, new = now.get(name, ""), wanted.get(name, "")
        changed = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2)
        lines += [line for line in list(changed)[2:] if not line.startswith("@@")]
    return lines
