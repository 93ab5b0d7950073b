"""What a device answers: data, or errors, all of them (RFC 6241, section 4.3)."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class RpcError:
    """One `rpc-error`. `path` is an XPath into the request, as the device wrote it."""

    tag: str
    message: str = ""
    path: str = ""
    app_tag: str = ""
    severity: str = "error"
    info: tuple[tuple[str, str], ...] = ()

    def about(self, name: str) -> str:
        """What `error-info` says of a name: `session-id`, `bad-element`, …"""
        return dict(self.info).get(name, "")

    def __str__(self) -> str:
        words = self.message or self.tag
        element = self.about("bad-element")
        return f"{words} ({element})" if element and element not in words else words


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `text` is the whole `rpc-reply`; errors exclude warnings."""

    text: str
    errors: tuple[RpcError, ...] = field(default=())

    def failed(self, *tags: str) -> bool:
        """Whether one of the errors has one of these tags."""
        return any(error.tag in tags for error in self.errors)


def _words(text: str | None) -> str:
    return " ".join((text or "").split())


def _info(raw: Any) -> tuple[tuple[str, str], ...]:
    """Names and texts of what is in `error-info` and below, without namespaces."""
    found = []
    for child in raw.iter():
        name = str(child.tag).rpartition("}")[2]
        text = _words(child.text)
        if name != "error-info" and text:
            found.append((name, text))
    return tuple(found)


def read_error(raw: Any) -> RpcError:
    """An `rpc-error` element (lxml's) as a value; what a device leaves out is empty."""
    parts = {str(child.tag).rpartition("}")[2]: child for child in raw}
    texts = {name: _words(child.text) for name, child in parts.items()}
    return RpcError(
        tag=texts.get("error-tag", "") or "operation-failed",
        message=texts.get("error-message", ""),
        path="".join(texts.get("error-path", "").split()),
        app_tag=texts.get("error-app-tag", ""),
        severity=texts.get("error-severity", "") or "error",
        info=_info(parts["error-info"]) if "error-info" in parts else (),
    )


def read_errors(root: Any) -> tuple[RpcError, ...]:
    """All errors of an `rpc-reply` element (lxml's), wherever in it they are; warnings are none.

    An error counts in any namespace, in none, and beside an `ok`. What is not said to be a
    warning is an error. An answer with nothing that RFC 6241, section 4, knows is one: of a
    request nothing is known then. A warning stands for an `ok`, which comes only alone.
    """
    found = [read_error(each) for each in root.iter("{*}rpc-error")]
    if not found and all(root.find(f"{{*}}{each}") is None for each in ("ok", "data")):
        return (RpcError("operation-failed", "an answer with neither ok, data nor an error"),)
    return tuple(error for error in found if error.severity.lower() != "warning")
