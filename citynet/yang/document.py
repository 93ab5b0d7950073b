"""A document as the validator reads it: one element a line, so that a line is an element.

What it complains about, by line or by path, is told at the line of the document as written.
"""

import re
from dataclasses import dataclass, replace

from citynet.xml import Element, lines, parse_document

NETCONF = "urn:ietf:params:xml:ns:netconf:base:1.0"
KEPT = frozenset({"merge", "replace", "create"})
"""Operations of an edit-config (RFC 6241, section 7.2) that leave what they carry in place."""

_STEP = re.compile(r"/(?:[^:/\[]+:)?([^:/\[]+)((?:\[(?:[^\]'\"]|'[^']*'|\"[^\"]*\")*\])*)")
_PREDICATE = re.compile(r"\[(?:[^:\]=]+:)?([^\]=]+)=(?:'([^']*)'|\"([^\"]*)\")\]")


@dataclass(frozen=True, slots=True)
class YangProblem:
    """What is wrong at a line (from 1) of a document; `path` is the data node's, may be empty."""

    path: str
    message: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


@dataclass(frozen=True, slots=True)
class Document:
    """Data nodes, and the text of them for the validator with each line's element."""

    nodes: tuple[Element, ...]
    text: str
    elements: tuple[Element, ...]
    problems: tuple[YangProblem, ...]

    def line_of(self, line: int | None, path: str) -> int:
        """The line, as written, of what the validator names by a line of `text` or a path."""
        if line is not None and 1 <= line <= len(self.elements):
            return self.elements[line - 1].line
        return find(self.nodes, path).line


def _matches(element: Element, name: str, predicates: str) -> bool:
    if element.name != name:
        return False
    for leaf, single, double in _PREDICATE.findall(predicates):
        wanted = single or double
        found = element if leaf == "." else element.child(leaf)
        if found is None or found.text.rpartition(":")[2] != wanted.rpartition(":")[2]:
            return False
    return True


def find(nodes: tuple[Element, ...], path: str) -> Element:
    """The element a data path names, or the deepest one on the way to it."""
    here = Element("", "", children=nodes, line=nodes[0].line if nodes else 1)
    for name, predicates in _STEP.findall(path):
        below = next((each for each in here.children if _matches(each, name, predicates)), None)
        if below is None:
            break
        here = below
    return here


def _content(root: Element) -> tuple[Element, ...]:
    """The data nodes: what is in `config` or `data` of NETCONF, or the root itself.

    Prefixes declared around the nodes are declared again on each of them.
    """
    prefixes: dict[str, str] = {}
    here = root
    while here.namespace == NETCONF:
        prefixes |= dict(here.prefixes)
        if here.name in {"config", "data"}:
            return tuple(
                replace(each, prefixes=tuple(sorted((prefixes | dict(each.prefixes)).items())))
                for each in here.children
            )
        wanted = {"rpc": "edit-config", "edit-config": "config"}.get(here.name, "")
        inner = here.child(wanted)
        if inner is None:
            return ()
        here = inner
    return (here,)


def _operations(element: Element, problems: list[YangProblem]) -> Element:
    """The element without NETCONF's attributes; a deletion among them is a problem."""
    for _, namespace, value in element.attributes:
        if namespace == NETCONF and value not in KEPT:
            what = f"operation {value!r} on {element.name}: what is to be deleted is not validated"
            problems.append(YangProblem("", what, element.line))
    kept = tuple(each for each in element.attributes if each[1] != NETCONF)
    children = tuple(_operations(each, problems) for each in element.children)
    return replace(element, attributes=kept, children=children)


def read(data: bytes) -> Document:
    """Read a document. Raises `XmlError` where it is not well-formed."""
    problems: list[YangProblem] = []
    root = parse_document(data)
    nodes = tuple(_operations(each, problems) for each in _content(root))
    if not nodes:
        problems.append(YangProblem("", "the document configures nothing", root.line))
    pairs = [pair for node in nodes for pair in lines(node)]
    text = "".join(f"{line}\n" for line, _ in pairs)
    return Document(nodes, text, tuple(element for _, element in pairs), tuple(problems))
