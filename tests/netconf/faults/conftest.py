"""A device that misbehaves, and a driver that does not wait long for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from citynet.netconf.driver import NetconfDriver
from citynet.xml import write
from tests.netconf.fake import FakeDevice, FakeFleet
from tests.netconf.faults.steps import driving
from tests.netconf.servers import BASE, Reached


@pytest.fixture
def device() -> FakeDevice:
    made = FakeDevice("r1")
    made.load(write(BASE))
    return made


@pytest.fixture
def fleet(device: FakeDevice, tmp_path: Path) -> Iterator[FakeFleet]:
    with FakeFleet([device], tmp_path) as made:
        yield made


@pytest.fixture
def driver(fleet: FakeFleet) -> Iterator[NetconfDriver]:
    with driving(Reached("r1", fleet.access("r1"))) as made:
        yield made
