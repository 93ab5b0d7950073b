"""Playbooks: which devices get which roles, in which order.

A playbook is a list of plays, run one after the other::

    - name: Everything but the gateways
      hosts: all,!role_gateway     # as `citynet.deploy.select` reads patterns
      roles: all                   # or a list; a part of a device's roles never removes lines
      unconfirmed: allow           # only for devices that have no confirmed commit
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from citynet.deploy.select import SelectionError, parsed
from citynet.errors import InventoryError, Problem
from citynet.load.compose import Document
from citynet.load.file import place, read, shape
from citynet.load.source import top
from citynet.load.tree import in_order
from citynet.text import listed, nearest

Text = Annotated[str, Field(pattern=r"\S", strict=True)]
ALL: Literal["all"] = "all"


class Play(BaseModel):
    """One play. `roles` is `all`, or the names of some.

    `unconfirmed: allow` lets devices without a confirmed commit take part. They commit last,
    one by one, and cannot be taken back.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    hosts: Text
    roles: Literal["all"] | tuple[Text, ...] = ALL
    unconfirmed: Literal["refuse", "allow"] = "refuse"


@dataclass(frozen=True, slots=True)
class Playbook:
    """Plays in order; `file` is where they are written."""

    file: str
    plays: tuple[Play, ...]


_PLAYS = TypeAdapter(tuple[Play, ...])
_EXPECTED = {
    "name": "a name",
    "hosts": "a pattern, such as all or role_core,!gov-core1",
    "roles": "all, or a list of roles",
    "unconfirmed": "refuse, or allow",
}


def load(file: Path, roles: frozenset[str]) -> Playbook:
    """Read a playbook; `roles` are those that exist. Raises `InventoryError`, every problem."""
    document = read(file, "the playbook")
    value = document.value
    if not isinstance(value, list) or not value:
        found_is = "empty" if not value else "not one"
        what = f"a playbook is a list of plays, and this is {found_is}"
        example = "`- name: …`, `hosts: …` and `roles: …`"
        raise InventoryError([Problem(what, expected=example, position=top(document.file))])
    try:
        plays = _PLAYS.validate_python(value)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False)
        raise InventoryError(in_order(shape(details, document, "a play", _EXPECTED))) from None
    problems = list(_meaning(plays, roles, document))
    if problems:
        raise InventoryError(in_order(problems))
    return Playbook(document.file, plays)


def _meaning(
    plays: tuple[Play, ...], roles: frozenset[str], document: Document
) -> Iterator[Problem]:
    for index, play in enumerate(plays):
        try:
            parsed(play.hosts)
        except SelectionError as error:
            at = place((index, "hosts"), document)
            yield Problem(str(error), position=at)
        if play.roles == ALL:
            continue
        if not play.roles:
            at = place((index, "roles"), document)
            yield Problem("a play without a role does nothing", expected="a role", position=at)
        for number, role in enumerate(play.roles):
            if role not in roles:
                at = place((index, "roles", number), document)
                known = f"one of {listed(sorted(roles))}"
                hint = nearest(role, roles)
                yield Problem(f"no role is called {role!r}", (), known, hint, at)
