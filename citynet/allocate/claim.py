"""That something holds a number, and what may not be held twice."""

from collections.abc import Hashable

from msgspec import Struct

from citynet.errors import KeyPath


class Claim(Struct, frozen=True):
    """Something (`owner`, at `path`) that holds `value`; values are unique in a `scope`."""

    scope: str
    value: Hashable
    owner: str
    path: KeyPath
    what: str
    pin: str
