"""A document as the validator reads it: one line break an element, so that a line is an element.

The break is inside the start tag, behind the name. A parser that looks ahead to the next tag
has then not yet left the line of the element that it speaks about.

What it complains about, by line or by path, is told at the line of the document as written.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from citynet.xml import Element, dense, parse_document

NETCONF = "urn:ietf:params:xml:ns:netconf:base:1.0"
FIRST = 2
"""The line on which a parser is that has just read the first element's name."""
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
        """The line, as written, of what the validator names by a line of `text` or a path.

        A line is where the parser was: right for the element that ends the path or a child of
        it (one that no model knows), too far where an entry was read to its end. A path may
        begin below the top, of what is there twice: it is that of the last entry read by then.
        """
        steps = _STEP.findall(path)
        if line is not None and FIRST <= line < FIRST + len(self.elements):
            reached = self.elements[line - FIRST]
            if not steps or steps[-1][0] in {reached.name, self._parent(reached)}:
                return reached.line
        return find(self._tops(steps[:1], line) or self.nodes, path).line

    def _tops(self, first: Sequence[tuple[str, str]], line: int | None) -> tuple[Element, ...]:
        """Where a path begins that begins below the top: the last such element up to a line."""
        read = self.elements if line is None else self.elements[: max(line - FIRST + 1, 0)]
        inner = [step for step in first if not any(_matches(each, *step) for each in self.nodes)]
        found = [each for step in inner for each in read if _matches(each, *step)]
        return tuple(found[-1:])

    def _parent(self, child: Element) -> str:
        """The name of the element around `child`."""
        around = (each for each in self.elements if any(one is child for one in each.children))
        return next((each.name for each in around), "")


def _matches(element: Element, name: str, predicates: str) -> bool:
    if element.name != name:
        return False
    for leaf, single, double in _PREDICATE.findall(predicates):
        wanted = single or double
        found = element if leaf == "." else element.child(leaf)
        if found is None or found.text.rpartition(":")[2] != wanted.rpartition(":")[2]:
            return False
    return True


def find(nodes: Sequence[Element], path: str) -> Element:
    """The element that a path names, or the deepest one on the way to it.

    A schema path names no entries: of several, the first that lacks the last step is meant.
    Its choices and cases are no elements and are passed over.
    """
    here = [Element("", "", children=tuple(nodes), line=nodes[0].line)]
    steps = _STEP.findall(path)
    for at, (name, predicates) in enumerate(steps, 1):
        below, without = [], []
        for each in here:
            found = [one for one in each.children if _matches(one, name, predicates)]
            below += found
            without += [] if found else [each]
        lacking = at == len(steps) and without
        here = below if below and not lacking else without
    return here[0] if here[0].name else nodes[0]


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
    text = "".join(f"{dense(node)}" for node in nodes)
    elements = tuple(element for node in nodes for element in node.walk())
    return Document(nodes, text, elements, tuple(problems))
