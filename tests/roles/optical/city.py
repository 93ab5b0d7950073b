"""A small city over one ring of every kind of optical equipment, to edit."""

from copy import deepcopy

from tests.cities import Raw

SITES = ("north", "east", "south", "west")
LIGHT: Raw = {
    "city": {"name": "light"},
    "domains": {"metro": {}},
    "sites": {name: {} for name in SITES},
    "nodes": {
        f"r-{name}": {"site": name, "domain": "metro", "role": "core"} for name in SITES
    },
    "optical": {
        "o-north": {"site": "north", "kind": "otn", "label": '城北 <&"'},
        "o-east": {"site": "east", "kind": "otn"},
        "o-south": {"site": "south", "kind": "line-system"},
        "t-south": {"site": "south", "kind": "terminal", "line": "o-south"},
        "o-west": {"site": "west", "kind": "otn"},
    },
    "rings": {
        "ring": {
            "label": '光环 <&"> ]]>',
            "nodes": [f"r-{name}" for name in SITES],
            "line_systems": [f"o-{name}" for name in SITES],
        }
    },
}  # fmt: skip


def light(*, protection: str = "none") -> Raw:
    """A fresh copy."""
    source = deepcopy(LIGHT)
    source["rings"]["ring"]["protection"] = protection
    return source
