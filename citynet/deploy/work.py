"""What a deployment is to do: which device is given what, and in which order."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from hashlib import sha256

from citynet.build.facts import DeviceFacts
from citynet.deploy.playbook import ALL, Playbook
from citynet.deploy.select import GroupsOf, SelectionError, select
from citynet.inventory.groups import groups_of
from citynet.pipeline import Prepared
from citynet.render.artifact import Artifact
from citynet.render.render import Renderer
from citynet.text import listed, nearest


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person chose. `tags` are roles; with some, nothing is removed from any device.

    `clear` are devices that lose their configuration; no other takes part then.
    """

    limit: str | None = None
    tags: frozenset[str] = frozenset()
    clear: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Work:
    """What one device is given. `additive`: a part of its roles, which removes nothing else."""

    artifact: Artifact
    additive: bool

    @property
    def digest(self) -> str:
        """Equal if and only if the work is."""
        text = json.dumps([sorted(self.artifact.files.items()), self.additive])
        return sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Wave:
    """The devices that a play brings in; all of them at the same time."""

    play: str
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Waves in the order of the plays. A device is in the first play that names it, with its
    roles of all plays. `unconfirmed`: devices that may do without a confirmed commit.
    """

    waves: tuple[Wave, ...]
    work: Mapping[str, Work]
    roles: frozenset[str] | None = None
    unconfirmed: frozenset[str] = frozenset()


def plan(prepared: Prepared, playbook: Playbook, chosen: Chosen) -> Plan:
    """Select and render before anything is touched. Raises `SelectionError` for nothing at all."""
    if chosen.clear:
        return cleared(prepared, chosen.clear)
    _check_tags(prepared, chosen.tags)
    groups = _groups(prepared)
    limit = select(chosen.limit, groups) if chosen.limit is not None else frozenset(groups)
    made = _planned(prepared, playbook, groups, limit, chosen.tags)
    if not made.work:
        raise SelectionError(f"{playbook.file} selects no device{_because(chosen)}")
    return made


def cleared(prepared: Prepared, names: Iterable[str]) -> Plan:
    """What takes devices' configuration away: the files of none of their roles."""
    every = sorted(names)
    unknown = [name for name in every if name not in prepared.facts]
    if unknown:
        hint = nearest(unknown[0], prepared.facts) or "it has to be in the inventory still"
        raise SelectionError(f"there is no device {unknown[0]!r} to clear; {hint}")
    closed = [
        name for name in every if prepared.house.platforms[prepared.facts[name].platform].models
    ]
    if closed:
        raise SelectionError(
            f"{listed(closed)}: only FRR routers can be cleared; give others no roles by hand"
        )
    empty = PartialRenderer(prepared, frozenset())
    work = {name: Work(empty.render(prepared.facts[name]), additive=False) for name in every}
    return Plan((Wave("Clear", tuple(every)),), work)


def plan_again(
    prepared: Prepared, playbook: Playbook, devices: Iterable[str], tags: frozenset[str]
) -> Plan:
    """What these devices, of an earlier run, would be given now; not all need be there still."""
    return _planned(prepared, playbook, _groups(prepared), frozenset(devices), tags)


def _groups(prepared: Prepared) -> GroupsOf:
    return {name: groups_of(prepared.context, name) for name in prepared.facts}


def _planned(
    prepared: Prepared,
    playbook: Playbook,
    groups: GroupsOf,
    limit: frozenset[str],
    tags: frozenset[str],
) -> Plan:
    roles: dict[str, frozenset[str] | None] = {}
    waves: list[tuple[str, list[str]]] = []
    unconfirmed: set[str] = set()
    for play in playbook.plays:
        wanted = None if play.roles == ALL else frozenset(play.roles)
        names = sorted(select(play.hosts, groups, strict=False) & limit)
        waves.append((play.name, [each for each in names if each not in roles]))
        roles |= {each: _union(roles.get(each, frozenset()), wanted) for each in names}
        unconfirmed |= set(names) if play.unconfirmed == "allow" else set()
    if tags:
        roles = {each: _both(some, tags) for each, some in roles.items()}
    work = dict(_work(prepared, roles))
    none: frozenset[str] | None = frozenset()
    kept = [Wave(play, tuple(n for n in names if n in work)) for play, names in waves]
    return Plan(
        waves=tuple(each for each in kept if each.devices),
        work=work,
        roles=reduce(_union, (roles[name] for name in work), none),
        unconfirmed=frozenset(unconfirmed),
    )


def _union(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """Roles of two plays; None is all of them."""
    return None if one is None or other is None else one | other


def _both(some: frozenset[str] | None, tags: frozenset[str]) -> frozenset[str]:
    """The roles that a play has and a person asked for."""
    return tags if some is None else some & tags


def _because(chosen: Chosen) -> str:
    words = [f"--limit {chosen.limit}"] if chosen.limit is not None else []
    words += [f"--tags {','.join(sorted(chosen.tags))}"] if chosen.tags else []
    return f" with {' and '.join(words)}" if words else ""


def _check_tags(prepared: Prepared, tags: frozenset[str]) -> None:
    known = {role.name for role in prepared.house.roles}
    for tag in sorted(tags - known):
        hint = nearest(tag, known) or f"roles are {listed(sorted(known))}"
        raise SelectionError(f"no role is called {tag!r}; {hint}")


def _work(
    prepared: Prepared, roles: Mapping[str, frozenset[str] | None]
) -> Iterator[tuple[str, Work]]:
    for name, some in roles.items():
        artifact = render(prepared, prepared.facts[name], some)
        if artifact is not None:
            yield name, Work(artifact, additive=some is not None)


class PartialRenderer(Renderer):
    """Renders some of a device's roles, with the facts of all."""

    def __init__(self, prepared: Prepared, roles: frozenset[str]) -> None:
        super().__init__(prepared.house.platforms)
        self._chosen = roles

    def _role(self, facts: DeviceFacts, role: str) -> Iterator[tuple[str, str]]:
        if role in self._chosen:
            return super()._role(facts, role)
        return ((block, "") for block in self._platforms[facts.platform].blocks)


def render(prepared: Prepared, facts: DeviceFacts, roles: frozenset[str] | None) -> Artifact | None:
    """The device's files, all of them or for some roles; None if it has none of those roles."""
    if roles is None:
        return Renderer(prepared.house.platforms).render(facts)
    if not roles & facts.roles.keys():
        return None
    return PartialRenderer(prepared, roles).render(facts)
