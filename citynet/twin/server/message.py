"""Requests and replies as XML (RFC 6241, section 4)."""

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from .errors import RefusedError, RpcError, protocol_error

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
BASE_1_0 = "urn:ietf:params:netconf:base:1.0"
BASE_1_1 = "urn:ietf:params:netconf:base:1.1"
_DEFAULT: dict[Any, str] = {None: BASE}
_STEP = re.compile(r"/([^/\[]+)((?:\[(?:[^\]'\"]|'[^']*'|\"[^\"]*\")*\])*)")
_KEY = re.compile(r"\[([^=\]']+)=")


@dataclass(frozen=True, slots=True)
class Request:
    """One `rpc`: its element, and the operation's within it."""

    rpc: Any
    operation: Any


def qualified(name: str, namespace: str = BASE) -> str:
    """A name as lxml writes it."""
    return f"{{{namespace}}}{name}"


def parse(data: bytes) -> Any:
    """The root element. Raises `RefusedError`: malformed, or with a document type."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root: Any = etree.fromstring(data.strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        words = f"not well-formed XML: {error}"
        raise RefusedError(RpcError("malformed-message", words, type="rpc")) from error
    if root.getroottree().docinfo.doctype:
        words = "a document type is not allowed here"
        raise RefusedError(RpcError("malformed-message", words, type="rpc"))
    return root


def request(root: Any) -> Request:
    """The request in a message. Raises `RefusedError`."""
    if root.tag != qualified("rpc"):
        words = f"expected rpc, found {etree.QName(root).localname}"
        raise RefusedError(RpcError("malformed-message", words, type="rpc"))
    if "message-id" not in root.attrib:
        info = {"bad-attribute": "message-id", "bad-element": "rpc"}
        error = RpcError("missing-attribute", "rpc has no message-id", type="rpc", info=info)
        raise RefusedError(error)
    if len(root) != 1:
        raise protocol_error("operation-failed", f"one operation in an rpc, not {len(root)}")
    return Request(root, root[0])


def capabilities(hello: Any) -> frozenset[str]:
    """What the other side can do. Raises `RefusedError` where it is no hello."""
    if hello.tag != qualified("hello"):
        raise protocol_error("operation-failed", "the first message must be hello")
    if hello.find(qualified("session-id")) is not None:
        raise protocol_error("operation-failed", "a client's hello has no session-id")
    found = hello.iterfind(f"{qualified('capabilities')}/{qualified('capability')}")
    return frozenset((each.text or "").strip() for each in found)


def hello(offered: Iterable[str], session: int) -> bytes:
    """The server's hello."""
    root = etree.Element(qualified("hello"), nsmap=_DEFAULT)
    inside = etree.SubElement(root, qualified("capabilities"))
    for each in offered:
        etree.SubElement(inside, qualified("capability")).text = each
    etree.SubElement(root, qualified("session-id")).text = str(session)
    return _bytes(root)


def ok(rpc: Any) -> bytes:
    """`<ok/>`."""
    root = _reply(rpc)
    etree.SubElement(root, qualified("ok"))
    return _bytes(root)


def data(rpc: Any, content: bytes, namespace: str = BASE) -> bytes:
    """`<data>` with serialized content in it, which is not parsed again."""
    root, mark = _reply(rpc), secrets.token_hex(16)
    etree.SubElement(
        root, qualified("data", namespace), nsmap=_DEFAULT | {None: namespace}
    ).text = mark
    before, after = _bytes(root).split(mark.encode())
    return b"".join((before, content, after))


def failure(rpc: Any, errors: Sequence[RpcError], namespaces: dict[str, str]) -> bytes:
    """All the errors. `namespaces`: module name -> namespace, for their paths."""
    root = _reply(rpc)
    for error in errors:
        root.append(_error(error, namespaces))
    return _bytes(root)


def _reply(rpc: Any) -> Any:
    """A reply carries the attributes of its request, all of them."""
    if rpc is None:
        return etree.Element(qualified("rpc-reply"), nsmap=_DEFAULT)
    prefixes = {prefix: uri for prefix, uri in rpc.nsmap.items() if prefix}
    root = etree.Element(qualified("rpc-reply"), nsmap=_DEFAULT | prefixes)
    for name, value in rpc.attrib.items():
        root.set(name, value)
    return root


def _error(error: RpcError, namespaces: dict[str, str]) -> Any:
    root = etree.Element(qualified("rpc-error"))
    for name, value in (
        ("error-type", error.type),
        ("error-tag", error.tag),
        ("error-severity", "error"),
        ("error-app-tag", error.app_tag),
    ):
        if value:
            etree.SubElement(root, qualified(name)).text = value
    if error.path:
        path, used = xpath(error.path)
        nsmap = {name: namespaces[name] for name in used if name in namespaces}
        etree.SubElement(root, qualified("error-path"), nsmap=nsmap).text = path
    message = etree.SubElement(root, qualified("error-message"))
    message.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    message.text = _printable(error.message)
    if error.info:
        info = etree.SubElement(root, qualified("error-info"))
        for name, value in error.info.items():
            etree.SubElement(info, qualified(name)).text = _printable(value)
    return root


def xpath(path: str) -> tuple[str, set[str]]:
    """A libyang path with every step's module spelled out, and the modules it names."""
    here, used, steps = "", set(), []
    for name, keys in _STEP.findall(path):
        module, colon, local = name.rpartition(":")
        here = module if colon else here
        used.add(here)
        inside = _KEY.sub(rf"[{here}:\1=", keys) if here else keys
        inside = inside.replace(f"[{here}:.=", "[.=")
        steps.append(f"/{here}:{local}{inside}" if here else f"/{local}{inside}")
    return "".join(steps) or path, used - {""}


def _printable(text: str) -> str:
    """XML 1.0 has no control characters."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", text)


def _bytes(root: Any) -> bytes:
    found: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return found
