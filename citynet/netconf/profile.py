r"""What a platform says of itself, so that `NetconfDriver` can configure it.

A profile is data. The important part is `owned`: which parts of the device's configuration are
citynet's. There, what the artifact does not say is removed (unless a change is additive); all
else on the device stays as it is: management, users, the SSH server, the vendor's defaults.

A rule names a part by its path from the top, names of elements without their prefixes::

    Owned("/acl")                                       a container or leaf, whole
    Owned("/interface[name]", kept=r"mgmt0")            every entry of a list, by its key
    Owned("/ifm/interfaces/interface[name]",
          kept=r"NULL0|GigabitEthernet0/0/0",           entries that are never touched
          permanent=r"(100GE|GigabitEthernet).*",       entries that cannot be deleted: they
          skeleton=("name", "class", "type", "number")) are reset, down to these leaves
    Owned("/network-instance/instances/instance[name=_public_]/isis")
                                                        below one entry

A path ends at what is citynet's as a whole: there the artifact's element replaces the device's
(`operation="replace"`, RFC 6241, section 7.2), or it is removed. An entry that has a rule of its
own with its key's value, or one below it, is governed by that rule alone. Several keys are
written `[address mask]`, and `kept` and `permanent` are then matched against the values with a
space between them.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from citynet.errors import CitynetError
from citynet.netconf.hidden import hides
from citynet.netconf.shown import NOTHING, Shown

NONE = r"(?!)"
"""Matches nothing."""

VERBATIM = r"(.*-)?(name|description|label|contact|location)"
"""Names of leaves that hold a text, in which every character counts."""
NETWORKS = r"prefix|(.*-)?network|destination(-.*)?|source(-.*)?"
"""Names of leaves that hold a network: a device may clear the bits of a host in it."""

_STEP = re.compile(r"/([^/\[\]]+)(?:\[([^\]]+)\])?")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path. `keys` are a list's; `values` choose one entry of it."""

    name: str
    keys: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


def steps(path: str) -> tuple[Step, ...]:
    """A rule's path, taken apart. Raises `CitynetError` where it is none."""
    found, end = [], 0
    for match in _STEP.finditer(path):
        if match.start() != end:
            break
        end = match.end()
        words = [word.partition("=") for word in (match[2] or "").split()]
        values = tuple(value for _, equals, value in words if equals)
        found.append(Step(match[1], tuple(key for key, _, _ in words), values))
    if (
        end != len(path)
        or not found
        or any(s.values and len(s.values) != len(s.keys) for s in found)
    ):
        raise CitynetError(f"{path!r} is no path of a profile; see citynet.netconf.profile")
    return tuple(found)


@dataclass(frozen=True)
class Owned:
    """A part of the configuration that is citynet's. The module's docstring says how."""

    path: str
    kept: str = NONE
    permanent: str = NONE
    skeleton: tuple[str, ...] = ()

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The path, taken apart."""
        return steps(self.path)

    def keeps(self, key: tuple[str, ...]) -> bool:
        """Whether this entry is not ours."""
        return re.fullmatch(self.kept, " ".join(key)) is not None

    def is_permanent(self, key: tuple[str, ...]) -> bool:
        """Whether the device always has this entry."""
        return re.fullmatch(self.permanent, " ".join(key)) is not None


@dataclass(frozen=True)
class Profile:
    """One platform over NETCONF.

    `file` is the artifact's file that is the payload of an edit-config. `ordered` are names of
    lists and leaf-lists whose order means something (`ordered-by user`, RFC 7950, section
    7.7.7); the order of all others is the device's own affair. `secrets` matches names of leaves
    that hold secrets, beside those that usually do (`citynet.netconf.hidden`). `pipelining` is
    False for a device that cannot take a second request before it has answered the first.

    What a device makes of what it is given, so that it is known from a device that leaves out or
    keeps something (`citynet.netconf.wanted`). Paths are of the schema, without prefixes and keys:

    - `shown`: its leaves with defaults, which it shows, or leaves out, where they have that value;
      its containers that mean nothing when they are empty, and those that do; of its models
      (`citynet.netconf.shown`). A device that tells its defaults (RFC 6243, `report-all-tagged`)
      is asked for them beside.
    - `derived`: paths of what it writes into its configuration by itself, a regular expression.
    - `verbatim`, `networks`: names of leaves that are texts; that are networks.
    - `spellings`: (name of a leaf, pattern, replacement): what is another word for the same.
    """

    name: str
    owned: tuple[Owned, ...]
    file: str = "config.xml"
    ordered: frozenset[str] = frozenset()
    secrets: str = NONE
    pipelining: bool = True
    shown: Shown = NOTHING
    derived: str = r"(?!)"
    verbatim: str = VERBATIM
    networks: str = NETWORKS
    spellings: tuple[tuple[str, str, str], ...] = ()

    def is_derived(self, path: str) -> bool:
        """Whether the device writes what is at a path of the schema, or what is around it."""
        return re.match(rf"(?:{self.derived})(?:/|$)", path) is not None

    def is_verbatim(self, name: str) -> bool:
        """Whether a leaf of this name holds a text."""
        return re.fullmatch(self.verbatim, name) is not None

    def is_network(self, name: str) -> bool:
        """Whether a leaf of this name holds a network."""
        return re.fullmatch(self.networks, name) is not None

    def spelled(self, name: str, text: str) -> str:
        """A leaf's text in the spelling that is compared."""
        for leaf, pattern, replacement in self.spellings:
            if re.fullmatch(leaf, name):
                text = re.sub(pattern, replacement, text)
        return text

    def is_secret(self, name: str, value: str = "", *, first: bool = False) -> bool:
        """Whether a leaf holds a secret. `first`: it is the first of several in its element."""
        own = re.fullmatch(self.secrets, name, re.IGNORECASE) is not None
        return own or hides(name, value, first=first)
