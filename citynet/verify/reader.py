"""How a platform's state is read: `plugins/<platform>/observe.py` holds a `READER`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, cast

from citynet.errors import CitynetError
from citynet.render.platform import Platform, part
from citynet.verify.observe import Kind, State


@dataclass(frozen=True, slots=True)
class Program:
    """A command for a device's shell, and its standard input."""

    command: str
    stdin: str


@dataclass(frozen=True, slots=True)
class Read:
    """State by kind, a sentence where it could not be read; and what the probe agent printed."""

    state: Mapping[Kind, State | str]
    agent: str


class Reader(Protocol):
    """One platform's state, in a single session command, and what it printed."""

    def program(self, kinds: frozenset[Kind], agent: str) -> Program:
        """What prints everything of `kinds`, and runs the probe agent unless that is empty."""
        ...

    def read(self, text: str, kinds: frozenset[Kind]) -> Read:
        """What the program printed; never raises."""
        ...


def reader_of(platform: Platform) -> Reader:
    """The reader of a platform. Raises `CitynetError` without one."""
    return cast("Reader", part(platform, "reader"))


def has_reader(platform: Platform) -> bool:
    """Whether the state of such devices can be read."""
    try:
        reader_of(platform)
    except CitynetError:
        return False
    return True
