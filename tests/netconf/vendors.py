"""Drivers of the platforms, which are found by folder and not by import."""

from importlib import import_module

from citynet.house import open_house
from citynet.netconf.driver import NetconfDriver

open_house()


def _driver(platform: str, name: str) -> type[NetconfDriver]:
    found: type[NetconfDriver] = getattr(
        import_module(f"citynet_house.plugins.{platform}.driver"), name
    )
    return found


HuaweiDriver = _driver("huawei_vrp", "HuaweiDriver")
SrlinuxDriver = _driver("nokia_srlinux", "SrlinuxDriver")
OpenconfigDriver = _driver("openconfig", "OpenconfigDriver")
