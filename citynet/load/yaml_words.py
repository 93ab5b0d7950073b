"""What YAML's parser complains about, in the words of a person who did not write the parser."""

from typing import Any

import yaml
from msgspec import Struct

from citynet.errors import Problem
from citynet.load.source import Source, top


class _Saying(Struct, frozen=True):
    """One complaint of the parser, and what to tell a person.

    `at_start` points at where the thing began (an open quote, an open bracket) instead of
    where the parser gave up.
    """

    heard: str
    what: str
    expected: str | None = None
    hint: str | None = None
    at_start: bool = False


_BLOCK_ENDS = ("did not find expected key", "<block end>")
_INDENT = "the same indentation as the lines around it"

_SAYINGS = (
    _Saying(
        "node content",
        "a value is missing or cannot begin like this",
        "a value, and a closing bracket for each open one",
    ),
    _Saying(
        "while parsing a flow mapping",
        "this `{` is not closed, or a comma is missing in it",
        "`{key: value, key: value}`",
        at_start=True,
    ),
    _Saying(
        "while parsing a flow sequence",
        "this `[` is not closed, or a comma is missing in it",
        "`[one, two]`",
        at_start=True,
    ),
    _Saying(
        "mapping values are not allowed",
        "a colon where no key can be",
        _INDENT,
        "check the indentation; text that holds `: ` needs quotes",
    ),
    _Saying(
        "could not find expected ':'",
        "this key has no colon after it",
        "`key: value`",
        at_start=True,
    ),
    _Saying(
        "expected '-' indicator",
        "this line is not an item of the list above",
        "`- ` at the start of each item, or less indentation",
    ),
    _Saying(
        "sequence entries are not allowed",
        "a list item cannot stand here",
        "`- ` on a line of its own",
    ),
    _Saying(
        "found unexpected ':'",
        "a colon inside braces or brackets without a space after it",
        "`key: value` with a space",
        "text that ends with a colon needs quotes",
    ),
    _Saying(
        "character escape code",
        "a backslash in double quotes with a number that is no character",
        "the character itself",
    ),
    _Saying(
        "decimal number",
        "a backslash in double quotes with too few digits",
        "the character itself, or single quotes",
    ),
    _Saying(
        "unknown escape character",
        "a backslash in double quotes followed by an unknown letter",
        "single quotes around text with backslashes",
    ),
    _Saying(
        "while scanning a quoted scalar",
        "this quote is never closed, or not in time",
        "a closing quote",
        at_start=True,
    ),
    _Saying(
        "cannot start any token",
        "a word cannot begin with this character",
        "quotes around it",
    ),
    _Saying(
        "<document start>",
        "something follows where the file should have ended",
        "sections only, each `name:` at the start of a line",
    ),
    _Saying(
        "directive",
        "a line that begins with % is an order to the parser",
        "no such line",
    ),
    _Saying("undefined tag handle", "an unknown `!` tag", "the value in quotes"),
    _Saying("found incompatible YAML", "a %YAML line for another YAML", "no such line"),
    _Saying(
        "while scanning an anchor",
        "`&` begins an anchor and needs a name",
        "a name, or quotes around text that begins with `&`",
    ),
    _Saying(
        "while scanning an alias",
        "`*` begins an alias and needs a name",
        "a name, or quotes around text that begins with `*`",
    ),
    _Saying(
        "while scanning a block scalar",
        "`|` and `>` begin a text of several lines",
        "the text on the lines below, or quotes around it",
    ),
    _Saying("ing a tag", "`!` begins a tag", "quotes around text that begins with `!`"),
)


def explain(source: Source, error: yaml.YAMLError) -> Problem:
    """Turn an error of PyYAML's parser into a problem at a place."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return _unmarked(source, error)
    mark = error.problem_mark or error.context_mark
    offset = mark.index if mark else 0
    if _tab_before(source.text, offset):
        return _tab(source, offset)
    heard = f"{error.problem or ''} {error.context or ''}"
    if any(words in heard for words in _BLOCK_ENDS):
        return _after_block(source, offset)
    for saying in _SAYINGS:
        if saying.heard in heard:
            return _say(source, saying, error, offset)
    return Problem(f"this is not YAML: {heard.strip()}", position=source.position(offset))


def _say(source: Source, saying: _Saying, error: Any, offset: int) -> Problem:
    if saying.at_start and error.context_mark:
        gave_up = source.position(offset)
        offset = error.context_mark.index
        began = source.position(offset)
        hint = None if gave_up.line == began.line else f"it was missed at line {gave_up.line}"
        return Problem(saying.what, expected=saying.expected, hint=hint, position=began)
    return Problem(
        saying.what, expected=saying.expected, hint=saying.hint, position=source.position(offset)
    )


def _after_block(source: Source, offset: int) -> Problem:
    """Say why a map cannot go on here: something is left over, or the indentation is off."""
    position = source.position(offset)
    before = source.text[offset - position.column + 1 : offset]
    if source.text[offset : offset + 1] in ("]", "}"):
        return Problem(
            "a closing bracket without an open one",
            expected="as many open as closed",
            position=position,
        )
    if before.strip():
        return Problem(
            "something follows a value that is complete",
            expected="a new line",
            hint="text with quotes in it needs quotes around all of it",
            position=position,
        )
    return Problem(
        "the indentation does not fit the lines above", expected=_INDENT, position=position
    )


def _unmarked(source: Source, error: yaml.YAMLError) -> Problem:
    place = getattr(error, "position", None)
    position = source.position(place) if isinstance(place, int) else top(source.file)
    return Problem(f"this is not YAML: {str(error).splitlines()[0]}", position=position)


def _tab_before(text: str, offset: int) -> bool:
    """Say whether the line's indentation holds a tab, at or before where the parser gave up."""
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    line = text[start : start + 200]
    return "\t" in line[: len(line) - len(line.lstrip(" \t"))]


def _tab(source: Source, offset: int) -> Problem:
    start = max(source.text.rfind("\n", 0, offset), source.text.rfind("\r", 0, offset)) + 1
    return Problem(
        "a tab in the indentation",
        expected="spaces",
        hint="two spaces a level; let the editor turn tabs into spaces",
        position=source.position(source.text.index("\t", start)),
    )
