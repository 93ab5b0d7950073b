"""XML as configuration uses it: elements, text and namespaces; no DTD, no mixed content."""

from citynet.xml.element import Element, XmlError
from citynet.xml.merge import merge
from citynet.xml.parse import parse_document, parse_parts
from citynet.xml.write import dense, escaped, write

__all__ = [
    "Element",
    "XmlError",
    "dense",
    "escaped",
    "merge",
    "parse_document",
    "parse_parts",
    "write",
]
