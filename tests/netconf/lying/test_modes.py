"""Devices that show defaults, or leave them out, are given a city's documents twice.

The second time nothing changes: what RFC 6243 lets a device show is no difference to deploy. What
a device shows is printed by libyang from what it was given.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from citynet.deploy.driver import Confirm
from citynet.house import open_house
from citynet.netconf.driver import NetconfDriver
from citynet.pipeline import Prepared, prepare
from citynet.render.artifact import Artifact
from citynet.render.platform import part
from citynet.xml import Element, parse_document, write
from citynet.yang.filled import Mode, filled
from tests.cities import VENDORS
from tests.netconf.fake import FakeDevice, FakeFleet
from tests.netconf.fake.device import CAPABILITIES
from tests.netconf.fake.lies import Lies
from tests.netconf.servers import Reached
from tests.yang.models import MODELS
from tests.yang.shown import known
from tests.yang.test_cities import of

WORD = {Mode.ALL: "report-all", Mode.TRIM: "trim", Mode.EXPLICIT: "explicit"}
URI = "urn:ietf:params:netconf:capability:with-defaults:1.0?basic-mode="
PLATFORMS = ("huawei_vrp", "nokia_srlinux", "openconfig")


class Shown:
    """What a device of a platform shows of what it was given.

    The fake keeps no prefixes; those of identities are the document's.
    """

    def __init__(self, platform: str, mode: Mode, document: str) -> None:
        self._models, _ = known(platform)
        self._mode = mode
        root = parse_document(document.encode())
        self._prefixes = tuple({pair for each in root.walk() for pair in each.prefixes})
        self._seen: dict[str, Element] = {}

    def __call__(self, data: Element, _: bool, /) -> Element:  # noqa: FBT001 - as `Lies` calls it
        if not data.children:
            return data
        text = write(replace(data, prefixes=self._prefixes))
        if text not in self._seen:
            [self._seen[text]] = filled(self._models, MODELS, [text.encode()], self._mode)
        return self._seen[text]


@contextmanager
def served(platform: str, shown: Shown, mode: Mode, folder: Path) -> Iterator[NetconfDriver]:
    device = FakeDevice("r1", capabilities=(*CAPABILITIES, f"{URI}{WORD[mode]}"))
    device.lies = Lies(shows=shown)
    with FakeFleet([device], folder) as fleet:
        kind: type[NetconfDriver] = part(open_house().platforms[platform], "driver")
        driver = kind(Reached("r1", fleet.access("r1")))
        try:
            yield driver
        finally:
            driver.close()


@pytest.fixture(scope="module")
def vendors() -> Prepared:
    return prepare(VENDORS)


@pytest.mark.models
@pytest.mark.parametrize("mode", WORD)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_second_deployment_changes_nothing(
    platform: str, mode: Mode, vendors: Prepared, tmp_path: Path
) -> None:
    text = next(text for each, text in of(vendors) if each == platform)
    artifact = Artifact("r1", platform, {"config.xml": text})
    shown = Shown(platform, mode, text)
    with served(platform, shown, mode, tmp_path) as driver:
        driver.lock("tests")
        assert driver.stage(artifact)
        driver.commit(Confirm("run-1", 60))
        driver.confirm("run-1")
        driver.unlock()
        driver.lock("tests")
        again = driver.stage(artifact)
        assert not again, again.diff
        driver.unlock()
