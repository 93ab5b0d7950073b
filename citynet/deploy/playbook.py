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

from citynet.errors import InventoryError, KeyPath, Position, Problem
from citynet.load.compose import compose
from citynet.load.source import decode, top
from citynet.load.tree import Marks, in_order
from citynet.text import listed, nearest

Text = Annotated[str, Field(min_length=1, strict=True)]
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
    where = str(file)
    try:
        data = file.read_bytes()
    except OSError as error:
        what = f"the playbook cannot be read: {error.strerror}"
        raise InventoryError([Problem(what, position=top(where))]) from error
    source, problems = decode(where, data)
    if source is None:
        raise InventoryError(problems)
    document = compose(source)
    problems = [*problems, *document.problems]
    plays: tuple[Play, ...] = ()
    if not document.problems:
        plays, found = _plays(document.value, document.marks, where)
        problems += found or list(_meaning(plays, roles, document.marks, where))
    if problems:
        raise InventoryError(in_order(problems))
    return Playbook(where, plays)


def _plays(
    value: object, marks: Marks | None, where: str
) -> tuple[tuple[Play, ...], list[Problem]]:
    if not isinstance(value, list) or not value:
        found_is = "empty" if not value else "not one"
        what = f"a playbook is a list of plays, and this is {found_is}"
        example = "`- name: …`, `hosts: …` and `roles: …`"
        return (), [Problem(what, expected=example, position=top(where))]
    try:
        return _PLAYS.validate_python(value), []
    except ValidationError as error:
        found: dict[object, Problem] = {}
        for each in error.errors(include_url=False, include_context=False):
            problem = _shape(each["loc"], each["type"], marks, where)
            found.setdefault((problem.position, problem.what), problem)
        return (), list(found.values())


def _shape(path: KeyPath, kind: str, marks: Marks | None, where: str) -> Problem:
    at = _place(path, marks, where)
    if len(path) == 1:
        return Problem("a play is a map", expected="name, hosts and roles", position=at)
    key = str(path[1])
    if kind == "extra_forbidden":
        expected = listed(sorted(_EXPECTED))
        return Problem(
            f"a play has no key {key!r}", path, f"one of {expected}", nearest(key, _EXPECTED), at
        )
    if kind == "missing":
        return Problem(f"a play has no {key!r}", path, _EXPECTED.get(key), position=at)
    return Problem(f"{key!r} of a play is wrong", path, _EXPECTED.get(key), position=at)


def _meaning(
    plays: tuple[Play, ...], roles: frozenset[str], marks: Marks | None, where: str
) -> Iterator[Problem]:
    for index, play in enumerate(plays):
        if play.roles == ALL:
            continue
        if not play.roles:
            at = _place((index, "roles"), marks, where)
            yield Problem("a play without a role does nothing", expected="a role", position=at)
        for number, role in enumerate(play.roles):
            if role not in roles:
                at = _place((index, "roles", number), marks, where)
                known = f"one of {listed(sorted(roles))}"
                hint = nearest(role, roles)
                yield Problem(f"no role is called {role!r}", (), known, hint, at)


def _place(path: KeyPath, marks: Marks | None, where: str) -> Position:
    """Where a value stands, or the nearest thing around it."""
    at = top(where)
    for part in path:
        if marks is None or part not in marks.values:
            break
        at = marks.place_key(part)
        inner = marks.values[part]
        marks = inner if isinstance(inner, Marks) else None
    return at
