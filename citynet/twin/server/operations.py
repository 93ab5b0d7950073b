"""What each operation of NETCONF does on the device (RFC 6241, sections 7 and 8; RFC 6022)."""

from collections.abc import Callable
from typing import Any

from lxml import etree

from . import message, monitoring
from .device import Commit, Device
from .errors import RefusedError, RpcError, protocol_error
from .filters import xpaths
from .message import Request, qualified
from .monitoring import Monitored
from .store import CANDIDATE, EVERYTHING, RUNNING
from .telling import MADE_UP

MONITORING = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"
WITH_DEFAULTS = "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults"
DEFAULTS = "urn:ietf:params:netconf:capability:with-defaults:1.0"
LONGEST_WAIT = 0xFFFFFFFF
"""Seconds: `confirm-timeout` is a uint32 from 1."""
CAPABILITIES = (
    message.BASE_1_0,
    message.BASE_1_1,
    "urn:ietf:params:netconf:capability:candidate:1.0",
    "urn:ietf:params:netconf:capability:confirmed-commit:1.1",
    "urn:ietf:params:netconf:capability:rollback-on-error:1.0",
    "urn:ietf:params:netconf:capability:validate:1.1",
    f"{DEFAULTS}?basic-mode=explicit&also-supported=report-all,trim",
    f"{MONITORING}?module=ietf-netconf-monitoring&revision=2010-10-04",
    MADE_UP,
)
"""What there is, and nothing else: no writable-running, startup, url, xpath, notification."""
_WRITTEN = {"merge", "replace", "none"}
_TESTS = {"set", "test-then-set", "test-only"}
_MODES = {"explicit", "report-all", "trim"}


def perform(device: Device, about: Monitored, session: int, asked: Request) -> bytes:
    """Do what a request asks for and return the reply. Raises `RefusedError`."""
    name = etree.QName(asked.operation)
    action = _ACTIONS.get((name.namespace, name.localname))
    if action is None:
        info = {"bad_element": name.localname}
        raise protocol_error("operation-not-supported", f"no operation {name.localname}", **info)
    content = action(device, about, session, asked.operation)
    if content is None:
        return message.ok(asked.rpc)
    return message.data(asked.rpc, content, name.namespace)


def _get_config(device: Device, about: Monitored, session: int, operation: Any) -> bytes:
    source = _datastore(operation, "source")
    return _selected(device, operation, source)


def _get(device: Device, about: Monitored, session: int, operation: Any) -> bytes:
    """The configuration with state that is made up, and the server's own (RFC 6022)."""
    wanted = operation.find(qualified("filter"))
    state = monitoring.state(about, device.locks, wanted)
    return _selected(device, operation, RUNNING, about.told()) + state


def _selected(device: Device, operation: Any, source: str, state: bytes = b"") -> bytes:
    modules = {uri: name for name, uri in device.store.namespaces.items()}
    wanted = operation.find(qualified("filter"))
    if wanted is None:
        paths = list(EVERYTHING)
    elif wanted.get("type", wanted.get(qualified("type"), "subtree")) != "subtree":
        raise protocol_error("operation-not-supported", "filters are subtrees here, no XPath")
    else:
        paths = xpaths(wanted, modules)
    mode = operation.findtext(qualified("with-defaults", WITH_DEFAULTS), "explicit").strip()
    if mode not in _MODES:
        raise _invalid("with-defaults", mode, _MODES)
    if state:
        return device.store.get_with(state, paths, mode)
    return device.store.get(source, paths, mode)


def _edit_config(device: Device, about: Monitored, session: int, operation: Any) -> None:
    _target(operation)
    default = _word(operation, "default-operation", "merge", _WRITTEN)
    test = _word(operation, "test-option", "set", _TESTS)
    option = _word(
        operation,
        "error-option",
        "stop-on-error",
        {"stop-on-error", "continue-on-error", "rollback-on-error"},
    )
    if option == "continue-on-error":
        words = "an edit is done as a whole or not at all: continue-on-error is not supported"
        raise protocol_error("operation-not-supported", words)
    config = _inline(operation)
    device.edit(session, config, default, test)


def _copy_config(device: Device, about: Monitored, session: int, operation: Any) -> None:
    _target(operation)
    source = operation.find(qualified("source"))
    if source is None:
        raise _missing("source")
    inline = source.find(qualified("config"))
    if inline is not None:
        device.copy(session, _children(inline))
        return
    name = _datastore(operation, "source")
    if name == CANDIDATE:
        raise protocol_error("invalid-value", "source and target are the same datastore")
    device.discard(session)


def _validate(device: Device, about: Monitored, session: int, operation: Any) -> None:
    source = operation.find(qualified("source"))
    inline = source.find(qualified("config")) if source is not None else None
    if inline is not None:
        device.store.check(_children(inline))
    else:
        device.store.validate(_datastore(operation, "source"))


def _lock(device: Device, about: Monitored, session: int, operation: Any) -> None:
    device.lock(session, _datastore(operation, "target"))


def _unlock(device: Device, about: Monitored, session: int, operation: Any) -> None:
    device.unlock(session, _datastore(operation, "target"))


def _commit(device: Device, about: Monitored, session: int, operation: Any) -> None:
    confirmed = operation.find(qualified("confirmed")) is not None
    for name in ("confirm-timeout", "persist"):
        if not confirmed and operation.find(qualified(name)) is not None:
            raise protocol_error("operation-failed", f"{name} without confirmed")
    seconds = operation.findtext(qualified("confirm-timeout"))
    timeout = 600 if seconds is None else _seconds(seconds)
    persist = _token(operation, "persist")
    device.commit(session, Commit(confirmed, timeout, persist, _token(operation, "persist-id")))


def _cancel_commit(device: Device, about: Monitored, session: int, operation: Any) -> None:
    device.cancel(session, _token(operation, "persist-id"))


def _discard_changes(device: Device, about: Monitored, session: int, operation: Any) -> None:
    device.discard(session)


def _close_session(device: Device, about: Monitored, session: int, operation: Any) -> None:
    device.ended(session)


def _kill_session(device: Device, about: Monitored, session: int, operation: Any) -> None:
    text = operation.findtext(qualified("session-id"), "").strip()
    if not text.isdigit() or int(text) == session or int(text) not in about.sessions:
        words = f"no other session {text!r}"
        raise protocol_error("invalid-value", words, bad_element="session-id")
    device.ended(int(text))
    about.kill(int(text))


def _get_schema(device: Device, about: Monitored, session: int, operation: Any) -> bytes:
    def text(name: str) -> str:
        found: str = operation.findtext(qualified(name, MONITORING), "").strip()
        return found

    if text("format").rpartition(":")[2] not in {"", "yang"}:
        raise protocol_error("invalid-value", "schemas are in YANG here")
    return monitoring.schema(about, text("identifier"), text("version"))


_Action = Callable[[Device, Monitored, int, Any], bytes | None]
_ACTIONS: dict[tuple[str | None, str], _Action] = {
    (message.BASE, "get"): _get,
    (message.BASE, "get-config"): _get_config,
    (message.BASE, "edit-config"): _edit_config,
    (message.BASE, "copy-config"): _copy_config,
    (message.BASE, "validate"): _validate,
    (message.BASE, "lock"): _lock,
    (message.BASE, "unlock"): _unlock,
    (message.BASE, "commit"): _commit,
    (message.BASE, "cancel-commit"): _cancel_commit,
    (message.BASE, "discard-changes"): _discard_changes,
    (message.BASE, "close-session"): _close_session,
    (message.BASE, "kill-session"): _kill_session,
    (MONITORING, "get-schema"): _get_schema,
}


def closes(asked: Request) -> bool:
    """Whether the session is over with this request."""
    return bool(asked.operation.tag == qualified("close-session"))


def _datastore(operation: Any, name: str) -> str:
    """The datastore that `<source>` or `<target>` names."""
    around = operation.find(qualified(name))
    if around is None or not len(around):
        raise _missing(name)
    found = str(etree.QName(around[0]).localname)
    if found not in {RUNNING, CANDIDATE}:
        raise protocol_error("invalid-value", f"no datastore {found} here", bad_element=found)
    return found


def _target(operation: Any) -> None:
    if _datastore(operation, "target") != CANDIDATE:
        words = "running is changed by commit only: there is no writable-running"
        raise protocol_error("operation-not-supported", words, bad_element="target")


def _word(operation: Any, name: str, default: str, allowed: set[str]) -> str:
    found: str = operation.findtext(qualified(name), default).strip()
    if found not in allowed:
        raise _invalid(name, found, allowed)
    return found


def _token(operation: Any, name: str) -> str | None:
    found = operation.find(qualified(name))
    return None if found is None else (found.text or "").strip()


def _seconds(text: str) -> int:
    word = text.strip()
    if not (word.isdigit() and 0 < int(word) <= LONGEST_WAIT):
        words = f"confirm-timeout is {word!r}, expected 1 to 4294967295 seconds"
        raise protocol_error("invalid-value", words, bad_element="confirm-timeout")
    return int(word)


def _inline(operation: Any) -> bytes:
    config = operation.find(qualified("config"))
    if config is None:
        raise _missing("config")
    return _children(config)


def _children(config: Any) -> bytes:
    return b"".join(etree.tostring(each, with_tail=False) for each in config)


def _missing(name: str) -> RefusedError:
    return protocol_error("missing-element", f"there is no {name}", bad_element=name)


def _invalid(name: str, found: str, allowed: set[str]) -> RefusedError:
    words = f"{name} is {found!r}, expected {', '.join(sorted(allowed))}"
    error = RpcError("invalid-value", words, type="protocol", info={"bad-element": name})
    return RefusedError(error)
