"""What several roles say of one device, as one tree.

Siblings with the same namespace and name are one container, unless a `key` tells list entries
apart; entries with equal keys are one entry. Two different values of one leaf are an error:
either two roles disagree, or a list entry carries no `key`.
"""

from collections.abc import Iterable
from operator import is_

from msgspec.structs import replace

from citynet.xml.element import Element, XmlError

Identity = tuple[str, str, tuple[str, ...]]
LEAF_LIST = (".",)


def _identity(element: Element) -> Identity:
    if element.key is None:
        return element.namespace, element.name, ()
    if element.key == LEAF_LIST:
        return element.namespace, element.name, (element.text,)
    values = []
    for name in element.key:
        leaf = element.child(name)
        if leaf is None:
            raise XmlError(f"{element.name} has no {name}, which is its key", element.line)
        values.append(leaf.text)
    return element.namespace, element.name, tuple(values)


def _joined(first: Element, second: Element) -> Element:
    """Two elements of one identity as one; their children are merged later."""
    if first.text != second.text:
        what = f"{first.name} is both {first.text!r} and {second.text!r}"
        raise XmlError(f"{what}; a list entry needs key=", second.line)
    prefixes = tuple(sorted({*first.prefixes, *second.prefixes}))
    return replace(first, children=first.children + second.children, prefixes=prefixes)


def merge(elements: Iterable[Element]) -> tuple[Element, ...]:
    """Merge siblings, and everything below them; first come, first in order.

    Linear in the number of elements. Raises `XmlError`.
    """
    found: dict[Identity, Element] = {}
    for element in elements:
        identity = _identity(element)
        seen = found.get(identity)
        found[identity] = _joined(seen, element) if seen else element
    return tuple(_merged(each) for each in found.values())


def _merged(element: Element) -> Element:
    """The element with its children merged; the same value where none of them were two."""
    if not element.children:
        return element
    children = merge(element.children)
    same = len(children) == len(element.children) and all(map(is_, children, element.children))
    return element if same else replace(element, children=children)
