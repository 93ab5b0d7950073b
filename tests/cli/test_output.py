"""Output whose reader has left."""

import os
import subprocess
import sys

import click
import pytest
from rich.console import Console

from citynet.cli.output import unbroken


def test_what_nobody_reads_is_dropped() -> None:
    read, write = os.pipe()
    os.close(read)
    before = sys.stderr
    with open(write, "w", encoding="utf-8") as gone:  # noqa: PTH123 - it has no path
        with pytest.raises(BrokenPipeError):
            print("a line", file=gone, flush=True)
        with unbroken(gone):
            click.echo("a line", err=True)
            Console(stderr=True).print("a line")
            sys.stderr.flush()
        assert sys.stderr is before
        os.dup2(os.open(os.devnull, os.O_WRONLY), write)


def test_what_somebody_reads_arrives() -> None:
    read, write = os.pipe()
    with open(write, "w", encoding="utf-8") as there, unbroken(there):  # noqa: PTH123
        click.echo("城市", err=True)
        sys.stderr.flush()
    with open(read, encoding="utf-8") as lines:  # noqa: PTH123
        assert lines.read() == "城市\n"


LEAVES = """
import sys
from citynet.cli.output import unbroken
with unbroken(sys.stderr):
    print("first", file=sys.stderr, flush=True)
    sys.stdin.read()
    print("to no reader", file=sys.stderr)
{late}
sys.exit(1)
"""


@pytest.mark.parametrize("late", ["", "print('late', file=sys.stderr)"])
def test_a_reader_that_has_left_does_not_change_the_exit_code(late: str) -> None:
    """Python exits 120 where it cannot write what is left in a buffer."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
    with subprocess.Popen(
        [sys.executable, "-c", LEAVES.format(late=late)],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stderr is not None
        assert process.stdin is not None
        assert process.stderr.readline() == "first\n"
        process.stderr.close()
        process.stdin.close()
        assert process.wait(30) == 1
