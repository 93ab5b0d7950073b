"""A candidate that was staged by us, as a later process knows it again: by a keyed digest.

A configuration has secrets, some of them easily guessed, and a plain digest of it would tell
whether a guess is right. The key is no part of the journal that has the digest.
"""

from dataclasses import dataclass
from hashlib import blake2b

STAGED = "staged"
"""The note of a driver of what it has staged: the digest of that candidate, in bytes."""
MARK = "staged by an earlier run"
"""The note for a driver: the `Mark` of what an earlier run has staged and not committed."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What an earlier run has staged."""

    key: bytes
    value: str

    def fits(self, digest: bytes) -> bool:
        """Whether it is of a candidate of this digest."""
        return self.value == marked(self.key, digest)


def marked(key: bytes, digest: bytes) -> str:
    """The mark of a candidate."""
    return blake2b(digest, key=key, digest_size=16).hexdigest()
