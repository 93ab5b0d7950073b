"""A lock that may be of an earlier run of ours: its session is waited for.

A run that was killed, or whose connection was cut, leaves a session that a slow device ends only
when it has done what it was asked last. That session has our user and comes from our host. It may
be of a run that lives, in another folder: that is waited for, too, and no longer.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from citynet.deploy.driver import HeldError, Refusal, Refused
from citynet.transaction.seldom import Seldom

FIRST, SLOWEST = 0.5, 4.0
"""Seconds between two attempts; a device is asked for its configuration at each."""
T = TypeVar("T")


def share(run: str) -> float:
    """The part of its patience, from a half to all, that a run waits for others.

    Two runs may each hold what the other waits for. One gives up first, and the other goes on.
    """
    return 0.5 + sha256(run.encode()).digest()[0] / 510


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds a lock is waited for, where that is said, why to stop (empty: go on)."""

    seconds: float
    say: Callable[[str], None]
    stopped: Callable[[], str]


def awaited(device: str, work: Callable[[], T], patience: Patience) -> T:
    """Do it, again and again while a session of ours may be in the way. Raises `Refused`."""
    began, pause = time.monotonic(), FIRST
    seldom = Seldom()
    held: HeldError | None = None
    while True:
        try:
            return work()
        except HeldError as error:
            held = error
        except Refused:
            if held is None:
                raise
            return work()  # it ended between the refusal and the question whose it is
        now = time.monotonic()
        left = began + patience.seconds - now
        _go_on(device, held, patience, now - began)
        if seldom.due(frozenset({str(held)}), now):
            times = f"{now - began:.0f} s so far, up to {left:.0f} s more"
            patience.say(f"{device}: {_words(held)}; waiting for it to end ({times})")
        time.sleep(min(pause, left))
        pause = min(2 * pause, SLOWEST)


def _go_on(device: str, held: HeldError, patience: Patience, waited: float) -> None:
    """Raise `Refused` when it is no longer waited for."""
    over = f"it has not ended within {waited:.0f} s" if waited >= patience.seconds else ""
    why = patience.stopped() or over
    if why:
        raise Refused(device, [Refusal("", None, "", f"{_words(held)}; {why}")]) from held


def _words(held: HeldError) -> str:
    return "; ".join(each.message for each in held.refusals)
