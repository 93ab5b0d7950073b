"""Output whose reader has left."""

import os
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
