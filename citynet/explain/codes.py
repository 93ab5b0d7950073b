"""The codes that problems of an inventory have: what each is about, and the key it is at.

The code of a rule is the rule's name, and what it means is what the rule's docstring says.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass

from citynet.load.rules import RULES, WHOLE_RULES, code_of


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of mistake. `key` is one that it is often at, and whose example is right."""

    name: str
    meaning: str
    key: str


STAGES: Mapping[str, tuple[str, str]] = {
    "file": (
        (
            "A folder or a file of the inventory cannot be read: it is not there, no regular file, "
            "too large, or a link out of the folder."
        ),
        "city",
    ),
    "text": (
        "A file is no plain UTF-8 text: another encoding, or characters that cannot be seen.",
        "city.label",
    ),
    "yaml": (
        (
            "A file is no YAML, or uses what an inventory has no use for: two documents, a key "
            "twice, anchors, tags."
        ),
        "city",
    ),
    "no-sections": ("A file, or a section of it, is no map: names, each with its keys.", "nodes"),
    "unknown-section": ("A file has a section that no inventory has.", "nodes"),
    "defined-twice": ("A name is in a section twice, in two files: each is there once.", "nodes"),
    "unknown-key": ("An entry has a key that its section does not know.", "nodes"),
    "missing-key": ("A section or a key that must be there is not.", "nodes.role"),
    "bad-name": ("A name has other letters than names have, or too many.", "nodes"),
    "no-value": ("A key has no value; a key with nothing to say is left out.", "nodes.label"),
    "wrong-value": ("A value is not of the kind or not in the range of its key.", "nodes.role"),
    "wrong-length": ("A list or a map has too few or too many items.", "rings.nodes"),
    "wrong-option": ("A role refuses a value of its options.", "options.underlay"),
    "unknown-role": ("Options are of a role that there is none of.", "city.options"),
    "unknown-name": (
        "A name is used that nothing in the inventory has: what it names must be written down.",
        "nodes.site",
    ),
    "wrong-kind": (
        (
            "Something of the other kind is named, or has options of roles that are not for its "
            "kind: routers are in `nodes`, optical equipment in `optical`."
        ),
        "optical.kind",
    ),
    "unknown-platform": ("A platform is named that citynet has no plugin for.", "nodes.platform"),
    "cannot-do": (
        "A device's platform cannot do what its role, its links or an option need of it.",
        "nodes.platform",
    ),
    "device-name": (
        (
            "A name cannot be on a device what it is in the inventory: its platform keeps it, or "
            "writes names in another way."
        ),
        "vpns",
    ),
    "clash": (
        (
            "Two things have one number or name that must be one thing's: addresses, SIDs, route "
            "targets, interfaces, channels. Pin another for one, or leave the pin out."
        ),
        "nodes.number",
    ),
    "does-not-fit": (
        "A pin is outside the pool that it must be in, or too short.",
        "nodes.locator",
    ),
    "no-room": ("A pool has fewer numbers than the city needs of it.", "domains.pools"),
    "inside-another": ("A pinned prefix is inside another thing's space.", "links.prefix"),
    "unknown-port": ("A pin is of a port that the device does not have.", "optical.ports"),
    "contradiction": (
        "Two devices are given values that cannot be true together.",
        "domains.options",
    ),
}
"""Mistakes that no rule of its own is about."""

RULE_KEYS: Mapping[str, str] = {
    "device-name-is-free": "nodes",
    "node-network-in-domain": "nodes.network",
    "real-image-is-named": "city.images",
    "pins-are-unicast": "nodes.loopback",
    "number-makes-a-router-id": "nodes.number",
    "system-id-is-not-zero": "nodes.net",
    "ring-names-once": "rings.nodes",
    "ring-in-one-domain": "rings.nodes",
    "link-joins-two": "links.ends",
    "link-in-one-domain": "links.ends",
    "link-on-its-ring": "links.ring",
    "pins-are-on-ends": "links.interfaces",
    "interface-pinned-once": "links.interfaces",
    "device-names-once": "optical",
    "ring-has-a-line-system-for-each-node": "rings.line_systems",
    "line-systems-of-a-ring": "rings.line_systems",
    "line-of-a-terminal": "optical.line",
    "one-terminal-for-a-line-system": "optical.line",
    "light-needs-line-systems": "rings.line_systems",
    "spans-are-of-the-ring": "rings.spans",
    "frequency-is-on-the-grid": "rings.grid",
    "risk-group-of-its-own-fibre": "links.srlg",
    "vpn-network-in-domain": "vpns.network",
    "endpoint-in-domain": "vpns.endpoints.node",
    "endpoint-in-network": "vpns.endpoints.node",
    "endpoint-pin-is-a-host": "vpns.endpoints.ipv4",
    "gateway-ends-are-gateways": "gateways.ends",
    "gateway-joins-two-domains": "gateways.ends",
    "gateway-pair-once": "gateways.ends",
    "flow-between-domains": "gateways.allow.from",
    "flow-ports": "gateways.allow.ports",
    "vpn-pair-has-one-gateway": "gateways.allow",
    "vpns-need-a-core": "nodes.role",
    "domain-is-connected": "rings.nodes",
    "line-system-is-on-a-ring": "rings.line_systems",
    "channels-end-on-a-terminal": "optical.kind",
}
"""Where a rule looks; which rules there are is `citynet.load.rules`' to say."""


def codes() -> dict[str, Code]:
    """Every code, sorted by name."""
    found = {name: Code(name, meaning, key) for name, (meaning, key) in STAGES.items()}
    for rule in (*RULES, *WHOLE_RULES):
        name = code_of(rule)
        meaning = " ".join((inspect.getdoc(rule) or "").split())
        found[name] = Code(name, meaning, RULE_KEYS.get(name, ""))
    return dict(sorted(found.items()))
