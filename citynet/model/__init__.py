"""The intent: what a city's network is, as frozen values."""

from citynet.model.city import (
    City,
    CityHeader,
    Domain,
    Network,
    Options,
    Pools,
    Site,
)
from citynet.model.devices import Device, DeviceKind, device, devices
from citynet.model.nodes import Link, Node, NodeRole, Ring
from citynet.model.optical import Grid, OpticalKind, OpticalNode, Protection, Span
from citynet.model.services import Endpoint, Flow, Gateway, Protocol, Transport, Vpn

__all__ = [
    "City",
    "CityHeader",
    "Device",
    "DeviceKind",
    "Domain",
    "Endpoint",
    "Flow",
    "Gateway",
    "Grid",
    "Link",
    "Network",
    "Node",
    "NodeRole",
    "OpticalKind",
    "OpticalNode",
    "Options",
    "Pools",
    "Protection",
    "Protocol",
    "Ring",
    "Site",
    "Span",
    "Transport",
    "Vpn",
    "device",
    "devices",
]
