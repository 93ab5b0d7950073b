"""Small cities for tests, as plain dictionaries that a test edits before it makes them models."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from citynet.allocate import Plan, allocate
from citynet.build import Context, context
from citynet.build.facts import DeviceFacts
from citynet.errors import InventoryError
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


def edited(edits: Raw) -> Raw:
    """The tiny city with values set, by their paths with dots: `nodes.g-acc.number`."""
    source = raw()
    for path, value in edits.items():
        *way, last = path.split(".")
        place = source
        for key in way:
            place = place.setdefault(key, {})
        place[last] = value
    return source


def problems(source: Raw) -> list[str]:
    """What allocation says of a raw city that has no plan, each after its path with dots."""
    with pytest.raises(InventoryError) as caught:
        planned(source)
    return [f"{'.'.join(map(str, each.path))}: {each}" for each in caught.value.problems]


def made_context(source: Raw) -> Context:
    """The context of a raw city."""
    model = city(source)
    return context(model, allocate(model))


def with_changes(facts: DeviceFacts, role: str, **changes: object) -> DeviceFacts:
    """A device's facts with some of one role's changed."""
    found: Any = facts.roles[role]
    return replace(facts, roles={**facts.roles, role: replace(found, **changes)})
