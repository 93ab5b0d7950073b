"""What FRR cannot change while it runs, as data, and what is done instead.

Found by `make each-key`, which changes every key of an inventory alone in a deployed lab, on
FRR 10.7.1: docs/each_key.md has the list.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .config import FrrConfig, Path


@dataclass(frozen=True, slots=True)
class Unalive:
    """Two contexts of which one cannot take the other's place in a daemon that runs.

    `own`: the lines at the top that such a daemon has lost when it starts again, and is given
    whole. `why` and `costs` are for people.
    """

    daemon: str
    context: re.Pattern[str]
    own: re.Pattern[str]
    why: str
    costs: str


UNALIVE = (
    Unalive(
        "bgpd",
        re.compile(r"router bgp \d+$"),
        re.compile(
            r"(no )?(router bgp|bgp|ip prefix-list|ipv6 prefix-list|ip access-list|access-list"
            r"|ipv6 access-list|route-map|ip community-list|ip large-community-list"
            r"|ip extcommunity-list|ip as-path|bgp as-path|vrf|log|debug bgp|mpls label)\b"
        ),
        "the AS number changes, and bgpd crashes once its instance has been made again (frr#22718)",
        "its VPNs are away for some seconds",
    ),
)
"""A default instance that had VPN routes stays on, hidden, when it is removed; when it is made
again its tables of networks are gone, and the next `show running-config` follows them."""


def lost(wanted: FrrConfig, running: FrrConfig) -> tuple[Unalive, ...]:
    """The daemons that have to start again for `running` to become `wanted`."""
    return tuple(
        each
        for each in UNALIVE
        if any(_other(each, running, wanted)) and any(_other(each, wanted, running))
    )


def _other(each: Unalive, here: FrrConfig, there: FrrConfig) -> Iterator[Path]:
    """Contexts that are here and not there; empty ones too, which FRR keeps all the same."""
    for path in here.lines:
        if len(path) == 1 and each.context.match(path[0]) and path not in there.lines:
            yield path


def remaining(running: FrrConfig, gone: Iterable[Unalive]) -> FrrConfig:
    """What still runs once those daemons have started again, with nothing."""
    own = [each.own for each in gone]
    lines = (path for path in running.lines if len(path) == 1)
    return running.without(
        frozenset(path for path in lines if any(each.match(path[0]) for each in own))
    )


def notes(wanted: FrrConfig, running: FrrConfig) -> tuple[str, ...]:
    """What is done instead, in sentences."""
    return tuple(
        f"{each.daemon} is started again: {each.why}; {each.costs}"
        for each in lost(wanted, running)
    )
