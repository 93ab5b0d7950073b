"""No broken document gets past the vendors' models, and each complaint points at its line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from citynet.house import open_house
from citynet.pipeline import prepare, render
from citynet.yang import ModelSet
from citynet.yang.document import YangProblem
from citynet.yang.validate import validate_all
from tests.cities import DEMO, VENDORS
from tests.yang.broken import Broken
from tests.yang.broken_huawei import BROKEN as HUAWEI
from tests.yang.broken_openconfig import BROKEN as OPENCONFIG
from tests.yang.broken_srlinux import BROKEN as SRLINUX
from tests.yang.models import EVPN, MIRRORED, MODELS

TABLES: dict[str, tuple[Broken, ...]] = {
    "huawei_vrp": HUAWEI,
    "nokia_srlinux": SRLINUX,
    "openconfig": OPENCONFIG,
}


@dataclass(frozen=True)
class Device:
    """A device of a city whose document has all that the table breaks."""

    folder: Path
    name: str
    settings: Mapping[str, object] = field(default_factory=dict)


DEVICES = {
    "huawei_vrp": Device(DEMO, "gov-gw1", {"platform": "huawei_vrp", **MIRRORED}),
    "nokia_srlinux": Device(DEMO, "gov-gw1", {"platform": "nokia_srlinux", **MIRRORED, **EVPN}),
    "openconfig": Device(VENDORS, "otn-south"),
}
CASES = [(platform, broken) for platform, table in TABLES.items() for broken in table]


def models_of(platform: str) -> ModelSet:
    models = open_house().platforms[platform].models
    assert models is not None
    return models


@cache
def valid(platform: str) -> str:
    device = DEVICES[platform]
    prepared = prepare(device.folder, settings=device.settings)
    return render(prepared)[device.name].files["config.xml"]


@cache
def answers(platform: str) -> dict[str, list[YangProblem]]:
    documents = {each.name: each.of(valid(platform)).encode() for each in TABLES[platform]}
    documents["valid"] = valid(platform).encode()
    return validate_all(models_of(platform), documents, MODELS)


@pytest.mark.models
@pytest.mark.parametrize("platform", TABLES)
def test_the_document_that_is_broken_is_valid_before(platform: str) -> None:
    assert answers(platform)["valid"] == []


@pytest.mark.models
@pytest.mark.parametrize(("platform", "broken"), CASES, ids=[f"{a}-{b.name}" for a, b in CASES])
def test_a_broken_document_is_refused_at_its_line(platform: str, broken: Broken) -> None:
    problems = answers(platform)[broken.name]
    assert problems, "let through"
    lines = broken.of(valid(platform)).splitlines()
    assert all(1 <= each.line <= len(lines) for each in problems)
    told = [(each.message, lines[each.line - 1]) for each in problems]
    assert any(broken.meets(*each) for each in told), told


def test_every_case_has_a_reason_and_a_line() -> None:
    assert all(broken.said and broken.at for _, broken in CASES)


def test_names_of_the_cases_differ() -> None:
    for table in TABLES.values():
        assert len({each.name for each in table}) == len(table)
