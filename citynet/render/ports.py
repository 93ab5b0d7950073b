"""What a vendor calls its ports, and what stands for a port that nobody has named.

The plan names ports after the links on them, unless an inventory pins what is printed on the
device. Where a fibre is plugged in is nothing that a machine can allocate, so on a vendor's
device an unpinned port gets a stand-in: a name that the vendor's models take, made of the
plan's name and of nothing else, and of a slot that no device of the kind has.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from citynet.allocate.numbers import digest


class Ports(Struct, frozen=True):
    """How one platform names ports.

    `real` matches the whole of a port's own name. `stand_in` makes a name of a number from 0 to
    `room` - 1; the more room, the rarer that two ports of one device fall on one name.
    """

    real: re.Pattern[str]
    room: int
    stand_in: Callable[[int], str]

    def name(self, planned: str) -> str:
        """The name itself if it is a port's, else what stands for it."""
        if self.real.fullmatch(planned):
            return planned
        return self.stand_in(digest("port", planned) % self.room)

    def unnamed(self, planned: Iterable[str]) -> tuple[str, ...]:
        """Those names of the plan that are no port's, each once, in order."""
        return tuple(each for each in dict.fromkeys(planned) if not self.real.fullmatch(each))

    def clashes(self, planned: Iterable[str]) -> Iterator[tuple[str, str, str]]:
        """Two names of the plan and the one port that both would be."""
        held: dict[str, str] = {}
        for each in dict.fromkeys(planned):
            port = self.name(each)
            first = held.setdefault(port, each)
            if first != each:
                yield first, each, port
