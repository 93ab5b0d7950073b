"""Whether a device holds what was wanted, whatever it answered.

An `ok` is a word. What a device holds after an edit-config or a commit is compared with the
artifact itself, by the rules by which it was sent (`citynet.netconf.goal`): everything that the
artifact says is there; where citynet owns the configuration nothing else is; what is not citynet's
is as it was. What vendors make of values, and what they show or leave out because it is a default,
is no difference: `Profile` says what that is, and so may the device (RFC 6243).

What is missing is named by its place in the artifact. No model is needed.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from citynet.netconf.goal import Planner, Rule, rules_of
from citynet.netconf.profile import Profile
from citynet.netconf.tree import Node, node, rest
from citynet.netconf.values import Values, scope
from citynet.xml import Element

DEFAULT = frozenset(
    {
        "urn:ietf:params:xml:ns:netconf:default:1.0",
        "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults",
    }
)
"""Namespaces of the attribute that marks a default: RFC 6243, section 6, and libyang's servers."""
KEY = re.compile(r"(.*-)?(name|id|index|key|number|address|prefix|ip|type)")
"""Names of first leaves by which the entries of a list are known apart, rather than containers."""
MANY = 200
"""Entries among which one is looked for by each of its leaves."""
Places = Mapping[int, tuple[str, str]]
"""An element, by `id` -> its path in the schema, and the path that names the entry it is in."""


@dataclass(frozen=True, slots=True)
class Lack:
    """One difference. `element` is the artifact's; None where the artifact has nothing there.

    `held` is what the device has instead: empty for nothing, and for what is more than a leaf.
    """

    element: Element | None
    path: str
    what: str
    held: str = ""
    leaf: str = ""


LEFT_OUT = "it answered ok and left this out"
ANOTHER = "it answered ok and holds another value"
ORDER = "it answered ok and holds these in another order"
KEPT = "it answered ok and holds what is not wanted there"
FOREIGN = "it has changed what was not to be changed"


def key_of(element: Element, *, alone: bool) -> Element | None:
    """The leaf that tells an entry from others; of one that is `alone`, if it looks like a key."""
    first = element.children[0] if element.children else None
    if first is None or first.children or (alone and not KEY.fullmatch(first.name)):
        return None
    return first


def places(root: Element) -> Places:
    """Where every element below a root is."""
    found: dict[int, tuple[str, str]] = {}
    stack = [(root, "", "")]
    while stack:
        element, schema, shown = stack.pop()
        alike = Counter(child.name for child in element.children)
        for child in element.children:
            first = key_of(child, alone=alike[child.name] == 1)
            key = f"[{first.name}='{first.text.strip()}']" if first else ""
            place = f"{schema}/{child.name}", f"{shown}/{child.name}{key}"
            found[id(child)] = place
            stack.append((child, *place))
    return found


class Judge(Planner):
    """Notes what of `wanted` is not in `held`. With `ours`, also what is there and not wanted.

    `lenient`: the device shows all its defaults and does not say which they are, so that a leaf
    that is not wanted may be one.
    """

    def __init__(
        self,
        profile: Profile,
        wanted: Element,
        held: Element,
        *,
        ours: bool = True,
        lenient: bool = False,
    ) -> None:
        super().__init__(profile, "")
        self.found: list[Lack] = []
        self._wanted = wanted
        self._held = held
        self._ours = ours
        self._lenient = lenient
        self._values = Values(profile, scope(wanted), scope(held))
        self._places: dict[int, Places] = {}

    def judge(self, rules: Sequence[Rule]) -> list[Lack]:
        """All that differs."""
        list(self.below(self._wanted, self._held, rules))
        return self.found

    # -- the planner's walk -----------------------------------------------------------------

    def one(
        self, wanted: Element | None, running: Element | None, rules: Sequence[Rule]
    ) -> Iterator[Element]:
        """What is missing as a whole is one thing that is missing."""
        if self._ours and wanted is not None and running is None:
            self._absent(wanted)
        else:
            yield from super().one(wanted, running, rules)

    def merged(self, wanted: Sequence[Element], running: Sequence[Element]) -> Iterator[Element]:
        """These are in those, which may have more."""
        if wanted:
            self._children(*map(self._nodes, (wanted, running)), whole=False)
        yield from ()

    def whole(self, wanted: Element | None, running: Element | None) -> Iterator[Element]:
        """This is that, no less and no more."""
        if self._ours and wanted is None and running is not None:
            self._extra(running)
        elif self._ours and wanted is not None and running is None:
            self._absent(wanted)
        elif self._ours and wanted is not None and running is not None:
            self._differ(*self._nodes((wanted, running)), whole=True)
        yield from ()

    def reset(
        self, running: Element, skeleton: tuple[Element, ...], keys: tuple[Element, ...]
    ) -> Iterator[Element]:
        """Of this nothing is left but its skeleton."""
        names = {each.name for each in skeleton}
        for child in running.children if self._ours else ():
            if child.name not in names:
                self._extra(child)
        yield from ()

    def gone(self, running: Element, keys: tuple[Element, ...]) -> Iterator[Element]:
        """This is not there."""
        if self._ours:
            self._extra(running)
        yield from ()

    # -- two trees --------------------------------------------------------------------------

    def _nodes(self, elements: Sequence[Element]) -> list[Node]:
        return [node(each, self.profile.ordered) for each in elements]

    def _differ(self, wanted: Node, held: Node, *, whole: bool) -> None:
        """Note the differences of two that are the same thing."""
        if wanted.digest == held.digest:
            return
        if wanted.children or held.children:
            if wanted.element.text.strip():
                self._absent(wanted.element)
            self._children(wanted.children, held.children, whole=whole)
            return
        one, other = wanted.element, held.element
        if not self._values.same(one.name, one.text, other.text):
            self._note(one, ANOTHER, other.text.strip())

    def _children(self, wanted: Sequence[Node], held: Sequence[Node], *, whole: bool) -> None:
        """Note the differences of children, of which equals are passed over."""
        missing, more = rest(wanted, held), rest(held, wanted)
        counts = [Counter(each.label[:2] for each in side) for side in (wanted, held)]
        others = _Others(more, self._values)
        for each in missing:
            kind = each.label[:2]
            partner = others.take(each, alone=counts[0][kind] == counts[1][kind] == 1)
            if partner is None:
                self._absent(each.element)
            else:
                self._differ(each, partner, whole=whole)
        if whole:
            for each in others.left():
                self._extra(each.element)
        self._order(wanted, held)

    def _order(self, wanted: Sequence[Node], held: Sequence[Node]) -> None:
        for name in sorted({each.element.name for each in wanted} & self.profile.ordered):
            mine, theirs = (
                {self._label(each): each for each in side if each.element.name == name}
                for side in (wanted, held)
            )
            asked = [label for label in mine if label in theirs]
            found = [label for label in theirs if label in mine]
            moved = (one for one, other in zip(asked, found, strict=True) if one != other)
            first = next(moved, None)
            if first is not None:
                self._note(mine[first].element, ORDER)

    def _label(self, each: Node) -> str:
        leaf = each.element.children[0] if each.children else each.element
        return self._values.coarse(leaf.name, leaf.text)

    # -- what is no difference --------------------------------------------------------------

    def _absent(self, wanted: Element) -> None:
        if not self._idle(wanted, self._wanted):
            self._note(wanted, LEFT_OUT if self._ours else FOREIGN)

    def _extra(self, held: Element) -> None:
        leaf = self._lenient and not held.children and bool(held.text.strip())
        if not leaf and not self._idle(held, self._held):
            text = "" if held.children else held.text.strip()
            place = self._place(held, self._held)[1]
            self.found.append(Lack(None, place, KEPT, text, held.name))

    def _idle(self, element: Element, root: Element) -> bool:
        """Whether it makes no difference that an element is there."""
        path, shown = self._place(element, root)[0], self.profile.shown
        if self.profile.is_derived(path):
            return True
        if path in shown.presence:
            return False
        if element.children:
            return all(self._idle(child, root) for child in element.children)
        if not element.text.strip():
            return path in shown.hollow
        marks = any(
            name.rpartition(":")[2] == "default" and namespace in DEFAULT and value == "true"
            for name, namespace, value in element.attributes
        )
        defaults = shown.values.get(path, ())
        return marks or any(
            self._values.is_default(element.name, each, element.text) for each in defaults
        )

    def _note(self, wanted: Element, what: str, held: str = "") -> None:
        """Note that an element of what is wanted is not as it should be."""
        place = self._place(wanted, self._wanted)
        if not self.profile.is_derived(place[0]):
            what = what if self._ours else FOREIGN
            self.found.append(Lack(wanted, place[1], what, held, wanted.name))

    def _place(self, element: Element, root: Element) -> tuple[str, str]:
        """Where an element is; one that is a copy is where its first child is."""
        if id(root) not in self._places:
            self._places[id(root)] = places(root)
        known = self._places[id(root)]
        found = known.get(id(element))
        if found is None and element.children:
            schema, shown = known.get(id(element.children[0]), ("", ""))
            return schema.rpartition("/")[0], shown.rpartition("/")[0]
        return found or ("", "")


class _Others:
    """The nodes among which partners are looked for, each of which is one partner at most."""

    def __init__(self, nodes: Sequence[Node], values: Values) -> None:
        self._values = values
        self._nodes = {id(each): each for each in nodes}
        self._kinds: dict[tuple[str, str], dict[int, Node]] = defaultdict(dict)
        self._marks: dict[tuple[str, ...], dict[int, Node]] = defaultdict(dict)
        for each in nodes:
            self._kinds[each.label[:2]][id(each)] = each
            self._marks[self._mark(each)][id(each)] = each

    def _mark(self, each: Node) -> tuple[str, ...]:
        leaf = each.element.children[0] if each.children else each.element
        text = "" if leaf.children else self._values.coarse(leaf.name, leaf.text)
        return (*each.label[:2], leaf.name, text)

    def take(self, wanted: Node, *, alone: bool) -> Node | None:
        """The same thing with other content. `alone`: there is one of its name on each side."""
        kind = self._kinds[wanted.label[:2]]
        marked = self._marks[self._mark(wanted)].values()
        near = [each for each in marked if self._same(wanted, each)]
        if not near and (alone or len(kind) <= MANY):
            fits = self._may_be if alone else self._same
            near = [each for each in kind.values() if fits(wanted, each)]
        if not near:
            return None
        digests = {each.digest for each in wanted.children}
        found = max(near, key=lambda each: sum(one.digest in digests for one in each.children))
        del self._nodes[id(found)], kind[id(found)], self._marks[self._mark(found)][id(found)]
        return found

    def _may_be(self, wanted: Node, held: Node) -> bool:
        """Of two that are each the only one of their name: whether they are not two entries."""
        key = key_of(wanted.element, alone=True)
        other = held.element.child(key.name) if key is not None else None
        return key is None or other is None or self._equal(key, other)

    def _same(self, wanted: Node, held: Node) -> bool:
        """Whether the first leaf is; of a leaf-list's entry, its value."""
        if not wanted.children or not held.children:
            one, other = wanted.element, held.element
            return not (wanted.children or held.children) and self._equal(one, other)
        first = wanted.element.children[0]
        other_first = held.element.child(first.name)
        return other_first is not None and not first.children and self._equal(first, other_first)

    def _equal(self, one: Element, other: Element) -> bool:
        return self._values.same(one.name, one.text, other.text)

    def left(self) -> list[Node]:
        return list(self._nodes.values())


def lacking(
    wanted: Element,
    before: Element,
    held: Element,
    profile: Profile,
    *,
    additive: bool,
    lenient: bool = False,
    staged: Element | None = None,
) -> list[Lack]:
    """What a device that was given `wanted`, an artifact's `config`, does not hold of it.

    `before` and `held` are the `data` of a get-config, before it was given that and since. `staged`
    is that of the candidate that was committed since: what is not citynet's has nothing more.
    """
    rules = [] if additive else rules_of(profile)
    found = Judge(profile, wanted, held, lenient=lenient).judge(rules)
    moved = Judge(profile, before, held, ours=False).judge(rules)
    if staged is not None:
        moved += Judge(profile, held, staged, ours=False).judge(rules)
    if not moved:
        return found
    said = {shown for _, shown in places(wanted).values()}
    return found + [replace(each, element=None) for each in moved if each.path not in said]
