"""Bounds of waiting follow the machine: never shorter than said, and not without end."""

import pytest

from tests import speed
from tests.speed import MOST, Speed, factor, host, seconds


def test_an_idle_machine_waits_as_long_as_is_said() -> None:
    assert Speed(0.8, 0.1).factor == 1.0


@pytest.mark.parametrize("slow", [Speed(3.0, 0.5), Speed(0.9, 3.0), Speed(0.9, 0.5, 3.0)])
def test_whatever_is_slow_counts(slow: Speed) -> None:
    assert slow.factor == 3.0
    assert "x3.0" in str(slow)
    assert "3.0 times" in str(slow)


def test_there_is_an_end() -> None:
    assert Speed(500.0, 1.0).factor == MOST


def test_what_was_measured_in_the_lab_is_the_least() -> None:
    assert factor({"CITYNET_SLOW": "7.5"}) >= 7.5
    assert factor({}) >= 1.0


def test_this_machine_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    assert host().host > 0.1
    monkeypatch.setattr(speed, "factor", lambda: 4.0)
    assert seconds(30) == 120.0
