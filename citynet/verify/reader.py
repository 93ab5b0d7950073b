"""How a platform's state is read: `plugins/<platform>/observe.py` holds a `READER`.

It is a program for the device's shell (`Reader`), or questions to the device's own YANG models
(`citynet.verify.models.ModelReader`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, cast

from citynet.errors import CitynetError
from citynet.render.platform import Platform, part
from citynet.verify.models import ModelReader
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


AnyReader = Reader | ModelReader


def reader_of(platform: Platform) -> AnyReader:
    """The reader of a platform. Raises `CitynetError` without one."""
    return cast("AnyReader", part(platform, "reader"))


def told_by_models(platform: Platform) -> frozenset[Kind]:
    """The kinds of state that such devices tell by their models; of others, none."""
    if not has_reader(platform):
        return frozenset()
    reader = reader_of(platform)
    return reader.kinds if isinstance(reader, ModelReader) else frozenset()


def has_reader(platform: Platform) -> bool:
    """Whether the state of such devices can be read."""
    try:
        reader_of(platform)
    except CitynetError:
        return False
    return True
