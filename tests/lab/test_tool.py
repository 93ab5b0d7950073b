"""A tool that is stopped with citynet removes what it has made."""

import os
import signal
import sys
from pathlib import Path

from tests.processes import started

TOOL = """
(
    trap 'rm "$2"; exit 1' TERM
    touch "$2"
    while :; do sleep 0.1; done
) &
trap 'wait; sleep 1; rm "$1"; exit 1' TERM
touch "$1"
wait
"""
"""Waits for its child, as mmdebstrap does, and does not pass signals on."""
RUN = """
import os, signal, sys
from citynet.cli.stopping import stopped_in_words
from citynet.lab.tool import run_tool
with stopped_in_words("none"):
    run_tool(["sh", "-c", sys.argv[1], "sh", *sys.argv[2:]], os.environ)
"""


def test_it_tidies_up_before_citynet_ends(tmp_path: Path) -> None:
    files = [tmp_path / "root", tmp_path / "more"]
    command = [sys.executable, "-c", RUN, TOOL, *map(str, files)]
    with started(command, {**os.environ, "XDG_STATE_HOME": str(tmp_path)}) as process:
        while not all(file.exists() for file in files):
            assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert not any(file.exists() for file in files)
    assert process.returncode != 0
