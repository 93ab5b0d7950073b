"""What was proved: every check's result, as a value, as JSON and as JUnit XML."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from citynet.verify.check import TWIN, Result, Status

NOTHING = "nothing could be measured, which proves nothing"


@dataclass(frozen=True, slots=True)
class Report:
    """All results, in a sorted order. Times are in seconds; `started` is ISO 8601, UTC.

    `waited` is how long the network took to settle, `settled` whether it did. `unmeasured` has
    the checks that nothing could be measured for, by id, with the reason: neither passed nor
    failed.
    """

    city: str
    started: str
    seconds: float
    waited: float
    settled: bool
    probes: int
    results: tuple[Result, ...]
    unmeasured: Mapping[str, str] = field(default_factory=dict)

    @property
    def made_up(self) -> tuple[Result, ...]:
        """What was judged by state that twins have made up, which proves no vendor's device."""
        return tuple(each for each in self.results if each.made_up)

    @property
    def failed(self) -> tuple[Result, ...]:
        """What does not hold, or could not be checked."""
        return tuple(each for each in self.results if not each.passed)

    @property
    def ok(self) -> bool:
        """Whether all holds. No result at all proves nothing."""
        return bool(self.results) and not self.failed

    @property
    def summary(self) -> str:
        """`120 checks, 90 passed, 1 failed, 29 not measured` and how long it took."""
        bad = len(self.failed)
        total = len(self.results) + len(self.unmeasured)
        counts = f"{total} checks, {len(self.results) - bad} passed, {bad} failed"
        if self.unmeasured:
            counts += f", {len(self.unmeasured)} not measured"
        if not self.results:
            counts += f": {NOTHING}"
        if self.made_up:
            counts += f"; {len(self.made_up)} judge what twins made up {TWIN}"
        waited = f", after waiting {self.waited:.1f} s" if self.waited else ""
        return f"{counts} ({self.probes} probes, {self.seconds:.1f} s{waited})"


def as_dict(report: Report) -> Mapping[str, Any]:
    """The report as JSON has it.

    `{city, started, seconds, waited, settled, probes, ok, summary, total, passed, failed,
    unmeasured, made_up, not_measured: {id: reason}, results: [{id, role, name, subject, labels,
    summary, status: ok|failed|error, message, made_up, detail: [...]}]}`; `total` counts the
    checks, which are `passed`, `failed` or `unmeasured`, and `made_up` those that judge what a
    twin has made up.
    """
    return {
        "city": report.city,
        "started": report.started,
        "seconds": report.seconds,
        "waited": report.waited,
        "settled": report.settled,
        "probes": report.probes,
        "ok": report.ok,
        "summary": report.summary,
        "total": len(report.results) + len(report.unmeasured),
        "passed": len(report.results) - len(report.failed),
        "failed": len(report.failed),
        "unmeasured": len(report.unmeasured),
        "made_up": len(report.made_up),
        "not_measured": dict(sorted(report.unmeasured.items())),
        "results": [
            {
                "id": each.id,
                "role": each.role,
                "name": each.name,
                "subject": each.subject,
                "labels": list(each.labels),
                "summary": each.summary,
                "status": each.verdict.status.value,
                "message": each.verdict.message,
                "made_up": each.made_up,
                "detail": list(each.verdict.detail),
            }
            for each in report.results
        ],
    }


def as_json(report: Report) -> str:
    """JSON text, Chinese as it is."""
    return json.dumps(as_dict(report), ensure_ascii=False, indent=2)


def as_junit(report: Report) -> str:
    """JUnit XML: a test suite per role, a test case per check; errors apart from failures.

    What was not measured is skipped. Where that is all, one more case is an error.
    """
    head = {"name": f"citynet verify {report.city}", "time": f"{report.seconds}"}
    root = ET.Element("testsuites", head | _counts(report.results, len(report.unmeasured)))
    for role in sorted({each.role for each in report.results}):
        mine = [each for each in report.results if each.role == role]
        head = {"name": role, "timestamp": report.started}
        suite = ET.SubElement(root, "testsuite", head | _counts(mine))
        for each in mine:
            case = ET.SubElement(
                suite, "testcase", classname=f"{role}.{each.name}", name=each.subject
            )
            if each.made_up:
                ET.SubElement(case, "system-out").text = f"judges what a twin made up {TWIN}"
            if not each.passed:
                tag = "error" if each.verdict.status is Status.ERROR else "failure"
                found = ET.SubElement(case, tag, message=each.verdict.message)
                found.text = "\n".join(each.verdict.detail)
    if not report.results:
        suite = ET.SubElement(root, "testsuite", {"name": "measured"} | _counts(()))
        case = ET.SubElement(suite, "testcase", classname="citynet.verify", name="anything")
        ET.SubElement(case, "error", message=NOTHING)
    _skipped(root, report.unmeasured)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _counts(results: Sequence[Result], skipped: int = 0) -> dict[str, str]:
    """JUnit's counts; no result at all is an error."""
    found = [each.verdict.status for each in results] or [Status.ERROR]
    return {
        "tests": str(len(found) + skipped),
        "failures": str(found.count(Status.FAILED)),
        "errors": str(found.count(Status.ERROR)),
        "skipped": str(skipped),
    }


def _skipped(root: ET.Element, unmeasured: Mapping[str, str]) -> None:
    """JUnit's word for what was not measured."""
    if not unmeasured:
        return
    count = str(len(unmeasured))
    suite = ET.SubElement(root, "testsuite", name="not measured", tests=count, skipped=count)
    for check, reason in sorted(unmeasured.items()):
        role, _, rest = check.partition("/")
        name, _, subject = rest.partition("/")
        case = ET.SubElement(suite, "testcase", classname=f"{role}.{name}", name=subject)
        ET.SubElement(case, "skipped", message=reason)
