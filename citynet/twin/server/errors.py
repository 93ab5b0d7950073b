"""What goes wrong, as NETCONF says it (RFC 6241, section 4.3 and appendix A)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

MOST = 100
"""Errors in one reply: a document of 5 MB can have one in every line."""


@dataclass(frozen=True, slots=True)
class RpcError:
    """One `rpc-error`. `path` is as libyang writes it; `info` becomes `error-info`."""

    tag: str
    message: str
    type: str = "application"
    path: str = ""
    app_tag: str = ""
    info: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """A request that is answered by errors."""

    def __init__(self, *errors: RpcError) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{each.tag}: {each.message}" for each in errors))


def protocol_error(tag: str, message: str, **info: str) -> RefusedError:
    """A request that is wrong as such; `info` with hyphens for underscores."""
    about = {name.replace("_", "-"): value for name, value in info.items()}
    return RefusedError(RpcError(tag, message, type="protocol", info=about))


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a complaint of libyang is in NETCONF: RFC 6241 appendix A, RFC 7950 section 15."""

    pattern: re.Pattern[str]
    tag: str
    app_tag: str = ""
    info: str = ""


def _kind(pattern: str, tag: str, app_tag: str = "", info: str = "") -> _Kind:
    return _Kind(re.compile(pattern, re.IGNORECASE), tag, app_tag, info)


_KINDS = (
    _kind(r'node "([^"]+)" not found', "unknown-element", info="bad-element"),
    _kind(r'module with namespace "([^"]+)"', "unknown-namespace", info="bad-namespace"),
    _kind(r'missing its key "([^"]+)"', "missing-element", info="bad-element"),
    _kind(r"^must condition", "operation-failed", "must-violation"),
    _kind(r"^when condition", "unknown-element"),
    _kind(r"^invalid leafref|no target instance|instance-identifier", "data-missing",
          "instance-required"),
    _kind(r"mandatory choice", "data-missing", "missing-choice"),
    _kind(r"mandatory node", "data-missing"),
    _kind(r"^unique data leaf", "operation-failed", "data-not-unique"),
    _kind(r"too few", "operation-failed", "too-few-elements"),
    _kind(r"too many", "operation-failed", "too-many-elements"),
    _kind(r"already exists", "data-exists"),
    _kind(r"does not exist", "data-missing"),
    _kind(r"annotation|metadata|attribute", "bad-attribute"),
)  # fmt: skip
_OPERATION = re.compile(r"/@[\w-]+:(operation|insert|key|value)$")


def from_libyang(message: str, path: str | None) -> RpcError:
    """One complaint of libyang or sysrepo as an error; anything else is an invalid value."""
    attribute = _OPERATION.search(path or "")
    if path and attribute:
        where = path[: attribute.start()]
        about = {"bad-attribute": attribute[1]}
        return RpcError("bad-attribute", message, path=where, info=about)
    for kind in _KINDS:
        found = kind.pattern.search(message)
        if found:
            info = {kind.info: found[1]} if kind.info else {}
            return RpcError(kind.tag, message, path=path or "", app_tag=kind.app_tag, info=info)
    return RpcError("invalid-value", message, path=path or "")


def refused(errors: Sequence[RpcError]) -> RefusedError:
    """A refusal with no more errors than a reply can carry."""
    if len(errors) <= MOST:
        return RefusedError(*errors)
    more = RpcError("operation-failed", f"and {len(errors) - MOST} more errors")
    return RefusedError(*errors[:MOST], more)
