"""The way back from a commit, as text that a device keeps for as long as the commit waits."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from citynet.render.artifact import Artifact

from . import config
from .linux import Link, State, Wanted
from .state import Goal, Running, scoped


@dataclass(frozen=True, slots=True)
class WayBack:
    """What ran before. `made`: interfaces that were not there and that the commit may make.

    A commit that is killed half-way leaves interfaces that do not yet say whose they are.
    """

    goal: Goal
    made: frozenset[str]

    def seen(self, now: Running) -> Running:
        """`now`, with what the commit made known as ours."""
        ours = now.linux.ours | (self.made & now.linux.links.keys())
        return replace(now, linux=replace(now.linux, ours=ours))


def way_back(wanted: Goal, now: Running) -> WayBack:
    """The way back from `wanted`, of which nothing was done yet, to `now`."""
    made = frozenset(wanted.linux.state.links.keys() - now.linux.links.keys())
    return WayBack(scoped(now, wanted), made)


def dump(way: WayBack) -> dict[str, Any]:
    """As plain values for JSON."""
    state = way.goal.linux.state
    return {
        "device": way.goal.artifact.device,
        "frr": way.goal.frr.text(),
        "tables": dict(way.goal.tables),
        "links": [asdict(link) for link in state.links.values()],
        "addresses": {name: sorted(each) for name, each in state.addresses.items()},
        "sysctls": dict(state.sysctls),
        "ours": sorted(state.ours),
        "made": sorted(way.made),
    }


def load(values: Mapping[str, Any]) -> WayBack:
    """The opposite of `dump`. Raises `KeyError` or `TypeError` for anything else."""
    state = State(
        links={each["name"]: Link(**each) for each in values["links"]},
        addresses={name: frozenset(each) for name, each in values["addresses"].items()},
        sysctls=values["sysctls"],
        ours=frozenset(values["ours"]),
    )
    artifact = Artifact(values["device"], "frr", {})
    frr = config.parse(values["frr"])
    goal = Goal(artifact, frr, Wanted(state, {}), "", values["tables"])
    return WayBack(goal, frozenset(values["made"]))


def text(way: WayBack) -> str:
    """As JSON."""
    return json.dumps(dump(way), ensure_ascii=False)
