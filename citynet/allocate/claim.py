"""That something holds a number, and what may not be held twice."""

from collections.abc import Hashable

from msgspec import Struct

from citynet.errors import KeyPath


def advice(pin: str, *, pinned: bool) -> str:
    """What to do where something can be pinned, or is."""
    return f"pin {'another ' if pinned else ''}`{pin}`, if this is the newer one"


class Claim(Struct, frozen=True):
    """Something (`owner`) that holds a `value`, which is a `noun`, unique in a `scope`.

    `path` is where it is pinned, by the key `pin`, or where it can be; `pin` is None if it is
    made of names and can only be renamed. `of` says what it is on. `number` is what the value
    is made of, if others of its owner are made of that too.
    """

    scope: str
    noun: str
    value: Hashable
    owner: str
    path: KeyPath
    pin: str | None
    pinned: bool = False
    of: str = ""
    number: int | None = None

    @property
    def what(self) -> str:
        """The noun and the value, for a person."""
        return f"{self.noun} {self.value}{self.of}"

    @property
    def hint(self) -> str:
        """What to do about it where this one is."""
        return advice(self.pin, pinned=self.pinned) if self.pin else "rename the newer one"
