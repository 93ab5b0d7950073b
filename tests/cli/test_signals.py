"""Signals while a run is at work."""

import os
import signal
from collections.abc import Iterator

import pytest

from citynet.cli.deploy import GOES_BACK
from citynet.cli.stopping import asked_to_stop


@pytest.fixture
def hangup() -> Iterator[None]:
    """`nohup`: this process was started to ignore the signal."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def heard() -> Iterator[None]:
    """All signals are as a terminal gives them, though the tests may run under `nohup`."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {each: signal.signal(each, signal.default_int_handler) for each in numbers}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.usefixtures("heard")
def test_a_signal_asks_for_a_stop() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with asked_to_stop(GOES_BACK, str) as asked:
        os.kill(os.getpid(), signal.SIGTERM)
        assert asked() == "stopped by SIGTERM"
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.usefixtures("hangup")
def test_what_was_ignored_stays_ignored() -> None:
    with asked_to_stop(GOES_BACK, str) as asked:
        os.kill(os.getpid(), signal.SIGHUP)
        assert not asked()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_second_signal_ends_it_at_once_and_says_what_is_left(
    number: signal.Signals,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    with asked_to_stop(GOES_BACK, lambda: "run r1 was left") as asked:
        os.kill(os.getpid(), signal.SIGINT)
        assert not ended
        os.kill(os.getpid(), number)
        assert asked() == "stopped by SIGINT"
    assert ended == [128 + number]
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == [
        f"{GOES_BACK}; once more ends citynet at once",
        f"ended by {number.name}; run r1 was left",
    ]
