"""What is on a router beside what is compared: whose it is, and what a hand has changed.

It takes part in nothing: it is read once, when a candidate is staged, and is for people.
"""

import re
from collections.abc import Iterator, Mapping

from . import config, linux, nft, script
from .state import Running

OWNED, FOREIGN, BY_HAND = "owned", "foreign", "changed by hand"

BY_ADMINISTRATOR = (3, 4)
"""`rtnetlink(7)`: protocols `boot`, which `ip route add` gives, and `static`. FRR has others."""

_STANDARD = re.compile(
    r"0:\s+from all lookup local$|32766:\s+from all lookup main$"
    r"|32767:\s+from all lookup default$|1000:\s+from all lookup \[l3mdev-table\]$"
)
"""The rules of every kernel, and the one that comes with the first VRF."""


def asking() -> str:
    """Two parts of a script: the rules and routes that an administrator may have set."""
    routes = "".join(f"route show table all proto {each}\n" for each in BY_ADMINISTRATOR)
    return script.part("rules4", "ip -batch -", f"rule show\n{routes}") + script.part(
        "rules6", "ip -6 rule show"
    )


def of(output: str, now: Running) -> Mapping[str, tuple[str, ...]]:
    """By whose it is: lines of ours, of others', and of what differs from the last deployment."""
    found = {
        OWNED: tuple(_owned(now)),
        FOREIGN: tuple(_foreign(output, now)),
        BY_HAND: tuple(_by_hand(now)),
    }
    return {whose: lines for whose, lines in found.items() if lines}


def _owned(now: Running) -> Iterator[str]:
    yield from (f"link {name}" for name in sorted(now.linux.ours))
    yield from (f"table {name}" for name in sorted(now.tables))


def _foreign(output: str, now: Running) -> Iterator[str]:
    parts = script.parts(output)
    for name, link in sorted(now.linux.links.items()):
        busy = link.up or now.linux.addresses.get(name)
        if busy and name not in {"lo", *now.linux.ours, *now.management}:
            held = sorted(now.linux.addresses.get(name, ()))
            yield " ".join([f"link {name}", *(f"address {each}" for each in held)])
    if "tables" in parts:
        yield from (f"table {name}" for name in nft.others(parts["tables"].text))
    for family, part in (("", "rules4"), ("-6 ", "rules6")):
        text = parts[part].text if part in parts else ""
        yield from _rules_and_routes(family, text, now.management)


def _rules_and_routes(family: str, text: str, management: frozenset[str]) -> Iterator[str]:
    for line in map(str.strip, text.splitlines()):
        if re.match(r"\d+:", line):
            if not _STANDARD.match(line):
                yield f"{family}rule {' '.join(line.split())}"
        elif line and not management & set(line.split()):
            yield f"route {' '.join(line.split())}"


def _by_hand(now: Running) -> Iterator[str]:
    """What runs, compared with what the last deployment left for the next boot."""
    if script.SAVED_LINUX not in now.saved:
        return
    frr = config.parse(now.saved.get(script.FRR_CONF, ""))
    yield from config.shown(config.difference(now.frr, frr))
    yield from _linux_by_hand(now)
    yield from nft.shown(now.tables, nft.tables(now.saved.get(script.SAVED_NFT, "")))


def _linux_by_hand(now: Running) -> Iterator[str]:
    try:
        saved = linux.parse(now.saved[script.SAVED_LINUX]).state
    except linux.StateSyntaxError:
        return
    unread = {f"sysctl {key}" for key in saved.sysctls if key not in now.linux.sysctls}
    was, runs = linux.facts(saved, saved), linux.facts(now.linux, saved)
    sides = (("-", was), ("+", runs))
    for key in sorted((was.keys() | runs.keys()) - unread):
        if was.get(key) != runs.get(key):
            yield from (f"{mark}{side[key]}" for mark, side in sides if key in side)
