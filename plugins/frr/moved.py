"""Whether a router is as it was: a digest of what runs and boots, and what has changed since."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from hashlib import sha256

from . import config, linux, nft, script
from .files import FRR_CONF, LINUX_STATE, NFTABLES
from .linux import State
from .state import Running

APART = "."
"""Between the digest of what runs and that of what boots."""
SHOWN = 5


def fingerprint(now: Running, output: str, booted: Mapping[str, str]) -> str:
    """Two digests: of FRR, interfaces, addresses, tables and the kernel's settings; of what boots.

    `output` is what `script.settings` printed of the kernel; `booted` the files for the next start.
    """
    kernel = script.parts(output).get("kernel")
    runs = {
        FRR_CONF: sorted(config.meaning(now.frr)),
        LINUX_STATE: sorted(linux.facts(now.linux, now.linux).values()),
        NFTABLES: sorted(now.tables.values()),
        "sysctl": sorted(kernel.text.splitlines()) if kernel else [],
    }
    return APART.join(_digest(each) for each in (runs, boots(booted)))


def of_what_runs(mark: str) -> str:
    """The part of a fingerprint that says what runs, whatever is to boot."""
    return mark.partition(APART)[0]


def _digest(value: object) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def boots(files: Mapping[str, str]) -> dict[str, list[str]]:
    """What the files for the next start mean: FRR's by its commands, the others by their lines.

    An empty file means the same as none, and what FRR writes around its commands means nothing.
    """
    made = {path: files.get(path, "").rstrip().splitlines() for path in script.SAVED}
    frr = config.parse(files.get(script.FRR_CONF, ""))
    made[script.FRR_CONF] = ["\n".join(path) for path in sorted(config.meaning(frr))]
    return {path: lines for path, lines in made.items() if lines}


def changes(before: Running, now: Running, ports: Iterable[str]) -> list[str]:
    """What is different, as lines that a person reads: `-` is gone, `+` is new.

    Of interfaces, `ports` and those that are citynet's: others come and go by themselves.
    """
    lines = config.shown(config.difference(now.frr, before.frr))
    if now.linux != before.linux:
        names = {*ports, *before.linux.ours, *now.linux.ours}
        have, had = (_facts(each, names) for each in (now.linux, before.linux))
        lines += [f"-{line}" for key, line in had.items() if have.get(key) != line]
        lines += [f"+{line}" for key, line in have.items() if had.get(key) != line]
    return lines + nft.shown(now.tables, before.tables)


def _facts(state: State, names: Collection[str]) -> Mapping[str, str]:
    links = {name: link for name, link in state.links.items() if name in names}
    like = replace(state, links=links, ours=state.ours & links.keys())
    return linux.facts(like, like)


def sentence(lines: list[str]) -> str:
    """The first of them, in one line."""
    more = f"; {len(lines) - SHOWN} lines more" if len(lines) > SHOWN else ""
    return "; ".join(lines[:SHOWN]) + more
