"""What holds for every test."""

from pathlib import Path

import pytest

OWN_LAB = ("test_vendors", "test_recovery")
"""Modules that bring up a lab of their own beside the demo city's."""


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What shares the demo city's lab is for one worker (`--dist loadgroup`); else a module is."""
    for item in items:
        module = item.nodeid.partition("::")[0]
        demo = item.get_closest_marker("lab") and Path(module).stem not in OWN_LAB
        if not item.get_closest_marker("campaign"):
            item.add_marker(pytest.mark.xdist_group("demo" if demo else module))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """A skipped test proves nothing, so it fails the run."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped and terminalreporter._session is not None:
        terminalreporter.write_line(f"{len(skipped)} skipped: a skipped test is a failure")
        terminalreporter._session.exitstatus = pytest.ExitCode.TESTS_FAILED
