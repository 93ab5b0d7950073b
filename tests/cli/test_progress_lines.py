"""Progress in a log: a step that takes long shows that it is alive."""

import time

import pytest

from citynet.cli.progress import Lines


def test_a_long_step_is_named_again_until_it_ends(capsys: pytest.CaptureFixture[str]) -> None:
    lines, seen = Lines(every=0.05), ""
    lines.step("boot the VM")
    end = time.monotonic() + 30
    while "so far" not in seen and time.monotonic() < end:
        time.sleep(0.02)
        seen += capsys.readouterr().err
    lines.done("boot the VM", 1.0)
    assert seen.startswith("... boot the VM\n... boot the VM (for 0 s so far)\n")
    assert "ok  boot the VM (1.0 s)\n" in capsys.readouterr().err
    time.sleep(0.2)
    assert capsys.readouterr().err == ""


def test_a_step_that_goes_on_has_one_clock(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines(every=60)
    lines.step("one")
    lines.step("two")
    lines.end()
    assert capsys.readouterr().err == "... one\n... two\n"
