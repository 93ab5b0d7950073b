"""`python -m tests.each_key`: change every key of a city alone, and print what that does.

Without --lab it is worked out: which files of which routers change, and what FRR is given. With
it each key is changed in a deployed lab, proved, and changed back, with packets between two
customers meanwhile; where a key makes another lab, the lab follows first, by `citynet lab up`.
Exits 1 if a change was not kept, or a daemon died.
"""

import json
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import Any

import click

from citynet.lab.from_city import city_topology
from citynet.pipeline import Prepared, prepare
from tests.each_key import city, offline, table
from tests.each_key.offline import Variant
from tests.each_key.play import Found, Lab, Way, play


def read(file: Path | None) -> list[Found]:
    """What was found so far; a last line that is not whole does not count."""
    found: list[Found] = []
    for line in file.read_text(encoding="utf-8").splitlines() if file and file.exists() else ():
        try:
            raw = json.loads(line)
        except ValueError:
            continue
        whole = {name: _way(raw[name]) for name in ("there", "back")}
        lists = {name: tuple(raw[name]) for name in ("announced", "bad")}
        found.append(Found(**{**raw, **whole, **lists}))
    return found


def _way(raw: dict[str, Any]) -> Way:
    return Way(**{**raw, "restarted": tuple(raw["restarted"]), "down": tuple(raw["down"])})


class Plays(Enum):
    """How a key is played in a lab."""

    NOT = "it changes no router, or other devices"
    AS_IT_IS = "the lab stays the same lab"
    GROWN = "the lab follows first"


def plays(variant: Variant, base: Prepared, folder: Path) -> Plays:
    """Whether a key changes routers, and whether the lab stays the same lab."""
    if variant.document is None:
        return Plays.NOT
    changed = offline.of(variant, base, folder)
    if not changed.files or changed.other:
        return Plays.NOT
    then = prepare(city.write(folder, variant.document))
    return Plays.AS_IT_IS if city_topology(then) == city_topology(base) else Plays.GROWN


def _in_lab(
    every: Iterable[Variant], base: Prepared, folder: Path, resume: Path | None, *, one: bool
) -> list[Found]:
    """Play what has not been played; `one`: a single key of each kind."""
    lab, found = Lab(folder / "base", base), read(resume)
    have, kinds = {each.key for each in found}, set()
    if done := lab.deploy(lab.folder)[0]:
        click.echo(f"the city itself: {done.outcome}, {done.seconds:g} s", err=True)
    for variant in every:
        if one and variant.key.kind in kinds:
            continue
        how = plays(variant, base, folder / "tried")
        if how is Plays.NOT:
            continue
        kinds.add(variant.key.kind)
        if str(variant.key) in have:
            continue
        found.append(play(lab, variant, folder / "variant", grows=how is Plays.GROWN))
        if resume:
            with resume.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(asdict(found[-1]), ensure_ascii=False) + "\n")
        click.echo(list(table.lab(found[-1:]))[-1], err=True)
    return found


@click.command(help=__doc__)
@click.option("--lab", "in_lab", is_flag=True, help="In the lab of the city, which must be up.")
@click.option("--key", "only", multiple=True, help="Keys with this in their name alone.")
@click.option("--one", is_flag=True, help="A single key of each kind, such as nodes.*.number.")
@click.option("--resume", type=click.Path(path_type=Path, dir_okay=False), help="Results so far.")
@click.option("--write", "where", type=click.Path(path_type=Path), help="Only write the city.")
def main(
    *, in_lab: bool, only: tuple[str, ...], one: bool, resume: Path | None, where: Path | None
) -> None:
    if where:
        city.write(where, city.city())
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base = prepare(city.write(folder / "base", city.city()))
        every = offline.variants(folder, only)
        if not in_lab:
            changes = [offline.of(each, base, folder / "tried") for each in every]
            click.echo("\n".join(table.offline(changes)))
            return
        found = _in_lab(every, base, folder, resume, one=one)
    click.echo("\n".join(table.lab(found)))
    if any(each.defects for each in found):
        sys.exit(1)


if __name__ == "__main__":
    main()
