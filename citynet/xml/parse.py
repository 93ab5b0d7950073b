"""Text to elements, each with its line; what YANG data cannot hold is refused.

A template marks a list entry with the attribute `key`, the names of the leaves that identify
it (`key="name"`), and an entry of a leaf-list with `key="."`; the attribute is for `merge` and
is never written. Marks of provenance at line ends are taken off first and kept by line.
"""

import re
from typing import NoReturn
from xml.parsers import expat

from msgspec import Struct, field

from citynet.xml.element import Element, XmlError

_MARK = re.compile("\x02[^\x03]*\x03")
MAX_DEPTH = 200


class _Open(Struct):
    """An element whose end has not been seen yet."""

    name: str
    namespace: str
    line: int
    key: tuple[str, ...] | None
    attributes: tuple[tuple[str, str, str], ...]
    prefixes: tuple[tuple[str, str], ...]
    scope: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


def _unmarked(text: str) -> tuple[str, list[str]]:
    """The text without marks, and the last mark of each line."""
    if "\x02" not in text:
        return text, []
    lines = text.split("\n")
    marks = [_MARK.findall(line) for line in lines]
    clean = "\n".join(_MARK.sub("", line) for line in lines)
    return clean, [found[-1] if found else "" for found in marks]


class _Builder:
    """Receives what expat finds."""

    def __init__(self, marks: list[str], *, keyed: bool) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.ordered_attributes = True
        self._marks = marks
        self._keyed = keyed
        self._open = [_Open("", "", 1, None, (), (), {"": "", "xml": "xml"})]

    def build(self, data: str | bytes) -> tuple[Element, ...]:
        try:
            self.parser.Parse(data, True)  # noqa: FBT003 - expat takes it by position
        except expat.ExpatError as error:
            last = len(data.splitlines()) or 1
            line = min(error.lineno, last)  # what is missing is missed behind the last line
            raise XmlError(f"not well-formed: {expat.ErrorString(error.code)}", line) from error
        except (ValueError, LookupError) as error:  # an encoding that Python does not know
            raise XmlError(f"not well-formed: {error}", 1) from error
        return tuple(self._open[0].children)

    def _fail(self, message: str) -> NoReturn:
        raise XmlError(message, self.parser.CurrentLineNumber)

    def _doctype(self, *_: object) -> None:
        self._fail("a document type declaration has no place in configuration")

    def _start(self, name: str, pairs: list[str]) -> None:
        outer = self._open[-1]
        if len(self._open) > MAX_DEPTH:
            self._fail(f"more than {MAX_DEPTH} levels deep")
        line = self.parser.CurrentLineNumber
        if not pairs and ":" not in name:
            namespace = outer.scope[""]
            self._open.append(_Open(name, namespace, line, None, (), (), outer.scope))
            return
        scope, prefixes, rest = self._declared(
            outer.scope, list(zip(pairs[::2], pairs[1::2], strict=True))
        )
        key, attributes = None, []
        for attribute, value in rest:
            if attribute == "key" and self._keyed:
                key = tuple(value.split())
            else:
                attributes.append((attribute, self._attribute(attribute, scope), value))
        namespace, local = self._resolved(name, scope)
        self._open.append(_Open(local, namespace, line, key, tuple(attributes), prefixes, scope))

    @staticmethod
    def _declared(
        outer: dict[str, str], pairs: list[tuple[str, str]]
    ) -> tuple[dict[str, str], tuple[tuple[str, str], ...], list[tuple[str, str]]]:
        """The namespaces in scope, the prefixes declared here, and the other attributes."""
        declared = {
            name.partition(":")[2]: value
            for name, value in pairs
            if name == "xmlns" or name.startswith("xmlns:")
        }
        rest = [(name, value) for name, value in pairs if name.partition(":")[0] != "xmlns"]
        prefixes = tuple(sorted((name, value) for name, value in declared.items() if name))
        return (outer | declared if declared else outer), prefixes, rest

    def _resolved(self, name: str, scope: dict[str, str]) -> tuple[str, str]:
        prefix, colon, local = name.rpartition(":")
        if prefix not in scope or (colon and not prefix):
            self._fail(f"the prefix of {name} is not declared")
        return scope[prefix], local

    def _attribute(self, name: str, scope: dict[str, str]) -> str:
        """The namespace of an attribute; without a prefix it has none."""
        return self._resolved(name, scope)[0] if ":" in name else ""

    def _data(self, data: str) -> None:
        self._open[-1].text.append(data)

    def _end(self, name: str) -> None:
        done = self._open.pop()
        text = "".join(done.text)
        if done.children:
            if text.strip():
                outside = self._keyed and len(self._open) == 1
                what = "text outside of every element" if outside else "has both elements and text"
                raise XmlError(what if outside else f"{done.name} {what}", done.line)
            text = ""
        mark = self._marks[done.line - 1] if done.line <= len(self._marks) else ""
        self._open[-1].children.append(
            Element(
                done.namespace,
                done.name,
                text,
                tuple(done.children),
                done.key,
                done.attributes,
                done.prefixes,
                done.line,
                mark,
            )
        )


def parse_parts(text: str) -> tuple[Element, ...]:
    """The elements that stand side by side in what a template rendered.

    Lines are those of `text`. Raises `XmlError`.
    """
    clean, marks = _unmarked(text)
    [wrapper] = _Builder(marks, keyed=True).build(f"<parts>{clean}</parts>")
    if wrapper.text.strip():
        raise XmlError("text outside of every element", 1)
    return wrapper.children


def parse_document(data: bytes) -> Element:
    """A whole document, in the encoding it declares (UTF-8 otherwise). Raises `XmlError`."""
    [root] = _Builder([], keyed=False).build(data)
    return root
