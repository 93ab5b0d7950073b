"""What holds for every test."""

import pytest

pytest_plugins = ["tests.flaky", "tests.tally", "tests.not_run", "tests.lab_e2e.health"]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """A skipped test proves nothing, so it fails the run."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped and terminalreporter._session is not None:
        terminalreporter.write_line(f"{len(skipped)} skipped: a skipped test is a failure")
        terminalreporter._session.exitstatus = pytest.ExitCode.TESTS_FAILED
