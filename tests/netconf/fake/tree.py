"""edit-config on trees without models (RFC 6241, section 7.2): list entries by known keys."""

from collections.abc import Mapping

from msgspec.structs import replace

from citynet.netconf.reply import RpcError
from citynet.xml import Element

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
KEYS: Mapping[str, tuple[str, ...]] = {
    "interface": ("name",),
    "instance": ("name",),
    "network-instance": ("name",),
    "component": ("name",),
    "channel": ("index",),
    "amplifier": ("name",),
    "aps-module": ("name",),
    "site": ("id",),
    "locator": ("name",),
    "peer": ("address",),
    "af": ("type",),
    "circuit": ("name",),
}
"""Key leaves by the name of the list; an element that has none of them is no entry of a list."""


class EditError(Exception):
    """An edit that cannot be done; `error` is what the client is told."""

    def __init__(self, error: RpcError) -> None:
        self.error = error
        super().__init__(str(error))


def identity(element: Element) -> tuple[str, str, tuple[str, ...]]:
    leaves = [element.child(key) for key in KEYS.get(element.name, ())]
    values = tuple(leaf.text.strip() for leaf in leaves if leaf is not None)
    return element.namespace, element.name, values


def _operation(element: Element, inherited: str) -> str:
    found = [value for _, namespace, value in element.attributes if namespace == BASE]
    return found[0] if found else inherited


def _plain(element: Element) -> Element:
    """Without operations and without line numbers."""
    kept = tuple(each for each in element.attributes if each[1] != BASE)
    children = tuple(_plain(each) for each in element.children)
    return replace(element, children=children, attributes=kept, line=0, prefixes=())


def edited(old: Element | None, change: Element, inherited: str) -> Element | None:
    """An element after a change; None where it is gone. Raises `EditError`."""
    operation = _operation(change, inherited)
    if operation in {"delete", "remove"}:
        if old is None and operation == "delete":
            raise EditError(RpcError("data-missing", f"there is no {change.name}"))
        return None
    if operation == "create" and old is not None:
        raise EditError(RpcError("data-exists", f"there is a {change.name}"))
    if operation in {"replace", "create"}:
        return _plain(change)
    if operation == "none" and old is None:
        raise EditError(RpcError("data-missing", f"there is no {change.name}"))
    if old is None:
        old = replace(change, children=(), text="" if change.children else change.text)
    if not change.children:
        return _plain(change) if not old.children else old
    return replace(
        old,
        children=merged(old.children, change.children, operation),
        attributes=(),
        line=0,
        prefixes=(),
    )


def merged(
    old: tuple[Element, ...], changes: tuple[Element, ...], operation: str
) -> tuple[Element, ...]:
    """Siblings after a change of some of them. Raises `EditError`."""
    here = {identity(each): each for each in old}
    for change in changes:
        key = identity(change)
        now = edited(here.get(key), change, operation)
        if now is None:
            here.pop(key, None)
        else:
            here[key] = now
    return tuple(here.values())
