"""The program on the device that keeps a commit's promise: it goes back unless it is confirmed.

One command a call, a JSON document on standard input where it needs one, one on standard output.
`watch` is what lives on without any session: one process watches the time, another one waits for
that one to die, the keeper where the device has one. See docs/confirmed_commit.md.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from .pending import (
    ABOUT,
    COMMIT,
    CONFIRMED,
    FILES,
    LEFT,
    REVERTING,
    WHY,
    Failure,
    Json,
    Store,
    free,
    held,
    now,
)

MOST_FILES = 64
TICK = 0.5
"""Seconds between two looks at a commit that is being made: its session may be lost."""
CALM = 1.0
"""Seconds between two looks at one that is complete: it may be extended, or decided by another
command. A look is one stat(2); ten routers that waited took more than half of an emulated machine
when it was more.
"""
PATIENCE = 60.0
"""Seconds that a command waits for another one that is deciding or carrying out."""
FOREVER = float("inf")
FOREGROUND = 60.0
"""Seconds that `back` tries before it leaves the rest to the watcher."""
GRACE = 2.0
"""Seconds after the start of a commit before its session may be missed."""
AFTER_RESTART = 12
"""Attempts to be as before a restart: what is still different then is told, and left."""


def main(arguments: list[str], given: str, store: Store) -> Json:
    """Carry out one command and give its answer."""
    name, *rest = arguments or ["show"]
    command = COMMANDS.get(name)
    if command is None:
        known = ", ".join(COMMANDS)
        return {"ok": False, "kind": "failed", "message": f"no command {name!r}, only {known}"}
    try:
        return {"ok": True, **command(store, rest, given)}
    except Failure as error:
        return {"ok": False, "kind": error.kind, "message": str(error)}
    except (OSError, ValueError, LookupError, TypeError) as error:
        return {"ok": False, "kind": "failed", "message": f"{type(error).__name__}: {error}"}


def begin(store: Store, arguments: list[str], given: str) -> Json:
    """Write the way back down and have its time watched; nothing has changed before that."""
    asked = json.loads(given)
    with held(store.deciding, PATIENCE):
        refuse_another(store)
        try:
            for lock in (store.watching, store.changing):
                free(lock)  # makes its file, while there is room
            keeper = _keeper(store)
            go = spawn(store, 2 if keeper is None else 1)
            store.begin(asked["about"], asked["back"], asked["within"], asked["room"])
        except OSError as error:
            where = error.filename or store.state
            what = f"{where}: {error.strerror}; nothing was changed"
            raise Failure(
                "refused", f"the way back cannot be kept on the device: {what}"
            ) from error
        os.close(go)
    if keeper is not None:
        with suppress(OSError):
            os.write(keeper, b"commit\n")
        os.close(keeper)
    return {}


def _keeper(store: Store) -> int | None:
    """A way to call the one who sees to it that somebody watches, where there is one."""
    try:
        return os.open(store.run / "armed", os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None


def refuse_another(store: Store) -> None:
    """Raise `Failure` where a commit waits, saying which one."""
    phase = store.phase()
    if phase == COMMIT:
        left = max(0.0, store.seconds_left())
        said = f"commit {store.run_name()} waits for its confirmation, {left:.0f} s left"
        raise Failure("refused", said)
    if phase is not None:
        doing = "going back" if phase == REVERTING else "being confirmed"
        raise Failure("refused", f"commit {store.run_name()} is {doing}")


def spawn(store: Store, count: int) -> int:
    """Start watchers; they begin once the descriptor that this gives is closed, or its owner."""
    wait, go = os.pipe()
    ready, alive = os.pipe()
    for _ in range(count):
        child = os.fork()
        if child == 0:
            _daemon(store, wait, alive)
        os.waitpid(child, 0)
    os.close(wait)
    os.close(alive)
    answers = b""
    while more := os.read(ready, count):
        answers += more
    os.close(ready)
    if len(answers) < count:
        os.close(go)
        raise OSError(None, "nobody could be started to watch the time")
    return go


def _daemon(store: Store, wait: int, alive: int) -> None:
    """Be a watcher: of no session, no terminal and no parent, and without their locks.

    Does not return.
    """
    try:
        os.setsid()
        if os.fork():
            os._exit(0)
        os.chdir("/")
        for each in set(range(3, MOST_FILES)) - {wait, alive}:
            with suppress(OSError):
                os.close(each)
        nothing = os.open(os.devnull, os.O_RDWR)
        for each in (0, 1, 2):
            os.dup2(nothing, each)
        with suppress(OSError):  # the last one to go when memory runs out
            Path("/proc/self/oom_score_adj").write_text("-900", encoding="ascii")
        with ExitStack() as stack:
            with suppress(TimeoutError):  # another one watches, until it dies
                stack.enter_context(held(store.watching, 0.0))
                stack.callback(watch_on, store)
            os.write(alive, b".")
            os.close(alive)
            os.read(wait, 1)
            os.close(wait)
        watch(store, [], "")
    finally:
        os._exit(0)


def watch(store: Store, arguments: list[str], given: str) -> Json:
    """Watch the time of the commit that waits, and see it to its end, whatever that is."""
    with held(store.watching, FOREVER):
        watch_on(store)
    return {}


def watch_on(store: Store) -> None:
    """Watch until nothing waits."""
    attempt = 0
    while (phase := store.phase()) is not None:
        if phase == COMMIT and not _due(store):
            _rest(store)
            continue
        try:
            with held(store.deciding, PATIENCE):
                done = _finish(store, attempt)
        except (OSError, Failure):
            done = False
        if not done:
            from .wayback import pause  # noqa: PLC0415 - only now

            time.sleep(pause(attempt))
            attempt += 1


def _rest(store: Store) -> None:
    """Sleep for as long as nothing of the commit can have become different."""
    if store.read(FILES) is None:
        time.sleep(TICK)
        return
    seen, until = store.extended(), now() + store.seconds_left()
    while seen is not None and store.extended() == seen and (left := until - now()) > 0:
        time.sleep(min(CALM, left))


def _due(store: Store) -> str:
    """Why the commit has to go back now; empty while it has not."""
    if store.restarted():
        return "the device restarted before it was confirmed"
    if store.seconds_left() <= 0:
        return "its time ran out"
    about = store.read(ABOUT) or {}
    old = now() - float(about.get("began", 0.0)) > GRACE
    if about.get("held") and old and store.read(FILES) is None and free(store.session):
        return "the session that carried it out was lost half-way"
    return ""


def _finish(store: Store, attempt: int) -> bool:
    """Decide if nobody has, and carry out what was decided; whether that is done."""
    if store.phase() == COMMIT:
        why = _due(store)
        if not why:
            return True
        store.decide(REVERTING, why)
    if store.phase() == CONFIRMED:
        store.keep()
        store.end("confirmed", [])
    if store.phase() == REVERTING:
        from .wayback import go_back  # noqa: PLC0415 - only now

        left = go_back(store)
        if left and not (store.restarted() and attempt >= AFTER_RESTART):
            return False
        store.end("rolled back" if not left else "incomplete", left)
    return True


def at_start(store: Store, arguments: list[str], given: str) -> Json:
    """Before the device is given what it saved: finish a confirmation, end a wait."""
    with held(store.deciding, PATIENCE):
        if store.phase() == CONFIRMED:
            _finish(store, 0)
        elif store.phase() == COMMIT and store.restarted():
            store.decide(REVERTING, "the device restarted before it was confirmed")
    return {}


def ready(store: Store, arguments: list[str], given: str) -> Json:
    """The commit runs and was verified: keep its files at hand, and start its time."""
    asked = json.loads(given)
    with held(store.deciding, PATIENCE):
        expect(store, asked["run"])
        try:
            store.prepare(asked["files"])
            store.extend(asked["within"])
        except OSError as error:
            said = f"{error.filename}: {error.strerror}"
            raise Failure("refused", f"what is to be booted cannot be written: {said}") from error
    return {}


def extend(store: Store, arguments: list[str], given: str) -> Json:
    """`extend RUN SECONDS`."""
    run, within = arguments
    with held(store.deciding, PATIENCE):
        expect(store, run)
        store.extend(float(within))
    return {}


def confirm(store: Store, arguments: list[str], given: str) -> Json:
    """`confirm RUN`: it stays, and boots."""
    (run,) = arguments
    with held(store.deciding, PATIENCE):
        if store.phase() == CONFIRMED and store.run_name() == run:
            _finish(store, 0)
            return {}
        expect(store, run)
        if store.read(FILES) is None:
            raise Failure("failed", f"commit {run} is not complete, and cannot be confirmed")
        store.decide(CONFIRMED, "asked")
        _finish(store, 0)
    return {}


def back(store: Store, arguments: list[str], given: str) -> Json:
    """`back RUN [WHY]`: as before, now."""
    run, *why = arguments
    with held(store.deciding, FOREGROUND + PATIENCE):
        if store.phase() != REVERTING or store.run_name() != run:
            expect(store, run, late=True)
            store.decide(REVERTING, " ".join(why) or "asked")
        from .wayback import pause  # noqa: PLC0415 - only now

        end, attempt = now() + FOREGROUND, 0
        while not _finish(store, attempt):
            if now() > end:
                left = store.read(LEFT) or ["unknown"]
                raise Failure(
                    "failed", f"going back goes on; still different: {'; '.join(left[:5])}"
                )
            time.sleep(pause(attempt))
            attempt += 1
    return {}


def expect(store: Store, run: str, *, late: bool = False) -> None:
    """Raise `Failure` unless a commit of that name waits. `late`: even if its time is over.

    One that goes back, or has to, is not `not-pending` until the device is as before: who hears
    that may look at what runs.
    """
    phase = store.phase()
    if phase is not None and store.run_name() == run:
        due = _due(store) if phase == COMMIT else ""
        if phase == COMMIT and (late or not due):
            return
        why = store.read(WHY) or due
        if phase == CONFIRMED:
            raise Failure("not-pending", f"commit {run} waits no more: {why}")
        _see_to_it(store)
        raise Failure("failed", f"commit {run} is going back: {why}")
    found = [each for each in store.outcomes() if each.get("run") == run]
    became = "no commit of that name is known"
    if found:
        last = found[-1]
        became = f"it was {last['result']} at {last['at']} ({last['why']})"
    other = f"; commit {store.run_name()} waits" if phase is not None else ""
    raise Failure("not-pending", f"no commit waits as {run}: {became}{other}")


def _see_to_it(store: Store) -> None:
    """Have somebody watch what goes back, should all who did be dead."""
    if free(store.watching):
        with suppress(OSError):
            os.close(spawn(store, 1))


def show(store: Store, arguments: list[str], given: str) -> Json:
    """What waits, and what became of those before."""
    phase = store.phase()
    waiting: dict[str, Any] = {}
    if phase is not None:
        waiting = {
            "phase": phase,
            "run": store.run_name(),
            "complete": store.read(FILES) is not None,
            "seconds": max(0.0, store.seconds_left()) if phase == COMMIT else 0.0,
            "left": store.read(LEFT) or [],
            "watched": not free(store.watching),
        }
    return {"waiting": waiting, "outcomes": store.outcomes()}


COMMANDS: dict[str, Callable[[Store, list[str], str], Json]] = {
    "begin": begin,
    "ready": ready,
    "extend": extend,
    "confirm": confirm,
    "back": back,
    "watch": watch,
    "start": at_start,
    "show": show,
}


def run() -> int:
    """The program."""
    arguments = sys.argv[1:]
    given = sys.stdin.read() if arguments[:1] in (["begin"], ["ready"]) else ""
    answer = main(arguments, given, Store())
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0 if answer["ok"] else 1
