"""What a case is played on: devices that can be read, reached, and broken."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from citynet.lab.host import NodeAccess, SshJump
from tests.campaign.case import Case, Fault
from tests.campaign.run import Run
from tests.campaign.truth import Truth, Wanted

Rival = Callable[[bool], None]
"""Starts another run of the same, on this machine (False) or from another one; does not wait."""


class Stage(Protocol):
    """Devices that run what they ran before the change, and what is to go wrong with them.

    `run` is the process that a fault hits which is citynet's own; `fired` are the faults that
    have happened. `timeout`: seconds that a device may take to answer.
    """

    run: Run | None
    fired: list[Fault]
    timeout: float

    @property
    def wanted(self) -> Mapping[str, Wanted]:
        """Every device's two configurations."""
        ...

    @property
    def meddled(self) -> frozenset[str]:
        """Devices that somebody else has changed since."""
        ...

    @property
    def liars(self) -> frozenset[str]:
        """Devices that say ok and do not what they say."""
        ...

    @property
    def jump(self) -> SshJump | None:
        """The way to them, where there is one."""
        ...

    def access(self) -> Mapping[str, NodeAccess]:
        """How to log in to each."""
        ...

    def truth(self) -> Mapping[str, Truth]:
        """What every device runs now, asked of the devices."""
        ...

    def begin(self) -> None:
        """What is wrong from the beginning happens."""
        ...

    def seen(self, record: str, last: str) -> None:
        """A record is on disk, and `last` is the last one there."""
        ...

    def calm(self) -> None:
        """Nothing goes wrong any more."""
        ...

    def accept(self) -> None:
        """What somebody else has added belongs to both configurations from now on."""
        ...


Stages = Callable[[Case, Path, Rival], AbstractContextManager[Stage]]
"""Makes one for a case, with a folder for files."""
