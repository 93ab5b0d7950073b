"""The city whose keys are changed: five FRR routers, two domains, a gateway."""

import copy
import json
from pathlib import Path
from typing import Any

NAME = "keys"
CITY: dict[str, Any] = {
    "city": {"name": NAME, "options": {"underlay": {"bfd_interval": 1000}}},
    "domains": {"government": {}, "crossdomain": {}},
    "networks": {"egov": {"domain": "government"}},
    "sites": {"hall": {}, "park": {}},
    "nodes": {
        "hub": {"site": "hall", "domain": "government", "role": "core"},
        "acc": {"site": "hall", "domain": "government", "role": "access"},
        "gw": {"site": "hall", "domain": "government", "role": "gateway"},
        "xgw": {"site": "park", "domain": "crossdomain", "role": "gateway"},
        "xhub": {"site": "park", "domain": "crossdomain", "role": "core"},
    },
    "links": {
        "hub-acc": {"ends": ["hub", "acc"]},
        "hub-gw": {"ends": ["hub", "gw"]},
        "acc-gw": {"ends": ["acc", "gw"]},
        "xhub-xgw": {"ends": ["xhub", "xgw"]},
    },
    "vpns": {
        "health": {
            "domain": "government",
            "endpoints": {"here": {"node": "hub"}, "there": {"node": "acc"}},
        },
        "trade": {"domain": "crossdomain", "endpoints": {"desk": {"node": "xhub"}}},
    },
    "gateways": {
        "gate": {
            "ends": ["gw", "xgw"],
            "allow": {
                "probe": {"from": "health/here", "to": "trade/desk", "protocol": "icmp"},
                "push": {
                    "from": "health/here",
                    "to": "trade/desk",
                    "protocol": "tcp",
                    "ports": [443],
                },
            },
        }
    },
}
VPN, FROM, TO = "health", "there", "here"
"""The customers that are pinged in a lab while a key changes."""


def city() -> dict[str, Any]:
    """A copy of the city, to be changed."""
    return copy.deepcopy(CITY)


def write(folder: Path, document: dict[str, Any]) -> Path:
    """An inventory with this city in it; JSON is YAML."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "city.yaml").write_text(json.dumps(document, indent=1), encoding="utf-8")
    return folder
