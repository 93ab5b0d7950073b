"""What a command that was stopped leaves of a lab is said, however it was stopped."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import click

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
