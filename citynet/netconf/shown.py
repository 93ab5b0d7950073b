"""What a device may show, or leave out, beside what it is given, as a table of a platform.

Models say it: which leaves have a default, and which containers mean nothing when they are empty.
A device shows its defaults or does not (RFC 6243, section 2), and either is right.
`citynet.yang.shown` makes the table of a platform from its models, and this reads it. A line is a
container or a list, indented by its depth, with those of its leaves that have a default, and with
those of its containers in which nothing has::

    bfd!                                     a container with presence
     global ping-interval=60 tos-exp=7       one that means nothing when it is empty
    ifm
     interfaces
      interface* mtu=1500 /qos               a list; a container `qos` in it
       /damp! /routing                       more of the line above

Values are written as in a URL where they hold a blank.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from textwrap import wrap
from urllib.parse import quote, unquote

PRESENCE, LIST = "!", "*"
WIDTH = 100
_SAFE = "".join(chr(each) for each in range(33, 127) if chr(each) not in "%\\\"'")


@dataclass(frozen=True)
class Shown:
    """By paths of the schema, without prefixes and keys.

    `defaults` are leaves with their values; `hollow` are containers without presence, `presence`
    those that have it: these mean something, whatever is in them.
    """

    defaults: frozenset[tuple[str, str]] = frozenset()
    hollow: frozenset[str] = frozenset()
    presence: frozenset[str] = frozenset()

    @cached_property
    def values(self) -> Mapping[str, frozenset[str]]:
        """The defaults of a leaf, by its path: two where modules have leaves of one name."""
        found: dict[str, frozenset[str]] = {}
        for path, value in self.defaults:
            found[path] = found.get(path, frozenset()) | {value}
        return found


NOTHING = Shown()


def shown(table: str) -> Shown:
    """What a table says."""
    defaults: set[tuple[str, str]] = set()
    inner: dict[str, set[str]] = {"": set(), PRESENCE: set(), LIST: set()}
    stack: list[str] = []

    def enter(name: str, depth: int) -> None:
        mark = name[-1] if name[-1] in inner else ""
        stack[depth:] = [f"/{name.removesuffix(mark)}"]
        inner[mark].add("".join(stack))

    for line in filter(None, table.split("\n")):
        words = line.split()
        depth = len(line) - len(line.lstrip(" ")) + 1
        if _is_node(words[0]):
            enter(words.pop(0), depth - 1)
        else:
            depth -= 1
        for word in words:
            if word.startswith("/"):
                enter(word[1:], depth)
            else:
                leaf, _, value = word.partition("=")
                defaults.add((f"{''.join(stack[:depth])}/{leaf}", unquote(value)))
    return Shown(frozenset(defaults), frozenset(inner[""]), frozenset(inner[PRESENCE]))


def _is_node(word: str) -> bool:
    """Whether a line that begins with this word is of a node of its own."""
    return "=" not in word and not word.startswith("/")


def written(found: Shown) -> str:
    """The table of what has been found. What is neither hollow nor has presence is a list."""
    words: dict[str, list[str]] = defaultdict(list)
    for path, value in sorted(found.defaults):
        around, _, leaf = path.rpartition("/")
        words[around].append(f"{leaf}={quote(value, safe=_SAFE)}")
    ends = {each.rpartition("/")[0] for each in found.hollow | found.presence} | words.keys()
    inner = {head for each in ends for head in _heads(each)}
    for path in sorted((found.hollow | found.presence) - inner):
        around, _, name = path.rpartition("/")
        mark = PRESENCE if path in found.presence else ""
        words[around].append(f"/{name}{mark}")
    own = [path.split("/")[1:] for path in inner]
    lines = (line for path in sorted(own) for line in _lines(found, words, path))
    alone = (f"{word[1:]}\n" for word in words.get("", ()))
    return "".join(f"{line}\n" for line in lines) + "".join(alone)


def _heads(path: str) -> Iterator[str]:
    """A path, and what is around it."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _lines(found: Shown, words: Mapping[str, Sequence[str]], path: Sequence[str]) -> Iterator[str]:
    whole = f"/{'/'.join(path)}"
    mark = PRESENCE if whole in found.presence else "" if whole in found.hollow else LIST
    indent = " " * (len(path) - 1)
    yield from wrap(
        " ".join([f"{path[-1]}{mark}", *words.get(whole, ())]),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent} ",
        break_long_words=False,
        break_on_hyphens=False,
    )
