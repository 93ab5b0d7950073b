"""The tree of configuration that a platform's models make together, as libyang compiles it.

`yanglint` prints each module with its groupings, augments and deviations in place, and with every
leaf's default, be it of its type. What is read of that: which nodes there are (state is left out,
choices and cases are no part of a path), what a leaf's default is, whether a container has
`presence`, whether the order of a list is the user's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from msgspec.structs import replace

from citynet.yang.models import ModelSet
from citynet.yang.yanglint import collect

PRINTS = (3, 12)
"""The oldest libyang that prints what is read here; 2.1 says of no list that users order it."""

_UNIQUE = re.compile(r'^ *unique "[^;]*;$', re.MULTILINE)
"""libyang does not close this string."""
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([{};])|([^\s{};"]+)', re.DOTALL)


class Kind(StrEnum):
    """Which statement a node is."""

    CONTAINER = "container"
    LIST = "list"
    LEAF = "leaf"
    LEAF_LIST = "leaf-list"


_KINDS = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of YANG: a word, its argument, and what is in it."""

    word: str
    argument: str
    inner: list["Statement"]

    def first(self, word: str) -> str | None:
        """The argument of the first statement of that word that is in it."""
        return next((each.argument for each in self.inner if each.word == word), None)


@dataclass(frozen=True, slots=True)
class SchemaNode:
    """A node of configuration. `default` is a leaf's, an identity's without its module.

    A key has none, whatever its type says (RFC 7950, section 7.8.2), which libyang sees to.
    `guarded`: other data decides whether it may be there, by `when` or as one case of a choice.
    """

    name: str
    kind: Kind
    default: str | None = None
    presence: bool = False
    ordered: bool = False
    guarded: bool = False
    children: tuple["SchemaNode", ...] = ()


def statements(text: str) -> list[Statement]:
    """What libyang has printed, taken apart."""
    top = Statement("", "", [])
    stack, words = [top], []
    for quoted, sign, word in _TOKEN.findall(_UNIQUE.sub("", text)):
        if not sign:
            words.append(word or re.sub(r"\\(.)", r"\1", quoted))
            continue
        if words:
            found = Statement(words[0], " ".join(words[1:]), [])
            stack[-1].inner.append(found)
            if sign == "{":
                stack.append(found)
        if sign == "}":
            stack.pop()
        words = []
    return top.inner


def nodes(inside: Statement, *, guarded: bool = False) -> Iterator[SchemaNode]:
    """The nodes that are configuration, straight below a statement, which is `guarded` or not."""
    for each in inside.inner:
        if each.word in {"choice", "case"}:
            yield from nodes(each, guarded=True)
        elif each.word in _KINDS and each.first("config") != "false":
            yield _node(each, guarded=guarded)


def _node(said: Statement, *, guarded: bool) -> SchemaNode:
    default = said.first("default") if said.word == Kind.LEAF else None
    if default and any(each.argument == "identityref" for each in said.inner):
        default = default.rpartition(":")[2]
    return SchemaNode(
        name=said.argument,
        kind=Kind(said.word),
        default=default,
        presence=said.first("presence") is not None,
        ordered=said.first("ordered-by") == "user",
        guarded=guarded or said.first("when") is not None,
        children=tuple(nodes(said)),
    )


def able(models: ModelSet) -> ModelSet:
    """The models, for a libyang that prints them."""
    return replace(models, validator=max(models.validator, PRINTS))


def compiled(models: ModelSet, root: Path) -> tuple[SchemaNode, ...]:
    """The top of the tree. `root` is the folder of all vendors' models. Raises `YangError`."""
    commands = [
        f"print -f info -o {at}.out {module}" for at, module in enumerate(models.modules, 1)
    ]
    texts = collect(able(models), root, commands)
    modules = (each for text in texts for each in statements(text) if each.word == "module")
    return tuple(node for each in modules for node in nodes(each))
