"""Configurations compared: what is the same on the device is the same here, however written.

The order of different elements never counts, that of list entries only where the platform says
so; prefixes, white space around values and attributes do not either. Every element has a digest
of all that is below it, so that what is equal is passed over at once: comparing two documents
costs the time of reading them, and of writing what differs.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from citynet.netconf.profile import Profile
from citynet.xml import Element, escaped

MASK = "******"
"""What is shown in place of a secret."""
_SIZE = 16


@dataclass(frozen=True, slots=True)
class Node:
    """An element and what is below it. `label` tells the entries of a list apart, for people."""

    element: Element
    children: tuple["Node", ...]
    digest: bytes

    @property
    def label(self) -> tuple[str, str, str]:
        """Its namespace, its name, and for an entry of a list the first leaf, a key of it."""
        first = self.element.children[0] if self.element.children else None
        key = first.text.strip() if first is not None and not first.children else ""
        return self.element.namespace, self.element.name, key


def node(element: Element, ordered: frozenset[str]) -> Node:
    """The tree below an element, with digests."""
    children = tuple(node(child, ordered) for child in element.children)
    total = blake2b(digest_size=_SIZE)
    text = "" if children else element.text.strip()
    total.update(f"{element.namespace}\0{element.name}\0{text}\0".encode())
    free = [child.digest for child in children if child.element.name not in ordered]
    total.update(b"".join(sorted(free)))
    total.update(b"".join(each.digest for each in children if each.element.name in ordered))
    return Node(element, children, total.digest())


def digest(tree: Node) -> str:
    """The digest of a configuration, in hexadecimal."""
    return tree.digest.hex()


@dataclass(frozen=True, slots=True)
class Difference:
    """Lines that a person reads: `+`, `-` or a blank, then XML."""

    lines: tuple[str, ...]

    @property
    def added(self) -> int:
        """Lines that are new."""
        return sum(line.startswith("+") for line in self.lines)

    @property
    def removed(self) -> int:
        """Lines that go."""
        return sum(line.startswith("-") for line in self.lines)


def compare(old: Node, new: Node, profile: Profile) -> Difference:
    """What is below two roots, compared. Empty if and only if they are equal."""
    return Difference(tuple(_below(old, new, profile, "")))


def _write(
    tree: Node, profile: Profile, sign: str, indent: str, *, first: bool = False
) -> Iterator[str]:
    """Everything of an element, each line with a sign. `first`: of several in its element."""
    name = tree.element.name
    if tree.children:
        yield f"{sign}{indent}<{name}>"
        for place, child in enumerate(tree.children):
            first = place == 0 and len(tree.children) > 1
            yield from _write(child, profile, sign, f"{indent}  ", first=first)
        yield f"{sign}{indent}</{name}>"
        return
    text = escaped(_shown(tree.element, profile, first=first))
    yield f"{sign}{indent}<{name}>{text}</{name}>" if text else f"{sign}{indent}<{name}/>"


def _shown(leaf: Element, profile: Profile, *, first: bool) -> str:
    """The text of a leaf for people."""
    text = leaf.text.strip()
    return MASK if text and profile.is_secret(leaf.name, text, first=first) else text


def rest(children: Sequence[Node], other: Sequence[Node]) -> list[Node]:
    """Those of `children` that have no equal among `other`; each of the others counts once."""
    left: dict[bytes, int] = defaultdict(int)
    for each in other:
        left[each.digest] += 1
    found = []
    for each in children:
        if left[each.digest]:
            left[each.digest] -= 1
        else:
            found.append(each)
    return found


def _below(old: Node, new: Node, profile: Profile, indent: str) -> Iterator[str]:
    if old.digest == new.digest:
        return
    gone, come = rest(old.children, new.children), rest(new.children, old.children)
    if not gone and not come:
        yield from _order(old, new, profile, indent)
        return
    partners = _partners(gone, come)
    for each in gone:
        partner = partners.get(id(each))
        if partner is None:
            yield from _write(each, profile, "-", indent)
        else:
            yield from _pair(each, partner, profile, indent)
    paired = {id(each) for each in partners.values()}
    for each in come:
        if id(each) not in paired:
            yield from _write(each, profile, "+", indent)


def _partners(gone: Sequence[Node], come: Sequence[Node]) -> dict[int, Node]:
    """For what went (by `id`), what is the same thing with other content.

    That is what has the same label; and what is the only one of its name on both sides.
    """
    left, right = (Counter(each.label[:2] for each in side) for side in (gone, come))
    single = {name for name, count in left.items() if count == right[name] == 1}
    waiting: dict[tuple[str, ...], list[Node]] = defaultdict(list)
    for each in reversed(come):
        waiting[_mark(each, single)].append(each)
    found = {}
    for each in gone:
        others = waiting[_mark(each, single)]
        if others:
            found[id(each)] = others.pop()
    return found


def _mark(tree: Node, single: set[tuple[str, str]]) -> tuple[str, ...]:
    return tree.label[:2] if tree.label[:2] in single else tree.label


def _pair(old: Node, new: Node, profile: Profile, indent: str) -> Iterator[str]:
    """Two that are the same thing with different content."""
    if not old.children or not new.children:
        yield from _write(old, profile, "-", indent)
        yield from _write(new, profile, "+", indent)
        return
    yield f" {indent}<{new.element.name}>"
    if new.label[2]:
        first = len(new.children) > 1
        yield from _write(new.children[0], profile, " ", f"{indent}  ", first=first)
    yield from _below(old, new, profile, f"{indent}  ")
    yield f" {indent}</{new.element.name}>"


def _order(old: Node, new: Node, profile: Profile, indent: str) -> Iterator[str]:
    """The same children, in another order where that counts."""
    for sign, tree in (("-", old), ("+", new)):
        for child in tree.children:
            name = child.element.name
            if name in profile.ordered:
                leaf = child.children[0] if child.children else child
                text = _shown(leaf.element, profile, first=len(child.children) > 1)
                yield f"{sign}{indent}<{name}> {escaped(text)}"
