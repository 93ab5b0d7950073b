"""Signals while a run is at work."""

import os
import signal
from collections.abc import Iterator

import pytest

from citynet.cli.deploy import GOES_BACK, _stopping


@pytest.fixture
def hangup() -> Iterator[None]:
    """`nohup`: this process was started to ignore the signal."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGHUP, before)


def test_a_signal_asks_for_a_stop() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with _stopping(GOES_BACK) as asked:
        os.kill(os.getpid(), signal.SIGTERM)
        assert asked() == "stopped by SIGTERM"
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.usefixtures("hangup")
def test_what_was_ignored_stays_ignored() -> None:
    with _stopping(GOES_BACK) as asked:
        os.kill(os.getpid(), signal.SIGHUP)
        assert not asked()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
