"""A test that needs a lab and fails is run once more, after the lab has been proved healthy.

A pytest plugin, on with `--retry`. What fails twice is a failure and shows both tries. What passes
the second time has passed, is counted as `flaky` in pytest's own closing line, and both tries are
printed. More than `MOST` of them fail the run. Who proves the lab healthy is asked by a hook,
`pytest_lab_health`; where it cannot be, the test is a failure that says why and the run stops.

pytest-rerunfailures knows nothing of a lab between two tries and forgets what the first one said.
"""

from dataclasses import dataclass

import pytest
from _pytest.runner import runtestprotocol

MARKS = ("lab", "beside", "twin")
"""Tests that run on a real machine's time."""
MOST = 3
"""So many flaky tests may be the machine's; more are ours."""
FLAKY = "flaky"


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a lab is as it should be, and what was done to see that."""

    well: bool
    said: str


class Hooks:
    """What this plugin asks others."""

    @pytest.hookspec(firstresult=True)
    def pytest_lab_health(self, item: pytest.Item) -> Health | None:
        """Make the lab that a test needs healthy if it is not, and prove it."""


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(Hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    words = "run a lab, beside or twin test that fails once more, in a lab that is proved healthy"
    parser.addoption("--retry", action="store_true", help=words)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test, and once more if it fails."""
    marked = any(item.get_closest_marker(each) for each in MARKS)
    if not marked or not item.config.getoption("retry"):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in _reports(item, nextitem):
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _reports(item: pytest.Item, nextitem: pytest.Item | None) -> list[pytest.TestReport]:
    """The reports of the try that counts; those of one that was flaky say so."""
    first = runtestprotocol(item, log=False, nextitem=nextitem)
    if not _failed(first) or item.session.shouldfail or item.session.shouldstop:
        return first
    said = _said(first) + _torn_down(item)
    health: Health | None = item.ihook.pytest_lab_health(item=item)
    if health is None:
        return first
    if not health.well:
        _add(first, "the lab cannot be proved healthy", health.said)
        item.session.shouldfail = f"the lab cannot be proved healthy after {item.nodeid}"
        return first
    item.user_properties.append(("first try", said))
    second = runtestprotocol(item, log=False, nextitem=nextitem)
    if _failed(second):
        _add(second, "the lab between the two tries", health.said)
        _add(second, "first try", said)
        return second
    return [_flaky(first, said, health, _said(second)), *second]


def _failed(reports: list[pytest.TestReport]) -> bool:
    return any(each.failed for each in reports)


def _said(reports: list[pytest.TestReport]) -> str:
    """What went wrong, and what the test printed."""
    parts = [f"{each.when}: {each.longreprtext}" for each in reports if each.longreprtext]
    printed = dict.fromkeys(
        f"-- {name}\n{text}" for each in reports for name, text in each.sections
    )
    return "\n".join((*parts, *printed))


def _torn_down(item: pytest.Item) -> str:
    """End all fixtures, a module's and the session's too: the second try makes its own."""
    try:
        item.session._setupstate.teardown_exact(None)
    except Exception as error:  # noqa: BLE001 - a broken fixture may end in any way
        return f"\nits fixtures did not end well: {error!r}"
    return ""


def _add(reports: list[pytest.TestReport], title: str, text: str) -> None:
    """Let every report of a failure show this as well."""
    for each in reports:
        if each.failed:
            each.sections.append((title, text))


def _flaky(
    first: list[pytest.TestReport], said: str, health: Health, second: str
) -> pytest.TestReport:
    """A report of both tries. JUnit's file has the first one among the test's properties."""
    text = f"{said}\n-- then the lab was proved healthy\n{health.said}"
    report = next(each for each in first if each.failed)
    report.__dict__.update(outcome=FLAKY, when="call", tries=(text, second or "it printed nothing"))
    return report


def pytest_report_teststatus(
    report: pytest.TestReport,
) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    if report.outcome == FLAKY:
        return FLAKY, "~", ("FLAKY", {"yellow": True})
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Too many are a failure. A worker of xdist leaves that to who has them all."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return
    many = len(reporter.stats.get(FLAKY, [])) > MOST
    if many and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Both tries of each."""
    found = terminalreporter.stats.get(FLAKY, [])
    if not found:
        return
    terminalreporter.section("FLAKY: failed, and passed in a lab that was proved healthy")
    for report in found:
        first, second = report.tries
        terminalreporter.section(report.nodeid, sep="_")
        terminalreporter.line(f"-- first try: failed\n{first}")
        terminalreporter.line(f"-- second try: passed\n{second}")
    for report in found:
        terminalreporter.line(f"FLAKY {report.nodeid}")
    if len(found) > MOST:
        terminalreporter.line(f"{len(found)} flaky tests: more than {MOST} are a failure")
