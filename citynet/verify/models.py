"""State that a device tells by its own YANG models: what to ask, and what the answer means.

`plugins/<platform>/observe.py` of a platform that is managed over NETCONF holds a `READER` of
this kind::

    READER = ModelReader({Kind.ISIS: Question(FILTER, ("system", "name"), adjacencies)})

An answer counts only as a whole: one with an error, one that is no data, one without what every
device of the platform answers (`Question.always`), and one in which a single entry lacks what
is needed are each a sentence in place of the state.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from citynet.netconf.errors import plain
from citynet.netconf.reply import Reply
from citynet.verify.observe import Kind, State
from citynet.xml import Element, XmlError, parse_document

UNKNOWN = frozenset({"unknown-element", "unknown-namespace"})
"""Tags of errors (RFC 6241, appendix A) by which a device says that it has not got a model."""


class UnreadableError(ValueError):
    """An answer that lacks something, or has what no model knows."""


@dataclass(frozen=True, slots=True)
class Question:
    """One kind of state.

    `filter` is what `<filter type="subtree">` has in it (RFC 6241, section 6). It selects also
    the path `always`, names of elements from the top, which every device has: an answer without
    it is half of one. `read` gets the `data` element and raises `UnreadableError`.
    """

    filter: str
    always: tuple[str, ...]
    read: Callable[[Element], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class ModelReader:
    """One platform's state, by its models."""

    questions: Mapping[Kind, Question]

    @property
    def kinds(self) -> frozenset[Kind]:
        """What can be asked."""
        return frozenset(self.questions)

    def read(self, kind: Kind, reply: Reply) -> State | str:
        """The state in an answer, or a sentence; never raises."""
        if reply.errors:
            lacks = all(error.tag in UNKNOWN for error in reply.errors)
            what = "the device does not have the model" if lacks else "the device refuses to tell"
            return f"{what}: {plain(reply.errors)}"
        question = self.questions[kind]
        try:
            data = parse_document(reply.text.encode()).child("data")
            if data is None or not at(data, *question.always):
                path = "/".join(question.always)
                raise UnreadableError(f"an answer without /{path}, which every device has")
            return tuple(sorted(question.read(data)))
        except (XmlError, ValueError) as error:
            return f"cannot be read: {error}"


def at(element: Element, *path: str) -> list[Element]:
    """All elements on a path of names below one, in document order."""
    found = [element]
    for name in path:
        found = [child for each in found for child in each.children if child.name == name]
    return found


def leaf(element: Element, *path: str) -> str:
    """The text of a leaf. Raises `UnreadableError` where there is none, or it is empty."""
    text = maybe(element, *path)
    if not text:
        raise UnreadableError(f"<{element.name}> without {'/'.join(path)}")
    return text


def maybe(element: Element, *path: str) -> str:
    """The text of a leaf; empty where there is none."""
    found = at(element, *path)
    return found[0].text.strip() if found else ""


def one_of(element: Element, name: str, values: Mapping[str, Any]) -> Any:
    """What a leaf's value stands for. Raises `UnreadableError` for any other value."""
    text = leaf(element, name).rpartition(":")[2]
    if text not in values:
        raise UnreadableError(f"{name} is {text!r}, expected {', '.join(values)}")
    return values[text]


def as_number(text: str) -> int:
    """An AS number, also as `1.10` (RFC 5396). Raises `UnreadableError`."""
    high, dot, low = text.partition(".")
    parts = (high, low) if dot else (high,)
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise UnreadableError(f"{text!r} is no AS number")
    return (int(high) << 16) + int(low) if dot else int(high)
