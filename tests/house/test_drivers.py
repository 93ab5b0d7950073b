"""Every platform's driver and reader are beside it, wherever its other parts come from."""

import pytest
from msgspec.structs import replace

from citynet.errors import CitynetError
from citynet.fleet.target import driver_factory
from citynet.house import open_house
from citynet.verify.reader import reader_of, told_by_models

PLATFORMS = open_house().platforms


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_a_driver_is_beside_its_platform(name: str) -> None:
    factory = driver_factory(PLATFORMS[name])
    assert getattr(factory, "__module__", "").endswith(f"plugins.{name}.driver")


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_a_reader_is_looked_for_beside_its_platform(name: str) -> None:
    assert PLATFORMS[name].reader == f"citynet_house.plugins.{name}.observe:READER"


def test_a_platform_without_a_reader_is_said() -> None:
    mute = replace(PLATFORMS["openconfig"], reader="citynet_house.plugins.openconfig.mute:READER")
    with pytest.raises(CitynetError, match=r"openconfig has no usable reader .*openconfig.mute"):
        reader_of(mute)


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_every_platform_can_be_read(name: str) -> None:
    told = told_by_models(PLATFORMS[name])
    assert bool(told) is (PLATFORMS[name].models is not None)
