"""`python -m tests.campaign`: run cases, go on where it was stopped, print the table.

Exits 0 if nothing was found, 1 if a device was in between, a report wrong, or anything else
not as it should be, and says how to run that case again.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import click

from citynet.yang.models import MISSING
from tests.campaign import ledger, table
from tests.campaign.case import Case, Where, all_like_netopeer2, case
from tests.campaign.play import Found, play
from tests.yang.models import lacking

Player = Callable[[Case], Found]


def _player(where: Where) -> Player:
    """Real devices are imported where they are wanted: they need tools that a fleet does not."""
    if where is not Where.FLEET and lacking():
        raise click.ClickException(MISSING)
    if where is Where.TWINS:
        from tests.campaign.twins import twin_stage  # noqa: PLC0415

        return partial(play, opened=twin_stage)
    if where is Where.LAB:
        from tests.campaign.lab import lab_stage  # noqa: PLC0415

        return partial(play, opened=lab_stage)
    return play


def _take_down() -> None:
    from tests.campaign.lab import end  # noqa: PLC0415

    end()


def _say(found: Found, done: int, count: int, began: float, *, netopeer2: bool) -> None:
    mark = "DEFECT" if found.bad else "ok"
    fired = "; ".join(f"{kind} @ {phase}" for kind, phase in found.fired) or "nothing happened"
    ways = ", ".join(found.ways)
    pace = (time.monotonic() - began) / max(1, done)
    click.echo(f"{done}/{count} {mark} {found.seed}/{found.number}: {fired}: {ways} ({pace:.1f} s)")
    for each in (*found.wrong, *found.between, *found.defects):
        click.echo(f"    {each}")
    if found.bad:
        again = f"python -m tests.campaign --where {found.where} --seed {found.seed}"
        again += " --netopeer2" if netopeer2 else ""
        click.echo(f"    again: {again} --case {found.number}")


def _found(cases: Sequence[Case], player: Player, jobs: int) -> Iterator[Found]:
    if jobs == 1:
        yield from map(player, cases)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        waiting: dict[Future[Found], Case] = {pool.submit(player, each): each for each in cases}
        for done in as_completed(waiting):
            yield done.result()


@click.command(help=__doc__)
@click.option("--seed", default=1, show_default=True)
@click.option("--count", default=100, show_default=True, help="Cases.")
@click.option(
    "--where", type=click.Choice([str(each) for each in Where]), default="fleet", show_default=True
)
@click.option("--jobs", default=2, show_default=True, help="Cases at once; one in the lab.")
@click.option("--case", "only", type=int, multiple=True, help="These cases alone.")
@click.option(
    "--resume",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Results so far: what is in there is not run again.",
)
@click.option("--keep-lab", is_flag=True, help="Leave the lab up for the next run.")
@click.option(
    "--netopeer2", is_flag=True, help="All devices of a fleet are like that server, not only some."
)
@click.option("--table", "shown", type=click.Path(path_type=Path), help="Write the table there.")
def main(
    *,
    seed: int,
    count: int,
    where: str,
    jobs: int,
    only: tuple[int, ...],
    file: Path | None,
    shown: Path | None,
    keep_lab: bool,
    netopeer2: bool,
) -> None:
    known = [each for each in ledger.read(file) if each.seed == seed] if file and not only else []
    known = [each for each in known if each.where == where and each.number <= count]
    have = {each.number for each in known}
    numbers = only or [number for number in range(1, count + 1) if number not in have]
    every = list(known)
    began = time.monotonic()
    cases = [case(seed, number, Where(where)) for number in numbers]
    if netopeer2 and where == Where.FLEET:
        cases = [all_like_netopeer2(each) for each in cases]
    at_once = 1 if where == Where.LAB else jobs  # there is one lab
    for done, found in enumerate(_found(cases, _player(Where(where)), at_once), 1):
        every.append(found)
        if file and not only:
            ledger.add(file, found)
        _say(found, done, len(cases), began, netopeer2=netopeer2)
    if where == Where.LAB and cases and not keep_lab:
        _take_down()
    text = table.whole(every)
    click.echo(text)
    if shown:
        shown.parent.mkdir(parents=True, exist_ok=True)
        shown.write_text(text, encoding="utf-8")
    if any(each.bad for each in every):
        sys.exit(1)


if __name__ == "__main__":
    main()
