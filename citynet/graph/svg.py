"""Writing SVG: elements as text, everything escaped, numbers always written the same way."""

from html import escape
from unicodedata import east_asian_width

ASCII_EM = 0.6
"""Width of a Latin letter in ems, a little more than it is in the fonts we name."""
NARROW_EM = 0.36
NARROW = frozenset(" ,.:;!|'()[]/-filjrtI1")


def num(value: float) -> str:
    """A coordinate with at most one decimal: `12`, `12.5`; never `-0`."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _value(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else num(value)


def el(tag: str, *children: str, **attributes: str | float) -> str:
    """An element. `stroke_width=2` is `stroke-width="2"`; `class_` is `class`.

    Children are SVG already (`words` makes some of plain text); values are escaped here.
    """
    names = ((name.strip("_").replace("_", "-"), value) for name, value in attributes.items())
    head = "".join(f' {name}="{_value(value)}"' for name, value in names)
    return f"<{tag}{head}>{''.join(children)}</{tag}>" if children else f"<{tag}{head}/>"


def group(*children: str, **attributes: str | float) -> str:
    """A `<g>` on a line of its own."""
    return el("g", *children, **attributes) + "\n"


def title(text: str) -> str:
    """What a pointer shows over the element that this is the first child of."""
    return el("title", escape(text))


def words(x: float, y: float, text: str, kind: str, **attributes: str | float) -> str:
    """Text with its baseline at (x, y), of a class of `picture.STYLE`."""
    return el("text", escape(text), x=x, y=y, class_=kind, **attributes)


def text_width(text: str, size: float) -> float:
    """About how wide `text` is at `size` pixels: a Chinese character is one em."""
    return size * sum(map(_ems, text))


def _ems(char: str) -> float:
    if east_asian_width(char) in "WFA":
        return 1.0
    return NARROW_EM if char in NARROW else ASCII_EM


def fitted(text: str, size: float, room: float) -> str:
    """`text`, cut with an ellipsis where it is wider than `room` pixels."""
    if text_width(text, size) <= room:
        return text
    while text and text_width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"
