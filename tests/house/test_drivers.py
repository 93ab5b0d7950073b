"""Every platform's driver is there, wherever the platform's other parts come from."""

import pytest

from citynet.fleet.target import driver_factory
from citynet.house import open_house

PLATFORMS = open_house().platforms


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_a_driver_is_beside_its_platform(name: str) -> None:
    factory = driver_factory(PLATFORMS[name])
    assert getattr(factory, "__module__", "").endswith(f"plugins.{name}.driver")
