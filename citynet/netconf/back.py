"""What ran before, and what runs now: going back, and what another client has moved.

A rollback that went back only in part, and the old configuration put in by a commit of its own:
`cancel-commit` is answered by ok where a server took back one part and failed at another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from citynet.deploy.driver import Confirm, DeviceError, MovedError
from citynet.netconf import rpc
from citynet.netconf.datastore import Content, changed
from citynet.netconf.device import Device
from citynet.netconf.errors import plain
from citynet.netconf.goal import Restoring, payload
from citynet.netconf.profile import Profile
from citynet.netconf.reply import RpcError
from citynet.netconf.session import Operation
from citynet.netconf.tree import digest
from citynet.xml import write

IN_PART = "its rollback answered ok and went back only in part"
BY_COMMIT = "the old configuration was put in by a commit of its own"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a driver committed, and what ran before."""

    before: Content
    after: Content


def put_back(device: Device, old: Content, now: Content, profile: Profile) -> str:
    """Make run what ran before, by an edit of the candidate and a commit; why not, if it does not.

    Only what is citynet's by the profile is edited: no other part was changed.
    """
    remove = "remove" if device.session.chunked else "delete"
    config = payload(old.data, now.data, profile, additive=False, remove=remove, planner=Restoring)
    if config is None:
        return "what differs is not citynet's"
    whole = device.can(":rollback-on-error")
    device.dirty = True
    edit = rpc.edit(write(config), "merge", all_or_nothing=whole)
    if said := _errors(device, rpc.discard(), edit):
        return said
    committed, reply = device.ask(rpc.commit(), rpc.get(rpc.RUNNING), change=True)
    if committed.errors:
        return plain(committed.errors)
    runs = device.content(reply)
    return "" if runs.digest == old.digest else f"it runs {changed(old, runs, profile)}"


def _errors(device: Device, *operations: Operation) -> str:
    found: Sequence[RpcError] = [
        error for reply in device.ask(*operations, change=True) for error in reply.errors
    ]
    return plain(found)


def take_back(
    device: Device,
    profile: Profile,
    old: Content,
    now: Content,
    confirm: Confirm | None,
    *,
    refused: bool,
) -> str:
    """Make run what ran before: cancel what waits, or commit the old configuration.

    `refused`: the commit was answered by an error, so that perhaps nothing waits. Gives what is
    to be said of how. Raises `DeviceError` where that does not work out.
    """
    device.dirty = True
    note, after, why = "", "", ""
    if confirm is not None:
        done, reply = device.ask(rpc.cancel(confirm.run), rpc.get(rpc.RUNNING), change=True)
        now, why = device.content(reply), plain(done.errors)
        if now.digest == old.digest:
            return ""
        after = f", and goes back by itself within {confirm.within:g} s" if why else ""
        note = "" if why else f"; {IN_PART}, and {BY_COMMIT}"
    if refused or not why:
        why = put_back(device, old, now, profile)
    if not why:
        return note
    raise DeviceError(
        f"{device.name}: a commit was not complete, and neither was going back: it runs "
        f"neither the old nor the new{after}: {why}"
    )


def all_back(
    device: Device, profile: Profile, ran: Ran | None, before: Content, now: Content
) -> None:
    """Put back what a rollback left, unless it may be another client's. Raises `DeviceError`.

    `before`: what ran just before it; where that was not what was committed, another client
    has changed it since, and what is there now is not ours to take away. `ran` is None where that
    was committed by another driver: what ran before is not known then.
    """
    if ran is None or now.digest == ran.before.digest or before.digest != ran.after.digest:
        return
    found = changed(ran.before, now, profile)
    why = put_back(device, ran.before, now, profile)
    done = f"that could not be mended: {why}" if why else BY_COMMIT
    raise DeviceError(f"{device.name}: {IN_PART}: {found}; {done}")


def moved(device: Device, profile: Profile, now: Content, runs: str, ran: Ran | None) -> None:
    """Raise `MovedError` where something else runs than what `runs` is the fingerprint of."""
    if digest(now.tree) == runs:
        return
    known = ran is not None and digest(ran.after.tree) == runs
    found = f": {changed(ran.after, now, profile)}" if ran is not None and known else ""
    raise MovedError(f"{device.name}: something else runs than what was committed{found}")
