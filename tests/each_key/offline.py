"""What each key changes on devices, worked out without any: files, and the commands of FRR."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from citynet.deploy.work import render
from citynet.errors import CitynetError, InventoryError
from citynet.pipeline import Prepared, prepare
from citynet.render.artifact import Artifact
from plugins.frr import alive, config, linux, nft, reconcile
from plugins.frr.files import FRR_CONF, LINUX_STATE, NFTABLES
from tests.each_key import city
from tests.each_key.keys import GONE, Key, changed, keys, values


@dataclass(frozen=True, slots=True)
class Change:
    """What one key does. `value` is what it was given, as a person reads it.

    `why`: why no value was valid. `files`: device -> the files that differ. `commands`: device ->
    how many FRR is given. `removals`: what FRR or the kernel must take away whole. `notes`: what
    the driver announces. `other`: it makes another lab, or another set of devices.
    """

    key: str
    value: str = ""
    why: str = ""
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    commands: Mapping[str, int] = field(default_factory=dict)
    removals: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    other: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """A key, the document with its next value, and what that value is; None where none is valid."""

    key: Key
    document: dict[str, Any] | None
    value: object = None
    why: str = ""


def variants(folder: Path, only: Sequence[str] = ()) -> Iterator[Variant]:
    """One for each key of the city, in the order of the model; `only` those with such a name.

    `folder` is for trying them.
    """
    base = prepare(city.write(folder / "base", city.city()))
    for key in keys(base.context.city, base.house.roles):
        if not only or any(each in str(key) for each in only):
            yield _variant(key, base, folder / "tried")


def _variant(key: Key, base: Prepared, folder: Path) -> Variant:
    why = ""
    locators = {name: each.locator for name, each in base.plan.nodes.items()}
    for value in values(key, base.context.city, locators):
        if value == key.value:
            continue
        document = changed(city.city(), key.place, value)
        try:
            prepare(city.write(folder, document))
        except InventoryError as error:
            why = why or error.problems[0].what
        except CitynetError as error:
            why = why or str(error)
        else:
            return Variant(key, document, value)
    return Variant(key, None, why=why or "there is no other value to try")


def of(variant: Variant, base: Prepared, folder: Path) -> Change:
    """What becomes of devices that have the base city's files."""
    if variant.document is None:
        return Change(str(variant.key), why=variant.why)
    then = prepare(city.write(folder, variant.document))
    before, after = _artifacts(base), _artifacts(then)
    same = before.keys() & after.keys()
    files = {name: _differing(before[name], after[name]) for name in sorted(same)}
    touched = {name: each for name, each in files.items() if each}
    given = {name: frr_commands(before[name], after[name]) for name in touched}
    removals = [each for name in touched for each in _removals(before[name], after[name])]
    notes = [n for name in touched for n in alive.notes(*_frr(before[name], after[name])[::-1])]
    return Change(
        key=str(variant.key),
        value="(gone)" if variant.value is GONE else str(variant.value),
        files=touched,
        commands={name: len(lines) for name, lines in given.items() if lines},
        removals=tuple(dict.fromkeys(removals)),
        notes=tuple(dict.fromkeys(notes)),
        other=before.keys() != after.keys() or base.name != then.name,
    )


def _artifacts(prepared: Prepared) -> dict[str, Artifact]:
    made = {name: render(prepared, facts, None) for name, facts in prepared.facts.items()}
    return {
        name: each for name, each in made.items() if each is not None and FRR_CONF in each.files
    }


def _differing(before: Artifact, after: Artifact) -> tuple[str, ...]:
    names = sorted(before.files.keys() | after.files.keys())
    return tuple(name for name in names if before.files.get(name) != after.files.get(name))


def _frr(before: Artifact, after: Artifact) -> tuple[config.FrrConfig, config.FrrConfig]:
    return config.parse(before.files[FRR_CONF]), config.parse(after.files[FRR_CONF])


def frr_commands(before: Artifact, after: Artifact) -> tuple[str, ...]:
    """What FRR is given, as the driver would give it."""
    running, wanted = _frr(before, after)
    remains = alive.remaining(running, alive.lost(wanted, running))
    links = [linux.parse(each.files.get(LINUX_STATE, "")).state.links for each in (before, after)]
    present = frozenset(name for each in links for name in each)
    diff = config.difference(wanted, remains)
    return config.script(diff, wanted, remains, present, 0).lines if diff else ()


def _removals(before: Artifact, after: Artifact) -> Iterator[str]:
    yield from (line.strip() for line in frr_commands(before, after) if line.startswith("no "))
    old, new = (linux.parse(each.files.get(LINUX_STATE, "")).state for each in (before, after))
    steps = reconcile.plan(new, old)
    texts = (step.text for step in (*steps.first, *steps.last) if step.tool == "ip")
    yield from (text for text in texts if text.startswith("link delete"))
    old_tables, new_tables = (nft.tables(each.files.get(NFTABLES, "")) for each in (before, after))
    yield from (f"delete table {name}" for name in old_tables.keys() - new_tables.keys())
