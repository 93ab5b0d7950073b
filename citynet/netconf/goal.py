"""What to send so that a device comes to run an artifact: the payload of an edit-config.

Only what differs is sent. Elements that the profile owns are replaced whole, or removed where
the artifact has nothing of them; elements of the artifact that nobody owns are merged.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from citynet.errors import CitynetError
from citynet.netconf.profile import Owned, Profile, Step
from citynet.netconf.tree import node
from citynet.xml import Element

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
PREFIX = "nc"
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule, of which some steps have been taken."""

    owned: Owned
    left: tuple[Step, ...]


def _operation(element: Element, operation: str) -> Element:
    attribute = (f"{PREFIX}:operation", BASE, operation)
    return replace(element, attributes=(*element.attributes, attribute))


def key_of(element: Element, keys: Sequence[str]) -> Key:
    """The values of an entry's keys; what is missing is empty."""
    leaves = [element.child(name) for name in keys]
    return tuple("" if leaf is None else leaf.text.strip() for leaf in leaves)


@dataclass(frozen=True, slots=True)
class _Planner:
    profile: Profile
    remove: str

    def below(
        self, wanted: Element, running: Element | None, rules: Sequence[_Rule]
    ) -> Iterator[Element]:
        """What to send of the children of an element, keys of a list's entry aside."""
        names = {rule.left[0].name for rule in rules}
        here = running.children if running else ()
        same = {node(child, self.profile.ordered).digest for child in here}
        for child in wanted.children:
            if child.name in names:
                continue
            if not same or node(child, self.profile.ordered).digest not in same:
                yield child
        for name in sorted(names):
            mine = [child for child in wanted.children if child.name == name]
            runs = [child for child in here if child.name == name]
            chosen = [rule for rule in rules if rule.left[0].name == name]
            if any(rule.left[0].keys for rule in chosen):
                yield from self._entries(mine, runs, chosen)
            elif len(mine) > 1 or len(runs) > 1:
                path = chosen[0].owned.path
                raise CitynetError(f"{path} of {self.profile.name}: {name} is a list: say its keys")
            else:
                yield from self._one(next(iter(mine), None), next(iter(runs), None), chosen)

    def _one(
        self, wanted: Element | None, running: Element | None, rules: Sequence[_Rule]
    ) -> Iterator[Element]:
        """What to send of a container, a leaf, or one entry of a list."""
        if any(len(rule.left) == 1 for rule in rules):
            yield from self._whole(wanted, running)
            return
        either = wanted or running
        if either is None:
            return
        keys = rules[0].left[0].keys
        shell = replace(either, children=_leaves(either, keys), attributes=())
        further = [_Rule(rule.owned, rule.left[1:]) for rule in rules]
        found = self.below(wanted or shell, running, further)
        content = tuple(each for each in found if each.name not in keys)
        if content or (wanted is not None and running is None):
            yield replace(shell, children=shell.children + content)

    def _whole(self, wanted: Element | None, running: Element | None) -> Iterator[Element]:
        """What is citynet's from here on."""
        if wanted is None:
            if running is not None:
                yield _operation(replace(running, children=(), text="", attributes=()), self.remove)
        elif running is None or not self._same(wanted, running):
            yield _operation(wanted, "replace")

    def _same(self, one: Element, other: Element) -> bool:
        ordered = self.profile.ordered
        return node(one, ordered).digest == node(other, ordered).digest

    def _entries(
        self, wanted: Sequence[Element], running: Sequence[Element], rules: Sequence[_Rule]
    ) -> Iterator[Element]:
        """What to send of a list."""
        keys = rules[0].left[0].keys
        mine = {key_of(each, keys): each for each in wanted}
        runs = {key_of(each, keys): each for each in running}
        for key in mine | runs:  # first those of the artifact, in its order
            own = [rule for rule in rules if rule.left[0].values == key]
            chosen = own or [rule for rule in rules if not rule.left[0].values]
            if any(len(rule.left) > 1 for rule in chosen):
                yield from self._one(mine.get(key), runs.get(key), chosen)
            elif chosen:
                yield from self._entry(mine.get(key), runs.get(key), chosen[0], key)
            elif key in mine:
                yield mine[key]

    def _entry(
        self, wanted: Element | None, running: Element | None, rule: _Rule, key: Key
    ) -> Iterator[Element]:
        """What to send of an entry that is governed by a rule as a whole."""
        permanent = rule.owned.is_permanent(key)
        if rule.owned.keeps(key):
            yield from () if wanted is None else (wanted,)
        elif wanted is not None:
            bones = _leaves(running, rule.owned.skeleton) if running and permanent else ()
            missing = tuple(bone for bone in bones if wanted.child(bone.name) is None)
            yield from self._whole(replace(wanted, children=wanted.children + missing), running)
        elif running is not None and permanent:
            bare = replace(running, children=_leaves(running, rule.owned.skeleton), attributes=())
            if len(bare.children) < len(running.children):
                yield _operation(bare, "replace")
        elif running is not None:
            bare = replace(running, children=_leaves(running, rule.left[0].keys), attributes=())
            yield _operation(bare, self.remove)


def _leaves(element: Element, names: Sequence[str]) -> tuple[Element, ...]:
    """Its leaves of these names, in that order."""
    found = (element.child(name) for name in names)
    return tuple(leaf for leaf in found if leaf is not None)


def _carried(element: Element, scope: tuple[tuple[str, str], ...]) -> Element:
    """The element with every prefix that values below it may use, declared where they are used."""
    return replace(
        element, prefixes=tuple(sorted({**dict(scope), **dict(element.prefixes)}.items()))
    )


def payload(
    wanted: Element, running: Element, profile: Profile, *, additive: bool, remove: str = "remove"
) -> Element | None:
    """The `config` of an edit-config, with `merge` as the default; None if nothing is to be sent.

    `wanted` is the artifact's `config`, `running` the `data` of a get-config. `remove` is the
    operation that takes something away; NETCONF 1.0 only has `delete`.
    """
    root = Element(BASE, "config", prefixes=((PREFIX, BASE),))
    if additive:
        content: Iterable[Element] = wanted.children
    else:
        planner = _Planner(profile, remove)
        rules = [_Rule(owned, owned.steps) for owned in profile.owned]
        content = planner.below(wanted, running, rules)
    children = tuple(_carried(each, wanted.prefixes) for each in content)
    return replace(root, children=children) if children else None


def foreign(root: Element, profile: Profile) -> Element:
    """A configuration without all that is citynet's."""
    rules = [_Rule(owned, owned.steps) for owned in profile.owned]
    return replace(root, children=tuple(_foreign(root, rules)))


def _foreign(element: Element, rules: Sequence[_Rule]) -> Iterator[Element]:
    for child in element.children:
        chosen = _governing(child, [rule for rule in rules if rule.left[0].name == child.name])
        if not chosen:
            yield child
        elif all(len(rule.left) > 1 for rule in chosen):
            keys = chosen[0].left[0].keys
            further = [_Rule(rule.owned, rule.left[1:]) for rule in chosen]
            rest = tuple(_foreign(child, further))
            if any(each.name not in keys for each in rest):
                yield replace(child, children=rest)
        elif chosen[0].owned.keeps(key_of(child, chosen[0].left[0].keys)):
            yield child


def _governing(element: Element, rules: Sequence[_Rule]) -> Sequence[_Rule]:
    """Of the rules of an element's name, those that govern it; an entry's own come first."""
    own = [
        rule
        for rule in rules
        if rule.left[0].values and rule.left[0].values == key_of(element, rule.left[0].keys)
    ]
    return own or [rule for rule in rules if not rule.left[0].values]


def owned_differs(one: Element, other: Element, profile: Profile) -> bool:
    """Whether two configurations differ in what is citynet's."""
    if not profile.owned:
        return False
    sent = payload(other, one, profile, additive=False)
    return sent is not None and any(
        namespace == BASE for each in sent.walk() for _, namespace, _ in each.attributes
    )
