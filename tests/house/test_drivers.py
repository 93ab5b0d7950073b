"""Every platform's driver and reader are beside it, wherever its other parts come from."""

import pytest

from citynet.errors import CitynetError
from citynet.fleet.target import driver_factory
from citynet.house import open_house
from citynet.verify.reader import reader_of

PLATFORMS = open_house().platforms


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_a_driver_is_beside_its_platform(name: str) -> None:
    factory = driver_factory(PLATFORMS[name])
    assert getattr(factory, "__module__", "").endswith(f"plugins.{name}.driver")


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_a_reader_is_looked_for_beside_its_platform(name: str) -> None:
    assert PLATFORMS[name].reader == f"citynet_house.plugins.{name}.observe:READER"


def test_a_platform_without_a_reader_is_said() -> None:
    with pytest.raises(CitynetError, match=r"openconfig has no usable reader .*openconfig.observe"):
        reader_of(PLATFORMS["openconfig"])
