"""Elements to text: two spaces a level, one element a line, marks of provenance at line ends."""

from collections.abc import Iterator

from citynet.xml.element import Element

_TEXT = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
)
_VALUE = _TEXT | str.maketrans({'"': "&quot;"})


def _head(element: Element, outer: str) -> str:
    """The start tag's name and attributes."""
    words = [element.name]
    if element.namespace != outer:
        words.append(f'xmlns="{element.namespace.translate(_VALUE)}"')
    words += [f'xmlns:{name}="{value.translate(_VALUE)}"' for name, value in element.prefixes]
    words += [f'{name}="{value.translate(_VALUE)}"' for name, _, value in element.attributes]
    return " ".join(words)


def _lines(element: Element, outer: str, indent: str) -> Iterator[str]:
    head, end = f"{indent}<{_head(element, outer)}", f"{element.mark}\n"
    if element.children:
        yield f"{head}>{end}"
        for child in element.children:
            yield from _lines(child, element.namespace, indent + "  ")
        yield f"{indent}</{element.name}>{end}"
    elif element.text:
        yield f"{head}>{element.text.translate(_TEXT)}</{element.name}>{end}"
    else:
        yield f"{head}/>{end}"


def write(root: Element) -> str:
    """The document, well-formed whatever its values are."""
    return "".join(_lines(root, "", ""))


def _dense(element: Element, outer: str) -> Iterator[str]:
    name, _, rest = _head(element, outer).partition(" ")
    yield f"<{name}\n{rest}>{element.text.translate(_TEXT)}"
    for child in element.children:
        yield from _dense(child, element.namespace)
    yield f"</{name}>"


def dense(root: Element) -> str:
    """The document for a parser: one line break an element, inside its start tag."""
    return "".join(_dense(root, ""))
