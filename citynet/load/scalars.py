"""What a plain word of YAML means.

YAML 1.2 (section 10.3, core schema), as editors read it. A word that YAML 1.1 tools (PyYAML,
Ansible) read differently is a `Doubt`: nobody should have to know which version reads a city.
`22:30` and dates stay text in both senses that matter here.
"""

import re

from msgspec import Struct

_MAYBE = frozenset("0123456789+-.~nNtTfFyYoO")
"""First characters of all words that may be something other than text."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLS = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_OLD_BOOLS = frozenset(
    word
    for base in ("yes", "no", "on", "off", "y", "n")
    for word in (base, base.capitalize(), base.upper())
)
SHOWN = 60
"""Characters of a word that are told."""

MOST_DIGITS = 20
"""The longest number that is read. What an inventory has takes ten; longer ones cost time."""

_WHOLE = re.compile(rf"[-+]?(?:0|[1-9][0-9]{{0,{MOST_DIGITS - 1}}})")
_TOO_LONG = re.compile(r"[-+]?[1-9][0-9]+")
_HEX = re.compile(r"0x[0-9a-fA-F]{1,16}")
_OCTAL = re.compile(r"[-+]?0o?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]{1,2})?")


class Doubt(Struct, frozen=True):
    """A word that means different things to different readers of YAML."""

    what: str
    expected: str


def plain(word: str) -> object:
    """Read a plain word: None, bool, int, float, str, or a `Doubt` about it."""
    if word and word[0] not in _MAYBE:
        return word
    if word in _NULLS:
        return None
    if word in _BOOLS:
        return _BOOLS[word]
    if word in _OLD_BOOLS:
        return Doubt(
            f"`{word}` without quotes is true or false to some programs and text to others",
            f'"{word}" in quotes for text, or true or false',
        )
    return _number(word)


def _number(word: str) -> object:
    if _WHOLE.fullmatch(word):
        return int(word)
    if _TOO_LONG.fullmatch(word):
        return Doubt(
            f"this is a number of {len(word.lstrip('-+'))} digits",
            f"a number of at most {MOST_DIGITS}, or text in quotes",
        )
    if _HEX.fullmatch(word):
        return int(word, 16)
    if _OCTAL.fullmatch(word):
        shown = word[:SHOWN]
        return Doubt(
            f"`{shown}` begins with a zero: octal to some programs, decimal or text to others",
            f'"{shown}" in quotes for text, or a number without the zero',
        )
    if _DECIMAL.fullmatch(word):
        return float(word)
    return word


def kind(value: object) -> str:
    """Name the kind of a value as a person would."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, dict):
        return "a map"
    return "a list" if isinstance(value, list | tuple) else "text"
