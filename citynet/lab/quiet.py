"""A lab does not change under a deployment, nor a deployment under a change of its lab."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from citynet.lab.state import LabFolder
from citynet.owner import owner
from citynet.transaction.lock import held


@contextmanager
def undisturbed(folder: LabFolder, name: str, what: str, *, force: bool = False) -> Iterator[None]:
    """Keep deployments out of a lab meanwhile: the lock that each holds is held for `what`.

    Raises `BusyError`, which names the run that is at work, unless it is done by `force`.
    """
    if force or not folder.exists():
        yield
        return
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with held(folder.runs, name, f"`citynet lab {what}` of {owner()} since {now}"):
        yield
