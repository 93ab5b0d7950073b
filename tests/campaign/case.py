"""Cases: what goes wrong in a run, and what is done afterwards. All of it follows from a seed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random


class Kind(StrEnum):
    """What goes wrong."""

    KILL = "citynet is killed (kill -9)"
    STOP = "citynet is frozen, then goes on"
    INTERRUPT = "Ctrl-C, or SIGTERM"
    DISK = "citynet's disk is full"
    CLOCK = "citynet's clock jumps"
    RIVAL = "a second run on this machine"
    ELSEWHERE = "a second run from another machine"
    SESSION = "a session is lost"
    HALF = "a session is lost, and its device does not notice"
    SERVER = "a device's server dies (sshd, NETCONF)"
    POWER = "a device restarts"
    GONE = "a device goes away for a long time"
    DROPPED = "management packets are dropped"
    DELAYED = "management packets are delayed"
    SLOW = "a device takes its time"
    REFUSES = "a device refuses"
    FULL = "a device's disk is full"
    GARBAGE = "a device answers nonsense"
    HOST_KEY = "a device has another host key"
    EARLY = "a device's clock jumps ahead: its timer goes off"
    LATE = "a device's clock jumps back: its timer is late"
    LOCKED = "somebody holds a device's lock"
    MEDDLED = "somebody else changes a device"
    GUARD = "the guard on a router is killed"
    DAEMON = "a routing daemon dies, and starts with what is saved"


class Where(StrEnum):
    """What devices a case is about."""

    FLEET = "fleet"
    """In-process ones, which are none: real NETCONF and SSH, configuration in memory."""
    TWINS = "twins"
    """Twins on loopback: sysrepo with Huawei's modules behind NETCONF, a process each."""
    LAB = "lab"
    """Containers in a virtual machine: real FRR routers, and a twin."""


STRETCH: Mapping[Where, float] = {Where.FLEET: 1.0, Where.TWINS: 1.0, Where.LAB: 4.0}
"""How much longer than on the fleet everything takes."""


class Phase(StrEnum):
    """When: what a device has just been asked (or has just done), or what the journal says."""

    LOCK = "lock"
    STAGE = "stage"
    VALIDATE = "validate"
    COMMIT = "commit"
    REACH = "reach"
    EXTEND = "extend"
    CONFIRM = "confirm"
    BACK = "roll back"
    BEGUN = "record: begun"
    STAGED = "record: staged"
    COMMITTING = "record: committing"
    COMMITTED = "record: committed"
    DECIDED = "record: decided"
    ENDED = "record: ended"


ASKED = tuple(Phase)[: tuple(Phase).index(Phase.BEGUN)]
WRITTEN = tuple(Phase)[len(ASKED) :]
FORTH = ASKED[:-1]
"""What devices are asked in a run that goes well."""

PHASES: Mapping[Kind, Sequence[Phase]] = {
    Kind.KILL: (*ASKED, *WRITTEN),
    Kind.STOP: (*ASKED, Phase.COMMITTED, Phase.DECIDED),
    Kind.INTERRUPT: (*ASKED, *WRITTEN[:-1]),
    Kind.DISK: (*FORTH, *WRITTEN[:-1]),
    Kind.CLOCK: FORTH,
    Kind.RIVAL: ASKED,
    Kind.ELSEWHERE: ASKED,
    Kind.REFUSES: (*FORTH[:4], Phase.EXTEND, Phase.CONFIRM, Phase.BACK),
    Kind.FULL: (Phase.STAGE, Phase.COMMIT, Phase.CONFIRM),
    Kind.EARLY: (Phase.COMMIT, Phase.REACH, Phase.EXTEND, Phase.CONFIRM, Phase.BACK),
    Kind.LATE: (Phase.COMMIT, Phase.REACH, Phase.EXTEND),
    Kind.LOCKED: (Phase.BEGUN,),
    Kind.MEDDLED: (Phase.STAGE, Phase.VALIDATE),
}
"""Where each makes sense; those that are not here can happen whatever a device is asked."""

LONG = (Kind.GONE,)
WEIGHTS: Mapping[Kind, float] = {Kind.KILL: 4.0, Kind.REFUSES: 2.0, Kind.STOP: 0.5, Kind.GONE: 0.25}
"""How often, where not once: killing is what the journal is for; waiting takes long."""


AGAIN = 0.3
"""How often a citynet that was killed is killed once more, in what comes after."""
GIVES_UP = 0.4
"""How often whoever finishes a run has lost patience with a device."""
DEADLY = (Kind.SERVER, Kind.POWER, Kind.DROPPED)
"""What a device does not come back from, where it is given up."""
FOREVER = 200.0
"""Seconds: longer than whoever has lost patience takes."""


class Then(StrEnum):
    """What is done about a run that was left."""

    RESUME = "resumed"
    ABORT = "aborted"
    ALONE = "left alone, then resumed"


@dataclass(frozen=True)
class Fault:
    """One of them. `device` counts from 0; `after` is once the device has done what it was asked.

    `seconds`: how long it lasts, where it does. `delay`: so long after its moment it happens,
    where the moment is a record, so that it meets whatever is being done by then.
    """

    kind: Kind
    phase: Phase
    device: int
    after: bool
    seconds: float
    delay: float = 0.0

    def __str__(self) -> str:
        side = "after" if self.after else "before"
        times = f"{self.seconds:.1f} s, after {self.delay:.1f} s"
        return f"{self.kind} [{side} {self.phase}, device {self.device + 1}, {times}]"


@dataclass(frozen=True)
class Case:
    """One case. `within` is `--confirm-within`, in seconds; `waves` is how many plays there are.

    `gives_up`: whoever takes a run up again waits for nobody who does not answer (`--without`).
    """

    seed: int
    number: int
    routers: int
    optics: int
    waves: int
    within: int
    faults: tuple[Fault, ...]
    then: Then
    redeploy: bool
    where: Where = Where.FLEET
    gives_up: bool = False

    @property
    def name(self) -> str:
        return f"{self.seed}/{self.number}"

    @property
    def patience(self) -> int:
        """`--patience`, in seconds: shorter than the default, so that cases end.

        Timers go off before it is over, unless somebody has lost it.
        """
        return round(6 * STRETCH[self.where]) if self.gives_up else 30


def _fault(random: Random, kinds: Sequence[Kind], devices: int) -> Fault:
    weights = [WEIGHTS.get(kind, 1.0) for kind in kinds]
    kind = random.choices(kinds, weights)[0]
    phase = random.choice(PHASES.get(kind, ASKED))
    seconds = random.choice((0.3, 1.0, 2.5, 6.0))
    return Fault(kind, phase, random.randrange(devices), random.random() < 0.5, seconds)


def _with_cause(random: Random, faults: Sequence[Fault], devices: int) -> Iterator[Fault]:
    """Nothing is rolled back unless something was wrong first."""
    early = (Phase.COMMIT, Phase.EXTEND)
    if any(each.phase is Phase.BACK for each in faults) and not any(
        each.kind is Kind.REFUSES and each.phase in early for each in faults
    ):
        phase = random.choice(early)
        yield Fault(Kind.REFUSES, phase, random.randrange(devices), after=False, seconds=0.0)
    yield from faults


def case(seed: int, number: int, where: Where = Where.FLEET) -> Case:
    """The case of a number."""
    made = _fleet(seed, number) if where is Where.FLEET else _real(seed, number, where)
    apart = Random(f"{seed}/{number}/{where}/gives up")  # noqa: S311
    if apart.random() > GIVES_UP:
        return made
    return replace(made, gives_up=True, faults=tuple(_for_good(each, made) for each in made.faults))


def _for_good(fault: Fault, case: Case) -> Fault:
    """Without an end where it is deadly. The lab's twin can only be read where it answers."""
    read = case.where is not Where.LAB or fault.device < case.routers
    return replace(fault, seconds=FOREVER) if read and fault.kind in DEADLY else fault


def _fleet(seed: int, number: int) -> Case:
    random = Random(f"{seed}/{number}")  # noqa: S311 - to be repeated, not to be secret
    routers, optics = random.choice(((3, 0), (4, 0), (5, 0), (3, 3)))
    devices = routers + optics
    count = random.choices((1, 2, 3), (0.65, 0.28, 0.07))[0]
    faults = [_fault(random, FLEET_KINDS, devices) for _ in range(count)]
    if faults[0].kind is Kind.KILL and random.random() < AGAIN:
        phase = random.choice((Phase.BACK, Phase.CONFIRM, Phase.DECIDED, Phase.ENDED))
        faults.append(
            Fault(Kind.KILL, phase, random.randrange(devices), random.random() < 0.5, 0.0)
        )
    return Case(
        seed=seed,
        number=number,
        routers=routers,
        optics=optics,
        waves=random.choice((1, 1, 2, 3)),
        within=random.choice((6, 8, 12)),
        faults=tuple(_with_cause(random, faults, devices)),
        then=random.choice(tuple(Then)),
        redeploy=random.random() < 0.3,
    )


FLEET_KINDS = tuple(each for each in Kind if each not in (Kind.GUARD, Kind.DAEMON))
REAL_KINDS: Mapping[Where, Sequence[Kind]] = {
    Where.TWINS: (
        *(Kind.KILL, Kind.STOP, Kind.INTERRUPT, Kind.DISK, Kind.CLOCK, Kind.RIVAL),
        *(Kind.ELSEWHERE, Kind.SESSION, Kind.HALF, Kind.SERVER, Kind.POWER, Kind.POWER),
        *(Kind.DROPPED, Kind.DELAYED, Kind.SLOW, Kind.FULL, Kind.LOCKED),
    ),
    Where.LAB: (
        *(Kind.KILL, Kind.STOP, Kind.INTERRUPT, Kind.DISK, Kind.RIVAL, Kind.ELSEWHERE),
        *(Kind.SESSION, Kind.SERVER, Kind.SERVER, Kind.POWER, Kind.DROPPED, Kind.DELAYED),
        *(Kind.SLOW, Kind.FULL, Kind.EARLY, Kind.GUARD, Kind.GUARD, Kind.LOCKED),
        *(Kind.DAEMON, Kind.DAEMON),
    ),
}
FROM_THE_START = (Kind.LOCKED, Kind.FULL)
OF_ROUTERS = (Kind.FULL, Kind.EARLY, Kind.GUARD, Kind.DAEMON)
"""In the lab, what happens to its routers alone."""
OF_TWINS = (Kind.POWER,)
"""And to its twin, the last one: a container that starts anew has lost its cables."""


def _real(seed: int, number: int, where: Where) -> Case:
    """Real servers are hit by the journal: so long after a record is on disk.

    Each kind has its turn, so that a short campaign has all of them.
    """
    random = Random(f"{seed}/{number}/{where}")  # noqa: S311
    stretch = STRETCH[where]
    devices = 4 if where is Where.LAB else 3
    count = random.choices((1, 2), (0.75, 0.25))[0]
    faults = []
    kinds = REAL_KINDS[where]
    for nth in range(count):
        kind = random.choice(kinds) if nth else kinds[number % len(kinds)]
        known = (Phase.BEGUN,) if kind in FROM_THE_START else WRITTEN
        seconds = stretch * random.choice((0.3, 1.0, 2.5, 6.0))
        delay = stretch * random.choice((0.0, 0.0, 0.2, 0.6, 1.5))
        at = random.randrange(devices)
        if where is Where.LAB and kind in (*OF_ROUTERS, *OF_TWINS):
            at = devices - 1 if kind in OF_TWINS else at % (devices - 1)
        after = random.random() < 0.5
        faults.append(Fault(kind, random.choice(known), at, after, seconds, delay))
    return Case(
        seed=seed,
        number=number,
        routers=3,
        optics=0,
        waves=random.choice((1, 1, 2)),
        within=int(stretch * random.choice((8, 12, 20))),
        faults=tuple(faults),
        then=random.choice(tuple(Then)),
        redeploy=random.random() < 0.3,
        where=where,
    )
