"""Whether a number was chosen by a person: what is allocated depends on what is wrong around it."""

from citynet.allocate.claim import Claim
from citynet.model import City
from citynet.model.base import Intent

PINS = frozenset(
    {"asn", "area", "number", "loopback", "locator", "router_id", "net", "prefix", "srlg"}
    | {"interface", "interfaces", "route_target", "table", "function", "ipv4", "ipv6"}
    | {"frequency", "channel"}
)
"""Keys that pin a number or a name of what they stand in."""


def is_pinned(city: City, claim: Claim) -> bool:
    """Whether what holds the number, or where the claim stands, is pinned in the inventory."""
    place: object = city
    for part in claim.path:
        if isinstance(place, dict):
            place = place.get(part)
        elif isinstance(place, Intent):
            place = getattr(place, str(part), None)
    return not isinstance(place, Intent) or bool(place.model_fields_set & PINS)
