"""Drivers of the platforms, which are found by folder and not by import."""

from importlib import import_module

from citynet.house import open_house
from citynet.netconf.driver import NetconfDriver

open_house()
HuaweiDriver: type[NetconfDriver] = import_module(
    "citynet_house.plugins.huawei_vrp.driver"
).HuaweiDriver
