"""XML documents from what roles' templates rendered, for platforms that are configured so."""

from collections.abc import Iterator, Mapping, Sequence

from citynet.build.facts import DeviceFacts
from citynet.render.platform import Parts
from citynet.render.render import RenderError
from citynet.xml import Element, XmlError, merge, parse_parts, write

NETCONF = "urn:ietf:params:xml:ns:netconf:base:1.0"
CONFIG = "config.xml"
"""The file that NETCONF drivers send."""


def _elements(facts: DeviceFacts, parts: Sequence[str]) -> Iterator[Element]:
    for role, text in zip(facts.roles, parts, strict=True):
        try:
            yield from parse_parts(text)
        except XmlError as error:
            at = f"line {error.line} of what it rendered"
            where = f"{facts.platform}/{role}.j2 for {facts.name}"
            raise RenderError(f"{where}: {error.message} ({at})") from error


def config(facts: DeviceFacts, parts: Sequence[str]) -> str:
    """The payload of a NETCONF edit-config (RFC 6241, section 7.2), all roles' trees as one.

    Each role's template has filled one block. A list entry carries `key="name"` where roles
    add to the same entry; see `citynet.xml.parse`. Raises `RenderError` where a part is no
    XML or two roles disagree.
    """
    try:
        return write(Element(NETCONF, "config", children=merge(_elements(facts, parts))))
    except XmlError as error:
        raise RenderError(f"{facts.platform} for {facts.name}: {error.message}") from error


def assemble(facts: DeviceFacts, parts: Parts) -> Mapping[str, str]:
    """The files of a device that is configured over NETCONF: `config` of its block `config`."""
    return {CONFIG: config(facts, parts["config"])}
