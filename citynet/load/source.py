"""One file of an inventory as text, and what can be wrong before it is YAML at all."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from citynet.errors import Position, Problem

BOM = "\ufeff"
WIDE = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
"""What files of other encodings begin with; UTF-32 of one order begins as UTF-16 does."""
MAX_BAD_CHARACTERS = 20
"""How many bad characters are listed one by one in a file that is full of them."""

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
"""Characters that no YAML text may have, and line breaks that only some programs see."""

INVISIBLE = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
"""Characters that change how text looks but not what it says (Unicode TR 36, "trojan source")."""

_BREAK = re.compile("\r\n|\r|\n")


@dataclass(frozen=True)
class Source:
    """A file's text. Offsets count characters from 0, lines and columns from 1."""

    file: str
    text: str

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _BREAK.finditer(self.text))]

    def position(self, offset: int) -> Position:
        """Turn an offset into line and column; logarithmic in the number of lines."""
        line = bisect_right(self._starts, offset)
        return Position(self.file, line, offset - self._starts[line - 1] + 1)

    def written(self, offset: int) -> str:
        """Read the plain word at an offset as a person wrote it: `49.0010`, not 49.001."""
        found = re.compile(r"[^\s,\[\]{}#]+").match(self.text, offset)
        return found.group() if found else ""


def top(file: str) -> Position:
    """Point at a file as a whole."""
    return Position(file, 1, 1)


def decode(file: str, data: bytes) -> tuple[Source | None, list[Problem]]:
    """Read bytes as UTF-8 text.

    Returns no source when the file cannot be read as YAML at all; the problems say why.
    """
    wide = next((name for mark, name in WIDE.items() if data.startswith(mark)), None)
    if wide:
        what = f"the file is {wide}, not UTF-8"
        hint = f"save it as UTF-8 without BOM, or: iconv -f {wide} -t UTF-8"
        return None, [Problem(what, expected="UTF-8", hint=hint, position=top(file))]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, [_not_utf8(file, data, error.start)]
    problems: list[Problem] = []
    if text.startswith(BOM):
        text = text[1:]
        problems.append(_bom(file))
    source = Source(file, text)
    broken = _characters(source, CONTROL, "a control character")
    problems += broken
    problems += _characters(source, INVISIBLE, "an invisible character")
    return (None if broken else source), problems


def _bom(file: str) -> Problem:
    return Problem(
        "the file begins with a byte order mark (BOM)",
        expected="plain UTF-8",
        hint=f"save it as UTF-8 without BOM, or: sed -i '1s/^\\xEF\\xBB\\xBF//' {file}",
        position=top(file),
    )


def _not_utf8(file: str, data: bytes, start: int) -> Problem:
    before = data[:start].decode("utf-8")
    position = Source(file, before).position(len(before))
    return Problem(
        f"byte 0x{data[start]:02x} is not UTF-8 text",
        expected="UTF-8",
        hint=_encoding_hint(data),
        position=position,
    )


def _encoding_hint(data: bytes) -> str:
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return "save the file as UTF-8"
    if CONTROL.search(text):
        return "save the file as UTF-8"
    return "it looks like GB18030 (GBK): iconv -f GB18030 -t UTF-8"


def _characters(source: Source, pattern: re.Pattern[str], kind: str) -> list[Problem]:
    offsets = [match.start() for match in pattern.finditer(source.text)]
    problems = [bad_character(source, offset, kind) for offset in offsets[:MAX_BAD_CHARACTERS]]
    left = len(offsets) - len(problems)
    if left:
        position = source.position(offsets[MAX_BAD_CHARACTERS])
        problems.append(Problem(f"{left} more of these from here on", position=position))
    return problems


def bad_character(source: Source, offset: int, kind: str) -> Problem:
    """Say which character at an offset may not stand in an inventory."""
    code = ord(source.text[offset])
    return Problem(
        f"{kind}, U+{code:04X}, which a person cannot see",
        expected="text that reads as it looks",
        hint="delete it",
        position=source.position(offset),
    )


def visible(text: str) -> str:
    """Replace what a person cannot see, or what a terminal obeys, in a text."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def hidden(texts: Iterable[str]) -> str | None:
    """Find the first character that may not stand in a text, whichever way it was written."""
    for text in texts:
        found = CONTROL.search(text) or INVISIBLE.search(text)
        if found:
            return found.group()
    return None
