"""What a platform lets people call interfaces and VRFs."""

import re

from msgspec import Struct


class Naming(Struct, frozen=True):
    """The names that a platform takes for things of one kind.

    `fits` matches the whole of a name that it can have, which `words` describe. `taken` matches
    the whole of one that it uses itself: for its management, its loopback, its own keywords.
    """

    fits: re.Pattern[str]
    words: str
    taken: re.Pattern[str]

    def can_have(self, name: str) -> bool:
        """Whether something can be called so at all."""
        return self.fits.fullmatch(name) is not None

    def uses(self, name: str) -> bool:
        """Whether the platform calls something so itself."""
        return self.taken.fullmatch(name) is not None
