"""What a device shows of the leaves that no client has set (RFC 6243)."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs

CAPABILITY = "urn:ietf:params:netconf:capability:with-defaults:1."
TAGGED = "report-all-tagged"


@dataclass(frozen=True, slots=True)
class Defaults:
    """By its hello. `tells`: it marks what is a default when it is asked to.

    `blurs`: it shows all defaults, and does not say which they are.
    """

    tells: bool = False
    blurs: bool = False


def defaults(capabilities: Iterable[str]) -> Defaults:
    """Section 4.3: `basic-mode` and `also-supported`."""
    uri = next((each for each in capabilities if each.startswith(CAPABILITY)), "")
    said = parse_qs(uri.partition("?")[2])
    basic = said.get("basic-mode", [""])[0]
    tells = TAGGED in ",".join(said.get("also-supported", [])).split(",")
    return Defaults(tells, basic == "report-all" and not tells)
