"""What a device holds, read in one go, and who keeps others from it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from citynet.deploy.driver import DeviceError, Refusal, Refused
from citynet.netconf.errors import plain
from citynet.netconf.lost import told
from citynet.netconf.profile import Profile
from citynet.netconf.reply import Reply, RpcError
from citynet.netconf.session import NetconfSession
from citynet.netconf.tree import Node, compare, node
from citynet.xml import Element, XmlError, parse_document

PENDING = re.compile(r"confirmed.?commit", re.IGNORECASE)
"""In a device's words for why it gives no lock (RFC 6241, section 7.5, has no tag for it)."""
SHOWN = 6
"""Lines of somebody's uncommitted changes that are shown."""


@dataclass(frozen=True, slots=True)
class Content:
    """A datastore's content: the `data` of a get-config, and its digests."""

    data: Element
    tree: Node

    @property
    def digest(self) -> bytes:
        """Equal if and only if the configuration is."""
        return self.tree.digest


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


def uncommitted(device: str, running: Content, candidate: Content, profile: Profile) -> Refused:
    """Somebody has changed the candidate and not committed it."""
    lines = [line.strip() for line in compare(running.tree, candidate.tree, profile).lines]
    changed = [line for line in lines if line[:1] in {"+", "-"}]
    more = f" and {len(changed) - SHOWN} lines more" if len(changed) > SHOWN else ""
    return refused(
        device,
        "its candidate holds changes that somebody has not committed, which are not ours to "
        f"discard or to commit: {'; '.join(changed[:SHOWN])}{more}",
    )


def _words(leaves: dict[str, str]) -> str:
    """User, host and login of a session, where the device tells."""
    user, host = leaves.get("username", ""), leaves.get("source-host", "")
    login = leaves.get("login-time", "")
    words = [user, f"from {host}" if host else "", f"since {login}" if login else ""]
    return " ".join(word for word in words if word)


def holder(errors: Sequence[RpcError]) -> str:
    """The session that holds a lock; empty where it is none or not told."""
    found = next((each.about("session-id") for each in errors), "")
    return "" if found == "0" else found


def denied(device: str, session: NetconfSession, store: str, reply: Reply) -> Refused:
    """Why a lock was not given, as far as the device tells."""
    errors, number = reply.errors, holder(reply.errors)
    who = _words(told(session, number) or {}) if number else ""
    by = f"session {number} ({who})" if who else f"session {number}"
    if any(PENDING.search(f"{error} {error.app_tag}") for error in errors):
        whose = by if number else "another session"
        return refused(device, f"a confirmed commit of {whose} waits: {plain(errors)}")
    if number:
        return refused(device, f"its {store} is locked by {by}")
    return refused(device, f"its {store} cannot be locked: {plain(errors)}")
