"""One case of the fleet from its beginning to its end."""

import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from citynet.transaction.words import Decision, JournalError
from tests.campaign import judge
from tests.campaign.case import DEADLY, Case, Kind, Then, Where
from tests.campaign.city import shape, write_access, write_city, write_plays
from tests.campaign.inject import fleet_stage
from tests.campaign.judge import Look
from tests.campaign.run import Ended, Run
from tests.campaign.stage import Stages
from tests.speed import seconds

ROUNDS = 6
"""So often a run that was left is taken up again before that counts as a defect."""
CALM = 2
"""From this round on nothing goes wrong any more."""
LATEST = 90.0
"""Seconds that timers are waited for."""
MEASURED = ("--health", "no-worse", "--health-wait", "8", "--health-hold", "1")
HEALTH = {Where.FLEET: ("--health", "off"), Where.TWINS: ("--health", "off"), Where.LAB: MEASURED}
"""What forwards no packets has no sessions."""


@dataclass(frozen=True)
class Found:
    """What became of a case. `ways` is how each of its processes ended, in order."""

    number: int
    seed: int
    where: str
    fired: tuple[tuple[str, str], ...]
    ways: tuple[str, ...]
    end: str
    wrong: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()
    seconds: float = 0.0
    like_netopeer2: int = 0

    @property
    def bad(self) -> bool:
        return bool(self.wrong or self.between or self.defects)


@dataclass
class Play:
    """Plays a case. `prelude` is Python that is run in citynet's process before citynet: with it
    tests break what ought to work, to see whether that is found.
    """

    case: Case
    folder: Path
    opened: Stages = fleet_stage
    prelude: str = ""
    wrong: list[str] = field(default_factory=list)
    between: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    rivals: list[Run] = field(default_factory=list)
    end: str = ""
    decided: bool = False
    given_up: set[str] = field(default_factory=set)

    def play(self) -> Found:
        """Raises nothing that a case can cause: it is written down."""
        began = time.monotonic()
        made = shape(self.case)
        write_city(self.folder / "old", made, new=False)
        write_city(self.folder / "new", made, new=True)
        with self.opened(self.case, self.folder, self._rival) as self.stage:
            access, stage = self.folder / "access.yaml", self.stage
            write_access(access, stage.access(), stage.jump, stage.timeout)
            write_plays(self.folder / "plays.yaml", made.names, self.case.waves)
            try:
                self._story()
            except (TimeoutError, JournalError) as error:
                self.defects.append(str(error))
            finally:
                self._end_rivals()
        fired = tuple((str(each.kind), str(each.phase)) for each in self.stage.fired)
        return Found(
            self.case.number,
            self.case.seed,
            str(self.case.where),
            fired,
            tuple(self.ways),
            self.end,
            tuple(self.wrong),
            tuple(self.between),
            tuple(self.defects),
            round(time.monotonic() - began, 2),
            len(self.case.like_netopeer2),
        )

    # -- the story --------------------------------------------------------------------------

    def _story(self) -> None:
        self.stage.begin()
        run = self._run(*self._deploy(), book=True)
        ended = self._ended(run)
        for turn in range(ROUNDS):
            again = self._left(run, ended, turn)
            if again is None:
                break
            run, ended = again
        else:
            self.defects.append(f"after {ROUNDS} times it is not finished: {ended.err[-300:]}")
        self._finally()

    def _left(self, run: Run, ended: Ended, turn: int) -> tuple[Run, Ended] | None:
        """Take up a run that was left, if it was."""
        past = run.past()
        if past is None or past.over or not past.touched:
            return None
        if turn >= CALM:
            self.stage.calm()
        keep = past.decided is not None and past.decided.decision is Decision.KEEP
        if self.case.then is Then.ALONE and turn == 0:
            self._alone(keep=keep)
        abort = self.case.then is Then.ABORT and not keep
        word = "--abort" if abort else "--resume"
        again = self._run(*self._deploy(), word, past.begun.run, *self._without(ended))
        return again, self._ended(again)

    def _without(self, ended: Ended) -> Sequence[str]:
        """Nobody waits for those that did not answer; nor, where citynet died, for one of them."""
        if not self.case.gives_up:
            return ()
        names = list(self.stage.wanted)
        dead = {names[each.device] for each in self.stage.fired if each.kind in DEADLY}
        lost = _unknown(ended) if ended.report else dead or {names[self.case.number % len(names)]}
        self.given_up.update(lost)
        return ("--without", ",".join(sorted(lost))) if lost else ()

    def _alone(self, *, keep: bool) -> None:
        """Nobody comes until every timer is over."""
        self._timers()
        if not keep:
            self.defects.extend(judge.all_old(self._look()))

    def _finally(self) -> None:
        """The network is whole, and the next run of anybody works."""
        self.stage.calm()
        self._timers()
        look = self._look()
        self.end = look.summary()
        self.defects.extend(judge.settled(look))
        self.between.extend(judge.between(look))
        plain = self.ways in (["kept"], ["back"])
        if plain and not self.case.redeploy:
            return
        self.ways.append("then")
        self.stage.accept()
        after = self._run(*self._deploy(), book=True)
        ended = self._ended(after)
        if ended.code != 0:
            self.defects.append(f"a plain deploy afterwards fails: {ended.out}{ended.err[-600:]}")

    def _timers(self) -> None:
        """Wait until nothing waits for a confirmation any more."""
        deadline = time.monotonic() + seconds(LATEST)
        while any(each.until is not None for each in self.stage.truth().values()):
            if time.monotonic() > deadline:
                self.defects.append(f"a timer does not go off: {self._look().summary()}")
                return
            time.sleep(0.1)

    # -- processes --------------------------------------------------------------------------

    def _deploy(self) -> Sequence[str]:
        folder = self.folder
        reach = ("--access", str(folder / "access.yaml"), "--json")
        return ("deploy", "-i", str(folder / "new"), *reach, *self._within())

    def _within(self) -> Sequence[str]:
        times = ("--confirm-within", str(self.case.within), "--patience", str(self.case.patience))
        return (*times, *HEALTH[self.case.where])

    def _run(self, *argv: str, book: bool = False) -> Run:
        prelude = self.prelude
        if any(each.kind is Kind.CLOCK for each in self.case.faults):
            clock = self.folder / "clock"
            prelude = f"from tests.campaign import clock; clock.follow({str(clock)!r})\n{prelude}"
        plays = ("--playbook", str(self.folder / "plays.yaml")) if book else ()
        seen = self.stage.seen
        made = Run((*argv, *plays), self.folder / "state", {}, seen, prelude)
        self.stage.run = made.start()
        return made

    def _rival(self, elsewhere: bool) -> None:  # noqa: FBT001 - called by the injector alone
        """Another run of the same. In the devices' thread, so it must not wait."""
        state = self.folder / ("elsewhere" if elsewhere else "state")
        argv = (*self._deploy(), "--playbook", str(self.folder / "plays.yaml"))
        made = Run(argv, state)
        self.rivals.append(made.start())

    def _ended(self, run: Run) -> Ended:
        """Wait for a run and judge it, then for those that came in between."""
        ended = run.wait()
        if ended.report and ended.report["outcome"] != "split":
            self.given_up.intersection_update(_unknown(ended))  # the others have answered after all
        look, others = self._look(), self._others()
        self._judge(run, ended, look, believed=not others)
        self._end_rivals()
        return ended

    def _others(self) -> bool:
        """Whether another run has touched a device by now."""
        found = False
        for run in self.rivals:
            self._decided(run)
            past = run.past()
            found = found or (past is not None and past.touched)
        return found

    def _end_rivals(self) -> None:
        while self.rivals:
            run = self.rivals.pop()
            ended = run.wait()
            self.defects.extend(judge.exited(ended))
            self._decided(run)
            past = run.past()
            if past is not None and past.touched:
                self._judge(run, ended)

    # -- judging ----------------------------------------------------------------------------

    def _decided(self, run: Run) -> None:
        """Whether any run so far has decided to keep its change."""
        past = run.past()
        keep = past is not None and past.decided and past.decided.decision is Decision.KEEP
        self.decided = self.decided or bool(keep)

    def _look(self) -> Look:
        moved = any(each.kind is Kind.CLOCK for each in self.stage.fired)
        given_up = frozenset(self.given_up)
        stage = self.stage
        return Look(
            stage.wanted,
            stage.truth(),
            stage.meddled,
            given_up,
            not moved,
            liars=stage.liars,
            edited=any(each.kind is Kind.FOREIGN for each in stage.fired),
        )

    def _judge(
        self, run: Run, ended: Ended, look: Look | None = None, *, believed: bool = True
    ) -> None:
        """What is wrong with a run that has ended, by a look at the devices since.

        What it says of devices is not `believed` where another run has changed them meanwhile.
        """
        look = look or self._look()
        self.ways.append(_way(ended))
        self.defects.extend(judge.exited(ended))
        self.between.extend(judge.between(look))
        self._decided(run)
        if not self.decided:
            self.defects.extend(judge.undecided(look))
        if ended.report is None or not believed:
            return
        self.wrong.extend(judge.wrong(ended.report, look))
        if _unknown(ended) and not self.stage.fired:
            self.wrong.append("a device is said to be unknown, and nothing was wrong")
        if self.rivals:
            return  # another run may go on from here
        time.sleep(0.3)  # what was on its way has arrived, and nothing that was said has changed
        self.wrong.extend(f"later, {each}" for each in _claims(ended, self._look()))


def _claims(ended: Ended, look: Look) -> Iterator[str]:
    """What was said of single devices, once more."""
    if ended.report is not None:
        yield from (each for each in judge.wrong(ended.report, look) if " runs " in each)


def _unknown(ended: Ended) -> list[str]:
    """The devices that a report knows nothing of."""
    results = ended.report["results"] if ended.report else ()
    return sorted(str(each["device"]) for each in results if each["runs"] == "unknown")


def _way(ended: Ended) -> str:
    if ended.report is not None:
        return str(ended.report["outcome"])
    return "killed" if ended.code < 0 else "refused"


def play(case: Case, opened: Stages = fleet_stage) -> Found:
    """A case in a folder of its own, which is gone afterwards."""
    with TemporaryDirectory(prefix="campaign-") as folder:
        try:
            return Play(case, Path(folder), opened).play()
        except Exception as error:  # noqa: BLE001 - the other cases go on
            said = "".join(traceback.format_exception(error)[-3:])
            where = str(case.where)
            return Found(case.number, case.seed, where, (), (), "", defects=(f"campaign: {said}",))


__all__ = ["Found", "Play", "play"]
