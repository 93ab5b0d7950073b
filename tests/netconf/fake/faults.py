"""What can go wrong, as values: a hook of a device answers an event with one of them."""

from dataclasses import dataclass

from citynet.netconf.reply import RpcError


@dataclass(frozen=True)
class Wait:
    """Take this many seconds longer; the device's other sessions go on."""

    seconds: float


@dataclass(frozen=True)
class Drop:
    """The session is lost. After a request: it has been done, and its answer is lost."""


@dataclass(frozen=True)
class Hang:
    """Never answer this session again."""


@dataclass(frozen=True)
class Refuse:
    """Do nothing and answer with these errors. Before a request only."""

    errors: tuple[RpcError, ...]


@dataclass(frozen=True)
class Garbage:
    """Answer with these bytes, as they are."""

    data: bytes


@dataclass(frozen=True)
class Restart:
    """Power off and on: sessions, locks and what waits are gone; what was kept runs."""


@dataclass(frozen=True)
class Kill:
    """The server is killed, and starts again; the device runs on."""


@dataclass(frozen=True)
class Say:
    """Answer with this content of an `rpc-reply`. Before a request: and do nothing."""

    content: str


Fault = Wait | Drop | Hang | Refuse | Garbage | Restart | Kill | Say


def refuse(message: str, tag: str = "operation-failed", path: str = "") -> Refuse:
    """One error."""
    return Refuse((RpcError(tag, message, path),))


def disk_full() -> Refuse:
    """As a device says it that cannot write its configuration."""
    return refuse("No space left on device", "resource-denied")
