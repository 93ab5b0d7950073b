"""What the devices of a fleet run before and after a change, learned by configuring them once."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from citynet.fleet.target import Target
from citynet.pipeline import Prepared, prepare, render
from citynet.xml import Element
from tests.campaign.city import Shape, write_city
from tests.netconf.fake import FakeDevice, FakeFleet

States = Mapping[str, tuple[Element, Element]]
"""Device -> its configuration before and after."""


@cache
def reference(made: Shape) -> States:
    """Nothing goes wrong here, and nothing of the transaction is used."""
    with TemporaryDirectory(prefix="campaign-") as folder:
        here = Path(folder)
        old = prepare(write_city(here / "old", made, new=False))
        new = prepare(write_city(here / "new", made, new=True))
        devices = [FakeDevice(name) for name in made.names]
        with FakeFleet(devices, here) as fleet:
            before = _configured(old, fleet)
            after = _configured(new, fleet)
    return {name: (before[name], after[name]) for name in made.names}


def _configured(prepared: Prepared, fleet: FakeFleet) -> dict[str, Element]:
    for name, artifact in render(prepared).items():
        platform = prepared.house.platforms[prepared.facts[name].platform]
        driver = Target(name, platform, fleet.access(name), None).driver()
        try:
            driver.lock("the campaign's reference")
            if driver.stage(artifact):
                driver.commit()
        finally:
            driver.close()
    return {name: device.running for name, device in fleet.devices.items()}
