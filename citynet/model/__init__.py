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
from citynet.model.nodes import Link, Node, NodeRole, Ring
from citynet.model.services import Endpoint, Flow, Gateway, Protocol, Vpn

__all__ = [
    "City",
    "CityHeader",
    "Domain",
    "Endpoint",
    "Flow",
    "Gateway",
    "Link",
    "Network",
    "Node",
    "NodeRole",
    "Options",
    "Pools",
    "Protocol",
    "Ring",
    "Site",
    "Vpn",
]
