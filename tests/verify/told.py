"""What devices of the vendors city say of their state: as their models have it, and as acted."""

import importlib
from collections.abc import Sequence
from functools import cache
from typing import Any

from lxml import etree

from citynet.netconf.reply import Reply, read_errors
from citynet.pipeline import Prepared, prepare, render
from citynet.twin.server.acting import Actor, Adjacent, Peering, Seen, Session
from citynet.verify.models import ModelReader
from citynet.verify.observe import Kind, State
from citynet.verify.reader import reader_of
from citynet.xml import Element, dense, parse_document, write
from tests.cities import VENDORS

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
HUAWEI, NOKIA, OPTICAL = "gov-core1", "gov-agg2", "otn-south"
ERROR = (
    "<rpc-error><error-type>application</error-type><error-tag>{}</error-tag>"
    "<error-severity>error</error-severity><error-message>no</error-message>"
    "<error-info>{}</error-info></rpc-error>"
)
"""What a device refuses, by tag and information."""
DEVICES = (HUAWEI, NOKIA, OPTICAL)


@cache
def vendors() -> Prepared:
    return prepare(VENDORS)


@cache
def config(device: str) -> Element:
    """What is rendered for a device, around its top-level nodes."""
    (text,) = render(vendors())[device].files.values()
    return parse_document(text.encode())


def reader(device: str) -> ModelReader:
    found = reader_of(vendors().house.platforms[vendors().facts[device].platform])
    assert isinstance(found, ModelReader)
    return found


def actor(device: str) -> Actor:
    platform = vendors().house.platforms[vendors().facts[device].platform]
    module, _, name = platform.acting.partition(":")
    found: Actor = getattr(importlib.import_module(module), name)
    return found


def lxml_config(device: str) -> Any:
    return etree.fromstring(dense(config(device)).encode())


def adjacent(port: str, system: str = "0000.08d8.37b4", host: str = "x", **more: Any) -> Adjacent:
    told: dict[str, Any] = {"area": "49.0001", "level": 2, "up": True, "bfd": True} | more
    return Adjacent(port, system, host, address="fd00::2", own="fd00::1", **told)


def session(peer: str, up: Sequence[str], families: Sequence[str], vrf: str = "default") -> Session:
    return Session(Peering(vrf, peer, 64537, tuple(families)), tuple(up))


def state(device: str, seen: Seen) -> tuple[Element, ...]:
    """Top-level nodes of state, as the device's twin makes it up."""
    said = actor(device).state(lxml_config(device), seen)
    return parse_document(f"<data>{said}</data>".encode()).children


def merged(first: Element, second: Element) -> Element:
    """Two trees as one: containers by name, entries of lists by their first leaf."""
    left = list(second.children)
    children = []
    for each in first.children:
        partner = next((one for one in left if _same(each, one)), None)
        if partner is not None:
            left.remove(partner)
        children.append(each if partner is None else merged(each, partner))
    return Element(
        first.namespace,
        first.name,
        first.text,
        (*children, *left),
        prefixes=tuple(dict.fromkeys((*first.prefixes, *second.prefixes))),
    )


def _same(a: Element, b: Element) -> bool:
    if (a.name, a.namespace) != (b.name, b.namespace):
        return False
    first, other = (each.children[0] if each.children else None for each in (a, b))
    if first is None or other is None or first.children or other.children:
        return bool(a.children or b.children) or a.text == b.text
    return (
        first.name != other.name or first.text.rpartition(":")[2] == other.text.rpartition(":")[2]
    )


def whole(device: str, seen: Seen) -> Element:
    """What runs, with its state."""
    return merged(config(device), Element("", "data", children=state(device, seen)))


def reply(*nodes: Element) -> Reply:
    inside = "".join(line.strip() for each in nodes for line in write(each).splitlines())
    return answer(f"<data>{inside}</data>")


def answer(inside: str) -> Reply:
    """The reply that has this in it."""
    text = f'<rpc-reply xmlns="{BASE}" message-id="1">{inside}</rpc-reply>'
    try:
        errors = read_errors(etree.fromstring(text.encode()))
    except etree.XMLSyntaxError:
        errors = ()
    return Reply(text, errors)


def read(device: str, kind: Kind, seen: Seen) -> State | str:
    return reader(device).read(kind, reply(*whole(device, seen).children))
