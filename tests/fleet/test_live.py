"""Progress on a real terminal: what is drawn while it lasts, and what stays of it."""

import os
import pty
import re
import threading

import pytest
from nornir.core.task import Result, Task
from rich.console import Console

from citynet.fleet.processors import Live
from citynet.fleet.runner import fleet
from citynet.pipeline import prepare
from tests.cities import DEMO

WAIT = threading.Event()


def _one(task: Task) -> Result:
    WAIT.wait(0.3)
    bad = task.host.name == "x-gw1"
    return Result(host=task.host, result="the [fibre] is cut" if bad else "", failed=bad)


@pytest.fixture
def seen() -> str:
    """All that a terminal of 100 columns was sent."""
    master, terminal = pty.openpty()
    got: list[bytes] = []

    def read() -> None:
        try:
            while data := os.read(master, 65536):
                got.append(data)
        except OSError:
            return  # so Linux says that the other end is closed

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    with os.fdopen(terminal, "w") as stream:
        assert os.isatty(stream.fileno())
        nornir = fleet(prepare(DEMO))
        live = Live(Console(file=stream, width=100, _environ={"TERM": "xterm-256color"}))
        nornir.with_processors([live]).run(task=_one, name="look")
    reader.join(10)
    os.close(master)
    return b"".join(got).decode()


def test_a_bar_is_drawn_and_taken_away(seen: str) -> None:
    assert "\x1b[?25l" in seen
    assert "━" in seen
    assert "13/13" in seen
    assert re.search(r"gov-acc1, gov-acc2, gov-acc3", seen)
    assert seen.rindex("\x1b[?25h") > seen.rindex("━")


def test_what_was_wrong_and_how_it_went_stays(seen: str) -> None:
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen)
    assert "look: failed x-gw1: the [fibre] is cut" in plain
    assert re.search(r"look: 13/13 devices \(\d+\.\d s\)\s*$", plain)
