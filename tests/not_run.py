"""Tests that need the vendors' YANG models, where there are none: not run, and counted.

They have the mark `models`, or `twin`: twins serve these models. `CITYNET_REQUIRE=all`, which CI
sets, makes missing models an error.
"""

import os

import pytest

from citynet.environ import setting
from citynet.text import listed
from citynet.yang.models import NAMED as FOLDER
from citynet.yang.models import VARIABLE as NAMED
from tests.yang.models import MODELS, lacking

VARIABLE = "CITYNET_REQUIRE"
ALL = "all"
WHY = "the vendors' YANG models are not here (make models)"
NOT_RUN = "not run"
MARKS = ("models", "twin")
MISSING = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    """Where every test is required, or a folder is named, missing models are an error at once."""
    required = os.environ.get(VARIABLE)
    if required not in {None, ALL}:
        raise pytest.UsageError(f"{VARIABLE} is {required!r}: it is {ALL!r}, or not set")
    missing = lacking()
    if missing and (required or setting(os.environ, NAMED, FOLDER)):
        why = f"{VARIABLE}={ALL}" if required else f"{NAMED} is set"
        raise pytest.UsageError(
            f"{why}, and there are no models of {listed(missing)} in {MODELS}: "
            "docs/yang.md says how to get them"
        )
    config.stash[MISSING] = bool(missing)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test that needs them is skipped before its fixtures; the reason says which skip it is."""
    for item in items if config.stash[MISSING] else ():
        if any(item.get_closest_marker(mark) for mark in MARKS):
            item.add_marker(pytest.mark.skip(reason=WHY))


def pytest_report_teststatus(
    report: pytest.CollectReport | pytest.TestReport,
) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """What is not run is not among the skipped tests, which are failures."""
    if report.skipped and isinstance(report.longrepr, tuple) and report.longrepr[2].endswith(WHY):
        return NOT_RUN, "-", (NOT_RUN.upper(), {"yellow": True})
    return None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A sentence, above the last line."""
    if count := len(terminalreporter.stats.get(NOT_RUN, [])):
        terminalreporter.write_line(f"not run, {count}, because {WHY}")
