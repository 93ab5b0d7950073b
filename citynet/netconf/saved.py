"""What a device keeps for its next start, where that is a datastore of its own (`:startup`).

RFC 6241, section 8.7: it changes on request alone, so a confirmed commit is saved once it is
confirmed. Another's lock on it (section 7.5) stops that; citynet locks it with the rest, before
anything changes. What is saved and what runs may differ though nothing is to be changed: what
runs was changed by hand and not saved, or saving failed.
"""

from citynet.deploy.driver import UNSAVED, DeviceError
from citynet.netconf import rpc
from citynet.netconf.datastore import BUSY, Content
from citynet.netconf.device import Device
from citynet.netconf.errors import plain
from citynet.netconf.goal import owned_differs
from citynet.netconf.profile import Profile
from citynet.netconf.tree import Difference, compare

STALE = "  its next start would be with another configuration than runs, which is saved with this:"


class UnsavedError(DeviceError):
    """It runs as wanted, and would start with something else. `locked`: by others."""

    def __init__(self, message: str, *, locked: bool) -> None:
        self.locked = locked
        super().__init__(message)


def save(device: Device) -> None:
    """Keep what runs for the next start. Raises `UnsavedError`, and notes it for the report."""
    if not device.can(":startup"):
        return
    [reply] = device.ask(rpc.copy(rpc.RUNNING, rpc.STARTUP), change=True)
    if not reply.errors:
        device.notes.pop(UNSAVED, None)
        return
    locked = reply.failed(*BUSY)
    why = plain(reply.errors)
    if locked:
        why = device.denied(rpc.STARTUP, reply).refusals[0].message
    message = f"{device.name}: runs as wanted, but is not saved for its next start: {why}"
    device.notes[UNSAVED] = message
    raise UnsavedError(message, locked=locked)


def save_again(device: Device) -> None:
    """Save what an earlier confirmation has not; a lock of others is noted, and not raised."""
    try:
        save(device)
    except UnsavedError as error:
        if not error.locked:
            raise


def stale(saved: Content | None, runs: Content, profile: Profile) -> Difference:
    """How what is saved differs from what runs, where that is in citynet's part; else nothing."""
    if saved is None or saved.digest == runs.digest:
        return Difference(())
    if not owned_differs(saved.data, runs.data, profile):
        return Difference(())
    return Difference((STALE, *compare(saved.tree, runs.tree, profile).lines))
