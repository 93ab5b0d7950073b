"""That something holds a number, and what may not be held twice."""

from collections.abc import Hashable
from dataclasses import dataclass

from citynet.errors import KeyPath


@dataclass(frozen=True, slots=True)
class Claim:
    """Something (`owner`, at `path`) that holds `value`; values are unique in a `scope`."""

    scope: str
    value: Hashable
    owner: str
    path: KeyPath
    what: str
    pin: str
