"""One element of configuration, as a frozen value that knows its line."""

from collections.abc import Iterator

from msgspec import Struct

from citynet.errors import CitynetError


class XmlError(CitynetError):
    """Text that is not configuration as XML; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        self.message = message
        self.line = line
        super().__init__(f"line {line}: {message}")


class Element(Struct, frozen=True):
    """An element of YANG data in XML (RFC 7950, sections 7.5 to 7.8): children or text.

    `key` is what makes a list entry or an entry of a leaf-list itself (`merge`); None for
    containers and leaves. `attributes` are names as written, their namespaces, and values;
    `prefixes` are the namespace prefixes declared here, for values that carry one. `mark` is
    where the line came from, for provenance.
    """

    namespace: str
    name: str
    text: str = ""
    children: tuple["Element", ...] = ()
    key: tuple[str, ...] | None = None
    attributes: tuple[tuple[str, str, str], ...] = ()
    prefixes: tuple[tuple[str, str], ...] = ()
    line: int = 0
    mark: str = ""

    def child(self, name: str) -> "Element | None":
        """The first child called `name`, whatever its namespace."""
        return next((each for each in self.children if each.name == name), None)

    def walk(self) -> Iterator["Element"]:
        """This element and all below it, in document order."""
        stack = [self]
        while stack:
            element = stack.pop()
            yield element
            stack += reversed(element.children)
