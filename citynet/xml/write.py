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


def lines(root: Element, outer: str = "", indent: str = "") -> Iterator[tuple[str, Element]]:
    """Each line without its end, and the element that it is of; end tags have their own line."""
    head = f"{indent}<{_head(root, outer)}"
    if root.children:
        yield f"{head}>", root
        for child in root.children:
            yield from lines(child, root.namespace, indent + "  ")
        yield f"{indent}</{root.name}>", root
    elif root.text:
        yield f"{head}>{root.text.translate(_TEXT)}</{root.name}>", root
    else:
        yield f"{head}/>", root


def write(root: Element) -> str:
    """The document, well-formed whatever its values are."""
    return "".join(f"{line}{element.mark}\n" for line, element in lines(root))
