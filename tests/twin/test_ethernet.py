"""Twins hear each other over real Ethernet, and miss each other at once when it is cut."""

import json
import os
import subprocess
import sys

import pytest

from tests.cities import ROOT
from tests.root import SUDO
from tests.speed import seconds

pytestmark = pytest.mark.twin


def test_both_ends_of_a_cut_link_miss_each_other() -> None:
    words = [*SUDO, "env", f"PYTHONPATH={os.environ.get('PYTHONPATH', '')}", sys.executable]
    done = subprocess.run(
        [*words, "-m", "tests.twin.ethernet", str(seconds(20))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds(120),
    )
    assert done.returncode == 0, done.stderr
    together, carrier, cut, again = (json.loads(line) for line in done.stdout.splitlines())
    assert together == again == [["twin-1"], ["twin-0"]]
    assert carrier == [False, False]
    assert cut == [[], []]
