"""What a device holds, read in one go, and who keeps others from it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from citynet.deploy.driver import DeviceError, HeldError, Refusal, Refused
from citynet.netconf.errors import plain
from citynet.netconf.lost import like_us, session_info
from citynet.netconf.profile import Profile
from citynet.netconf.reply import Reply, RpcError
from citynet.netconf.session import NetconfSession
from citynet.netconf.tree import Node, compare, node
from citynet.xml import Element, XmlError, parse_document

PENDING = re.compile(r"confirmed.?commit", re.IGNORECASE)
"""In a device's words for why it gives no lock (RFC 6241, section 7.5, has no tag for it)."""
BUSY = ("in-use", "lock-denied")
"""The tags of errors that are about a lock of another session."""
SHOWN = 6
"""Lines of a difference that are shown in a sentence."""


@dataclass(frozen=True, slots=True)
class Content:
    """A datastore's content: the `data` of a get-config, and its digests."""

    data: Element
    tree: Node

    @property
    def digest(self) -> bytes:
        """Equal if and only if the configuration is."""
        return self.tree.digest


@dataclass(frozen=True, slots=True)
class Unended:
    """A session of ours that was lost, and that the device does not let us end."""

    number: str
    why: str


def checked(device: str, what: str, reply: Reply) -> Reply:
    """The reply, if it holds no error. Raises `DeviceError`."""
    if reply.errors:
        raise DeviceError(f"{device}: {what}: {plain(reply.errors)}")
    return reply


def content(device: str, reply: Reply, profile: Profile) -> Content:
    """What a get-config answered. Raises `DeviceError`."""
    checked(device, "its configuration cannot be read", reply)
    try:
        data = parse_document(reply.text.encode()).child("data")
    except XmlError as error:
        raise DeviceError(f"{device}: its configuration cannot be read: {error}") from error
    if data is None:
        raise DeviceError(f"{device}: its configuration cannot be read: an answer without data")
    return Content(data, node(data, profile.ordered))


def refused(device: str, message: str) -> Refused:
    """A refusal that is about no line of the artifact."""
    return Refused(device, [Refusal("", None, "", message)])


def changed(before: Content, now: Content, profile: Profile) -> str:
    """The first lines that differ, on one line; secrets are hidden."""
    lines = [" ".join(line.split()) for line in compare(before.tree, now.tree, profile).lines]
    found = [line for line in lines if line[:1] in {"+", "-"}]
    more = f" and {len(found) - SHOWN} lines more" if len(found) > SHOWN else ""
    return f"{'; '.join(found[:SHOWN])}{more}"


def uncommitted(device: str, running: Content, candidate: Content, profile: Profile) -> Refused:
    """Another client has changed the candidate and not committed it."""
    return refused(
        device,
        "its candidate holds changes that somebody has not committed, which are not ours to "
        f"discard or to commit: {changed(running, candidate, profile)}",
    )


def _words(leaves: dict[str, str]) -> str:
    """User, host and login of a session, where the device tells."""
    user, host = leaves.get("username", ""), leaves.get("source-host", "")
    login = leaves.get("login-time", "")
    words = [user, f"from {host}" if host else "", f"since {login}" if login else ""]
    return " ".join(word for word in words if word)


def holder(errors: Sequence[RpcError]) -> str:
    """The session that holds a lock; empty where there is none, or it is unknown."""
    found = next((each.about("session-id") for each in errors), "")
    return "" if found == "0" else found


def named(session: NetconfSession, errors: Sequence[RpcError]) -> str:
    """The session that holds a lock, if it can be so: not the one that asks, and it exists.

    netopeer2 2.8.7 names the one that asks while a confirmed commit waits.
    """
    number = holder(errors)
    return (
        "" if number == session.id or (number and session_info(session, number) == {}) else number
    )


def denied(
    device: str, session: NetconfSession, store: str, reply: Reply, unended: Unended | None = None
) -> Refused:
    """Why a lock was not given, as far as the device tells; `HeldError` where it may be ours."""
    errors = reply.errors
    by = _holder(session, errors, unended)
    if any(PENDING.search(f"{error} {error.app_tag}") for error in errors):
        whose = by if named(session, errors) else "another session"
        return refused(device, f"a confirmed commit of {whose} waits: {plain(errors)}")
    if by and like_us(session, named(session, errors)):
        said = f"its {store} is locked by {by}, which has the user and the host of this run"
        return HeldError(device, [Refusal("", None, "", said)])
    if by:
        return refused(device, f"its {store} is locked by {by}")
    return refused(device, f"its {store} cannot be locked: {plain(errors)}")


def _holder(session: NetconfSession, errors: Sequence[RpcError], unended: Unended | None) -> str:
    """Who holds a lock, in words; a number that cannot be right is said to be wrong."""
    number = next((each.about("session-id") for each in errors), "")
    if number == session.id:
        return f"another session (it names {number}, which is the one that asks)"
    if number == "0":
        return "what is no NETCONF session (it names session 0)"
    if not number:
        return ""
    known = session_info(session, number)
    if known == {}:
        return f"another session (it names {number}, and knows no such session)"
    words = [_words(known or {})]
    if unended is not None and unended.number == number:
        words.append(
            "ours, lost on the way; the device does not let us end it with kill-session: "
            f"{unended.why}; it is free when the device finds it gone"
        )
    said = ", ".join(each for each in words if each)
    return f"session {number} ({said})" if said else f"session {number}"
