"""A command that is stopped says what it leaves, however it was stopped: of a lab, of a run."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from citynet.cli.output import unbroken
from citynet.lab import census
from citynet.lab.paths import paths

TO_STOP = (signal.SIGTERM, signal.SIGHUP)


def _stop(number: int, frame: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def stopped_in_words(name: str) -> Iterator[None]:
    """SIGTERM and a terminal that goes away stop what is done meanwhile as Ctrl-C does.

    So what was started is ended, and what is left of lab `name` is said. What citynet was
    started to ignore (nohup) stays ignored.
    """
    heard = [each for each in TO_STOP if signal.getsignal(each) is signal.SIG_DFL]
    for each in heard:
        signal.signal(each, _stop)
    try:
        yield
    except KeyboardInterrupt:
        if left := census.note(paths(os.environ), name):
            click.echo(f"lab {name}: {left}", err=True)
        raise
    finally:
        for each in heard:
            signal.signal(each, signal.SIG_DFL)


SHOW_CURSOR = "\x1b[?25h"
"""For a terminal on which progress was being drawn."""


@contextmanager
def asked_to_stop(then: str, left: Callable[[], str]) -> Iterator[Callable[[], str]]:
    """The first signal asks for a stop, and `then` is said; a second one ends the process at once.

    What is left of the run is said before that: a sentence of `left`. Nothing is cleaned up, since
    that would wait for devices: a run may be killed at any moment, and devices have their timers.
    A terminal that goes away is such a signal, and what is written to it then is lost. What
    citynet was started to ignore (nohup) stays ignored.
    """
    asked: list[str] = []

    def stop(number: int, frame: object) -> None:
        if asked:
            shown = SHOW_CURSOR if sys.stderr.isatty() else ""
            click.echo(f"{shown}ended by {signal.Signals(number).name}; {left()}", err=True)
            sys.stderr.flush()
            os._exit(128 + number)
        asked.append(f"stopped by {signal.Signals(number).name}")
        click.echo(f"{then}; once more ends citynet at once", err=True)

    signals = (signal.SIGINT, *TO_STOP)
    heard = [each for each in signals if signal.getsignal(each) not in (signal.SIG_IGN, None)]
    before = {each: signal.signal(each, stop) for each in heard}
    try:
        with unbroken(sys.stderr):
            yield lambda: asked[0] if asked else ""
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
