"""What servers do that RFC 6241 has otherwise, or leaves open: switches of a fake device.

Those of `NETOPEER2` were read in netopeer2 2.8.7 (its src/netconf_confirmed_commit.c, netconf.c
and common.c). `docs/netconf_habits.md` says what citynet does about each.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from citynet.netconf.reply import RpcError


class Habit(StrEnum):
    """One of them."""

    FILTER = "a filter that selects nothing is answered by an rpc-error"
    ALONE = "a timer is started again by `persist` alone; with `persist-id` that is invalid-value"
    KEPT = "what is staged outlives the server; what waits is taken back when it starts again"
    LOCKS_ALL = "a candidate that has been changed can be locked"
    OWN_NUMBER = "while a commit waits, lock-denied names the session that asks"
    ZERO = "lock-denied names session 0"
    STRANGE_NUMBER = "lock-denied names a session that does not exist"
    SLOW_KILL = "kill-session is answered before that session ends"
    NO_KILL = "kill-session is access-denied"
    FAILS_LATE = "a confirming commit ends the timer, and then fails"
    WORDS = "the path of an error is in its message alone"


NETOPEER2 = frozenset(
    (Habit.FILTER, Habit.ALONE, Habit.KEPT, Habit.OWN_NUMBER, Habit.SLOW_KILL, Habit.WORDS)
)
"""What all of its sessions see; `FAILS_LATE` is of a candidate that cannot be committed."""
STRANGER = 4000
"""The number of a session that no fake ever gives."""


def named(habits: frozenset[Habit], holder: int, asks: int, *, waits: bool = False) -> int:
    """The session that lock-denied names, where `holder` has the lock and `asks` wants it."""
    if waits and Habit.OWN_NUMBER in habits:
        return asks
    if Habit.ZERO in habits:
        return 0
    return STRANGER if Habit.STRANGE_NUMBER in habits else holder


def worded(habits: frozenset[Habit], errors: Sequence[RpcError]) -> tuple[RpcError, ...]:
    """Errors as a server of these habits writes them."""
    if Habit.WORDS not in habits:
        return tuple(errors)
    return tuple(_worded(each) if each.path else each for each in errors)


def _worded(error: RpcError) -> RpcError:
    return replace(error, message=f'{error.message} (path "{error.path}")', path="")
