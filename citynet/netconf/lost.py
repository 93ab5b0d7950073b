"""A session of ours that was lost on the way, and lives on at the device with our locks.

Sessions' numbers are given again after a restart: whose a number is has to be found out before
that session is ended.
"""

import time
from dataclasses import dataclass
from datetime import datetime

from citynet.netconf import rpc
from citynet.netconf.session import NetconfSession
from citynet.xml import XmlError, parse_document

APART = 10.0
"""Seconds by which the time between two logins may differ, here and as the device tells it."""

WHOSE = ("username", "source-host")
"""What a device tells of each session (RFC 6022), and what two of ours have in common."""
ENDING, PAUSE = 3.0, 0.1
"""Seconds that a killed session may take to end, and between two looks."""


@dataclass(frozen=True, slots=True)
class Login:
    """A session's number at the device, and when it was made, by our monotonic clock, seconds."""

    number: str
    when: float


def session_info(session: NetconfSession, number: str) -> dict[str, str] | None:
    """What the device says of a session (RFC 6022), empty of none; None if it does not say."""
    if not any(each.startswith(rpc.MONITORING) for each in session.capabilities):
        return None
    [reply] = session.call(rpc.sessions(number))
    if reply.errors:
        return None
    try:
        root = parse_document(reply.text.encode())
    except XmlError:
        return None
    for entry in (each for each in root.walk() if each.name == "session"):
        leaves = {leaf.name: leaf.text.strip() for leaf in entry.children}
        if leaves.get("session-id") == number:
            return leaves
    return {}


def like_us(session: NetconfSession, number: str) -> bool:
    """Whether a session has the user and the host of `session`, by what the device says.

    It may be of an earlier run that was killed, which is reason to wait for it, not to end it.
    """
    if not number:
        return False
    theirs, ours = session_info(session, number) or {}, session_info(session, session.id) or {}
    return bool(theirs.get("username")) and all(
        theirs.get(leaf) == ours.get(leaf) for leaf in WHOSE
    )


def is_ours(lost: Login, now: Login, session: NetconfSession, holder: str) -> bool:
    """Whether the number of `lost` is still that session, asked in `session`, which is `now`.

    `holder` is the session that an error named, empty if it named none. A device that tells of
    its sessions has to say that ours came from where we come from, as much before this one as it
    did. Of another, the error has to name it, and numbers must have gone on: no restart.
    """
    if holder not in ("", lost.number):
        return False
    was = session_info(session, lost.number)
    if was is None:
        return holder == lost.number and int(lost.number) < int(now.number)
    here = session_info(session, now.number) or {}
    if any(was.get(leaf) != here.get(leaf) for leaf in WHOSE):
        return False
    try:
        times = [datetime.fromisoformat(each.get("login-time", "")) for each in (was, here)]
        between = (times[1] - times[0]).total_seconds()
    except (TypeError, ValueError):
        return False
    return abs(between - (now.when - lost.when)) < APART


def wait_for_its_end(session: NetconfSession, number: str) -> None:
    """Until a session that was killed is gone, and its locks with it, as far as the device says.

    netopeer2 2.8.7 answers kill-session before it ends that session.
    """
    deadline = time.monotonic() + ENDING
    while time.monotonic() < deadline:
        time.sleep(PAUSE)
        if not session_info(session, number):
            return
