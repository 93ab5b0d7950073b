"""What FRR's configuration language is like, as data: what to leave out, replace and negate.

Sources: FRR's user guide, `vtysh -c 'show running-config'` of FRR 10.7.1, and the exceptions
that `frr-reload.py` of the same release knows.
"""

import re

NOISE = re.compile(
    r"!|end$|Building configuration|Current configuration|frr version |frr defaults "
    r"|service integrated-vtysh-config|(no )?ipv?6? forwarding$|(no )?service advanced-vty$"
    r"|hostname |(no )?use-underlays-nexthop-weight$"
)
"""Lines that FRR adds by itself, or that do not mean what they say.

`hostname` is shown as vtysh's own process has it, from the kernel; forwarding is the Linux
side's; `use-underlays-nexthop-weight` is shown unasked where FRR's profile is `datacenter`.
"""

EXIT = re.compile(r"exit(-\S+)?$")

HOLLOW = re.compile(
    r"(interface|vrf|address-family|segment-routing|srv6|locators|encapsulation|bfd|static-sids)\b"
    r"|router bgp \d+$"
)
"""Contexts that mean nothing while they are empty; FRR shows some of them, and not others."""

ATTACHED = re.compile(r"(interface|vrf) (\S+)")
"""Contexts that cannot be removed while the kernel has something of that name."""

LASTING = re.compile(
    r"(interface|vrf|address-family|segment-routing|locators$|encapsulation$|bfd$"
    r"|router bgp \d+$)"
)
"""Contexts that are emptied line by line, since there is no command that removes them whole.

The default BGP instance is one: where it has had VPN routes it stays on, hidden (`alive.py`).
"""

SLOTS = re.compile(
    r"(description|log syslog|is-type|lsp-timers|spf-delay-ietf|source-address"
    r"|isis (?:circuit-type|bfd profile|(?:metric|hello-interval|hello-multiplier) level-2)"
    r"|detect-multiplier|transmit-interval|receive-interval|bgp router-id|prefix"
    r"|neighbor \S+ (?:remote-as|description|timers|update-source)"
    r"|neighbor \S+ (?:prefix-list|route-map)(?= \S+ (?:in|out)$)"
    r"|ip(?:v6)? prefix-list \S+ seq \d+"
    r"|(?:rd|rt) vpn (?:export|import|both)|sid vpn per-vrf export) "
)
"""Commands that hold one value: giving another replaces it, so the old one needs no `no`."""

SHORT = (
    (re.compile(r"(description|is-type|lsp-timers|spf-delay-ietf) .*"), r"\1"),
    (re.compile(r"(neighbor \S+ description) .*"), r"\1"),
    (re.compile(r"(.*) func-bits .*"), r"\1"),
)
"""Commands whose negation takes no value: `no description`, not `no description TEXT`."""

DAEMONS = (
    (re.compile(r"router bgp "), "bgpd"),
    (re.compile(r"router isis "), "isisd"),
    (re.compile(r"bfd$"), "bfdd"),
)
"""Which daemon a context at the top needs; the others are needed by all."""

KEPT_WORDS = 3
"""Shorter than this a negation would take away more than its own line: `no neighbor X`."""


_SECRET = re.compile(
    r"""^(?!
        [-+ \t]*(?:no[ \t]+)?
        (?:(?:neighbor|ip(?:v6)?[ \t]+prefix-list)[ \t]+\S+[ \t]+)?description[ \t]
    )
    (.*?\b(?:
        enable[ \t]+password[ \t]+8 | (?:isis|openfabric)[ \t]+password[ \t]+(?:clear|md5)
        | (?:area|domain)-password[ \t]+(?:clear|md5)
        | passw[a-z]* | key-s[a-z]* | authentication-k[a-z]* | authentication[ \t]+string
        | message-digest-k[a-z]*[ \t]+\S+[ \t]+m[a-z]*5? | hash-algo[ \t]+\S+[ \t]+key
        | nhrp[ \t]+authentication | tcp-md5-auth | snmp-server[ \t]+community
    ))[ \t]+\S.*$""",
    re.MULTILINE | re.VERBOSE,
)
"""Lines that hold a secret, up to the secret, which goes to the end of the line.

All that FRR takes one in (its sources, August 2026), also where a keyword is cut short; the last
one is other daemons'. A description is no command, whatever it speaks of.
"""
REMOVED = "<removed>"


def without_secrets(text: str) -> str:
    """For people and logs, and nobody else: lines of FRR's, one or more, with a mark or without."""
    return _SECRET.sub(rf"\1 {REMOVED}", text)


def slot(line: str) -> str | None:
    """What `line` is the value of, in its context; None for one of many."""
    found = SLOTS.match(line)
    if found is None:
        return None
    directed = found.group(1).endswith((" prefix-list", " route-map"))
    direction = line.rpartition(" ")[2] if directed else ""
    return f"{found.group(1)} {direction}".strip()


def negation(line: str, attempt: int) -> str:
    """The command that undoes `line`. Later attempts leave out words at the end, as FRR may."""
    if line.startswith("no "):
        return line.removeprefix("no ")
    for pattern, short in SHORT:
        if pattern.fullmatch(line):
            line = pattern.sub(short, line)
            break
    words = line.split()
    keep = max(len(words) - attempt, min(len(words), KEPT_WORDS))
    return "no " + " ".join(words[:keep])
