"""What a device does that answers ok and does something else, as functions of configurations."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from citynet.xml import Element

Way = Callable[[Element, Element], Element]
"""Of what was and of what should be, what is."""
DEFAULT = "urn:ietf:params:xml:ns:netconf:default:1.0"


def honest(was: Element, asked: Element) -> Element:
    return asked


@dataclass
class Lies:
    """How a device departs from what it says.

    `takes`: what becomes of the candidate by an edit; `runs`: of what runs by a commit;
    `cancels`: of what runs by a cancel-commit; `shows`: what it says of a datastore, when its
    defaults are to be tagged (True) and when not.
    """

    takes: Way = honest
    runs: Way = honest
    cancels: Way = honest
    shows: Callable[[Element, bool], Element] = lambda data, _: data


def mapped(element: Element, change: Callable[[Element], Element | None]) -> Element:
    """An element with every one below it changed, or left out, from the leaves up."""
    children = (change(mapped(each, change)) for each in element.children)
    return replace(element, children=tuple(each for each in children if each is not None))


def leaving_out(name: str, entry: str = "") -> Way:
    """Every element of that name is ignored; with `entry`, those whose first leaf has this text."""

    def chosen(each: Element) -> bool:
        return each.name == name and (not entry or _first(each) == entry)

    return lambda _, asked: mapped(asked, lambda each: None if chosen(each) else each)


def _first(element: Element) -> str:
    return element.children[0].text.strip() if element.children else element.text.strip()


def writing(name: str, text: Callable[[str], str] | str) -> Way:
    """Every leaf of that name gets another text."""

    def changed(each: Element) -> Element:
        if each.name != name:
            return each
        return replace(each, text=text if isinstance(text, str) else text(each.text.strip()))

    return lambda _, asked: mapped(asked, changed)


def adding(name: str, **leaves: str) -> Way:
    """Every element of that name has these leaves as well, where it has not got them."""
    return lambda _, asked: mapped(asked, lambda each: _with(each, name, leaves))


def _with(each: Element, name: str, leaves: dict[str, str], attributes: Any = ()) -> Element:
    if each.name != name:
        return each
    more = tuple(
        Element(each.namespace, leaf, text, attributes=attributes)
        for leaf, text in leaves.items()
        if each.child(leaf) is None
    )
    return replace(each, children=each.children + more)


def showing(name: str, **leaves: str) -> Callable[[Element, bool], Element]:
    """Every element of that name is shown with these defaults, tagged where that is asked for."""

    def shown(data: Element, tagged: bool) -> Element:  # noqa: FBT001 - as `Lies` calls it
        mark = (("d:default", DEFAULT, "true"),) if tagged else ()
        found = mapped(data, lambda each: _with(each, name, leaves, mark))
        return replace(found, prefixes=(*found.prefixes, ("d", DEFAULT))) if tagged else found

    return shown


def keeping(name: str) -> Way:
    """Elements of that name stay, though they are to go: as they were, where they were."""

    def kept(was: Element, asked: Element) -> Element:
        there = {(each.name, _first(each)) for each in asked.children}
        lost = [each for each in was.children if each.name == name]
        stay = tuple(each for each in lost if (each.name, _first(each)) not in there)
        olds = {(each.name, _first(each)): each for each in was.children}
        pairs = ((each, olds.get((each.name, _first(each)))) for each in asked.children)
        children = tuple(kept(old, each) if old else each for each, old in pairs)
        return replace(asked, children=children + stay)

    return kept


def less(was: Element, asked: Element) -> Element:
    """The last leaf that is new is ignored, keys aside: as little as can be left out."""
    before = {(each.name, each.text.strip()) for each in was.walk() if not each.children}
    inner = {id(child) for each in asked.walk() for child in each.children[1:]}
    fresh = [
        each
        for each in asked.walk()
        if id(each) in inner and not each.children and (each.name, each.text.strip()) not in before
    ]
    return _except(asked, id(fresh[-1])) if fresh else asked


def _except(element: Element, victim: int) -> Element:
    children = tuple(_except(each, victim) for each in element.children if id(each) != victim)
    return replace(element, children=children)
