"""A commit that waits for its confirmation: its timer is started again, its errors are judged.

RFC 6241, section 8.4, has a commit that follows name the one that waits by `persist-id`, also
where its timer is started again. netopeer2 2.8.7 refuses that with `invalid-value`, and takes
`persist` alone; a server of the standard refuses that in turn. So one is tried, and then the
other. An error says little: it may have been a commit that did all it had to, or one that never
arrived. Whether something waits is asked, never concluded.
"""

import time
from collections.abc import Sequence

from citynet.deploy.driver import SOON, Confirm, DeviceError, NotPendingError
from citynet.netconf import rpc
from citynet.netconf.datastore import BUSY, PENDING, Content
from citynet.netconf.device import Device
from citynet.netconf.errors import plain
from citynet.netconf.reply import RpcError
from citynet.netconf.tree import digest

NAMES = frozenset({"", "persist", "persist-id"})
"""What is bad where a name is not that of the commit that waits, if it is said."""


def extend(device: Device, confirm: Confirm, runs: str) -> list[Content]:
    """Start the timer again. Raises `NotPendingError`, or `DeviceError`.

    What ran just before, where that is to be compared with the fingerprint `runs`. The candidate
    is what was committed, and locked: each way of it commits the candidate once more.
    """
    began = time.monotonic()
    refused: tuple[RpcError, ...] = ()
    if not device.extends_alone:
        again = rpc.commit_confirmed(confirm, again=True)
        read = [rpc.get(rpc.RUNNING)] if runs else []
        *before, reply = device.ask(*read, again, change=True, soon=True)
        refused = reply.errors
        if not reply.failed("invalid-value"):
            judge(device, confirm.run, refused)
            device.waits_here = True
            return [device.content(each) for each in before]
    return [_alone(device, confirm, runs, refused, began + SOON / 2)]


def _alone(
    device: Device, confirm: Confirm, runs: str, refused: Sequence[RpcError], latest: float
) -> Content:
    """By `persist` alone, which begins a commit of its own where none waits any more.

    What runs is read before it is asked whether something waits, and after the timer is started:
    if its time runs out in between, what runs is another then. The commit that has begun to wait
    over what the device went back to is cancelled. What ran before.
    """
    before = device.running(soon=True)
    if device.nothing_waits():
        raise NotPendingError(f"{device.name}: no commit waits as {confirm.run}")
    if time.monotonic() > latest:
        raise DeviceError(f"{device.name}: commit {confirm.run}: it takes too long to answer")
    once = rpc.commit_confirmed(confirm)
    reply, read = device.ask(once, rpc.get(rpc.RUNNING), change=True, soon=True)
    if reply.errors:
        others = any(map(_of_another, reply.errors))
        judge(device, confirm.run, refused if refused and others else (*refused, *reply.errors))
    device.waits_here = device.extends_alone = True
    after = device.content(read)
    if after.digest != before.digest and digest(after.tree) != runs:
        device.ask(rpc.cancel(confirm.run), change=True, soon=True)
        raise NotPendingError(f"{device.name}: {confirm.run} went back before it could be extended")
    return before


def judge(device: Device, run: str, errors: Sequence[RpcError]) -> None:
    """What the errors of a commit that waits mean: nothing, `NotPendingError`, or `DeviceError`."""
    if not errors:
        return
    said = plain(errors)
    busy = any(error.tag in BUSY for error in errors)
    if not busy and device.nothing_waits():
        raise NotPendingError(f"{device.name}: no commit waits as {run} ({said})")
    if all(_of_its_name(error) for error in errors):
        raise NotPendingError(f"{device.name}: a commit waits, but not as {run}: {said}")
    raise DeviceError(f"{device.name}: commit {run}: {said}")


def _about(error: RpcError) -> set[str]:
    """The elements of the request that an error is about, as far as it says."""
    last = error.path.rpartition("/")[2]
    return {each.rpartition(":")[2] for each in (error.about("bad-element"), last)}


def _of_its_name(error: RpcError) -> bool:
    """Whether an error is about how the commit is called, and nothing else."""
    return error.tag == "invalid-value" and _about(error) <= NAMES


def _of_another(error: RpcError) -> bool:
    """Whether a commit cannot begin to wait because another waits.

    netconfd 2.13 has `operation-failed` for that, and points at `confirmed`.
    """
    said = PENDING.search(f"{error} {error.app_tag}") is not None
    return said or bool(_about(error) & {"confirmed", "persist"})
