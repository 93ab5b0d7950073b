"""What a deployment does not reach: a lab that is behind, and devices that the city has no more."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from citynet.errors import CitynetError
from citynet.lab.api import Lab
from citynet.lab.behind import behind, beyond, has_changed
from citynet.lab.from_city import city_topology
from citynet.pipeline import Prepared
from citynet.text import listed
from citynet.transaction import journal
from citynet.transaction.settle import history
from citynet.transaction.words import JournalError

LOOK_BACK = 20
"""Runs that are looked into for devices that were deployed to and are gone."""


def check_lab(prepared: Prepared, lab: Lab, devices: Collection[str]) -> None:
    """Raise `CitynetError` where the lab has not got what these devices are to be given."""
    lacks = behind(lab.topology, city_topology(prepared), devices)
    if lacks:
        raise CitynetError(has_changed(prepared.name, f"does not have {listed(lacks)}"))


def kept_by(prepared: Prepared, reach: object, runs: Path) -> Iterator[str]:
    """A line for devices that are no longer in the inventory and keep their configuration."""
    if isinstance(reach, Lab):
        gone = beyond(reach.topology, city_topology(prepared))
        if gone:
            yield f"{_keep(gone)}; `citynet lab up` takes {_them(gone)} out of the lab"
        return
    last = _deployed_to(runs)
    gone = sorted(last.keys() - prepared.facts.keys())
    if gone:
        run = max(last[name] for name in gone)
        back = f"put {_them(gone)} back for `citynet deploy --clear {','.join(gone)}`"
        yield f"{_keep(gone)} (run {run}): {back}, then take {_them(gone)} out"


def _deployed_to(runs: Path) -> dict[str, str]:
    """Device -> the last run that it was in; a journal that cannot be read tells nothing."""
    found: dict[str, str] = {}
    for file in journal.runs(runs)[-LOOK_BACK:]:
        with suppress(JournalError):
            past = history(journal.read(file))
            found |= {name: past.begun.run for wave in past.begun.waves for name in wave}
    return found


def _keep(names: list[str]) -> str:
    one = len(names) == 1
    is_, keeps = ("is", "keeps its") if one else ("are", "keep their")
    return f"{listed(names)} {is_} no longer in the inventory and {keeps} configuration"


def _them(names: list[str]) -> str:
    return "it" if len(names) == 1 else "them"
