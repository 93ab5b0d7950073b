"""Small cities for tests, as plain dictionaries that a test edits before it makes them models."""

from copy import deepcopy
from pathlib import Path
from typing import Any

from citynet.allocate import Plan, allocate
from citynet.build import Context, context
from citynet.model import City

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "inventory" / "demo"
WUHAN = ROOT / "inventory" / "wuhan"
VENDORS = ROOT / "inventory" / "vendors"

Raw = dict[str, Any]

TWO_DOMAINS: Raw = {
    "city": {"name": "tiny"},
    "domains": {"government": {}, "crossdomain": {}},
    "sites": {"hall": {}},
    "nodes": {
        "g-core": {"site": "hall", "domain": "government", "role": "core"},
        "g-acc": {"site": "hall", "domain": "government", "role": "access"},
        "g-gw": {"site": "hall", "domain": "government", "role": "gateway"},
        "x-core": {"site": "hall", "domain": "crossdomain", "role": "core"},
        "x-gw": {"site": "hall", "domain": "crossdomain", "role": "gateway"},
    },
    "rings": {"ring": {"nodes": ["g-core", "g-acc", "g-gw"]}},
    "links": {"x-link": {"ends": ["x-core", "x-gw"]}},
    "vpns": {
        "health": {
            "domain": "government",
            "endpoints": {"one": {"node": "g-acc"}, "two": {"node": "g-core"}},
        },
        "trade": {"domain": "crossdomain", "endpoints": {"desk": {"node": "x-core"}}},
    },
    "gateways": {
        "gate": {
            "ends": ["g-gw", "x-gw"],
            "allow": {
                "web": {"from": "health/one", "to": "trade", "protocol": "tcp", "ports": [443]}
            },
        }
    },
}


def raw() -> Raw:
    """A fresh copy of the tiny city with two domains, a ring and a gateway."""
    return deepcopy(TWO_DOMAINS)


def city(source: Raw) -> City:
    """The model of a raw city."""
    return City.model_validate(source)


def planned(source: Raw) -> Plan:
    """The numbers of a raw city."""
    return allocate(city(source))


def made_context(source: Raw) -> Context:
    """The context of a raw city."""
    model = city(source)
    return context(model, allocate(model))
