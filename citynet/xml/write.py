"""Elements to text: two spaces a level, one element a line, marks of provenance at line ends."""

from citynet.xml.element import Element

_TEXT = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
)
_VALUE = _TEXT | str.maketrans({'"': "&quot;"})


def escaped(text: str) -> str:
    """A value as it stands between tags, on one line."""
    return text.translate(_TEXT)


def _head(element: Element, outer: str) -> str:
    """The start tag's name and attributes."""
    if element.namespace == outer and not element.prefixes and not element.attributes:
        return element.name
    words = [element.name]
    if element.namespace != outer:
        words.append(f'xmlns="{element.namespace.translate(_VALUE)}"')
    words += [f'xmlns:{name}="{value.translate(_VALUE)}"' for name, value in element.prefixes]
    words += [f'{name}="{value.translate(_VALUE)}"' for name, _, value in element.attributes]
    return " ".join(words)


def _lines(element: Element, outer: str, indent: str, to: list[str]) -> None:
    head, end = f"{indent}<{_head(element, outer)}", f"{element.mark}\n"
    if element.children:
        to.append(f"{head}>{end}")
        for child in element.children:
            _lines(child, element.namespace, indent + "  ", to)
        to.append(f"{indent}</{element.name}>{end}")
    elif element.text:
        to.append(f"{head}>{escaped(element.text)}</{element.name}>{end}")
    else:
        to.append(f"{head}/>{end}")


def write(root: Element) -> str:
    """The document, well-formed whatever its values are."""
    found: list[str] = []
    _lines(root, "", "", found)
    return "".join(found)


def _dense(element: Element, outer: str, to: list[str]) -> None:
    name, _, rest = _head(element, outer).partition(" ")
    to.append(f"<{name}\n{rest}>{escaped(element.text)}")
    for child in element.children:
        _dense(child, element.namespace, to)
    to.append(f"</{name}>")


def dense(root: Element) -> str:
    """The document for a parser: one line break an element, inside its start tag."""
    found: list[str] = []
    _dense(root, "", found)
    return "".join(found)
