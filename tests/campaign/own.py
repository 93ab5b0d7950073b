"""What goes wrong with citynet itself, wherever its devices are."""

import signal
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.campaign.case import Fault, Kind, Phase
from tests.campaign.run import Run

RECORDS: Mapping[str, Phase] = {
    each.value.removeprefix("record: "): each for each in Phase if each.startswith("record")
}
OWN = frozenset(
    {
        *(Kind.KILL, Kind.STOP, Kind.INTERRUPT, Kind.DISK, Kind.CLOCK),
        *(Kind.RIVAL, Kind.ELSEWHERE),
    }
)
JUMPS = ("+3600", "-3600", "+86400", "-86400", "+9")


def to_citynet(fault: Fault, run: Run, rival: Callable[[bool], None], clock: Path) -> bool:
    """Let it happen to the process; False where it is no fault of that kind."""
    match fault.kind:
        case Kind.KILL:
            run.signal(signal.SIGKILL)
        case Kind.STOP:
            run.freeze(fault.seconds + 2.0)
        case Kind.INTERRUPT:
            run.signal(signal.SIGTERM if fault.device % 2 else signal.SIGINT)
        case Kind.DISK:
            run.fill()
        case Kind.CLOCK:
            clock.write_text(JUMPS[fault.device % len(JUMPS)])
        case Kind.RIVAL | Kind.ELSEWHERE:
            rival(fault.kind is Kind.ELSEWHERE)
        case _:
            return False
    return True
