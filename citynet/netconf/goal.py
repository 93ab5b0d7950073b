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
class Rule:
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


@dataclass
class Planner:
    """Walks over what is wanted and what runs by the profile's rules, and gives what to send.

    `citynet.netconf.wanted` walks in the same way over what a device holds afterwards: it
    replaces the methods that say what is to be sent of one element.
    """

    profile: Profile
    remove: str

    def below(
        self, wanted: Element, running: Element | None, rules: Sequence[Rule]
    ) -> Iterator[Element]:
        """What to send of the children of an element, keys of a list's entry aside."""
        names = {rule.left[0].name for rule in rules}
        here = running.children if running else ()
        free = [child for child in wanted.children if child.name not in names]
        yield from self.merged(free, [child for child in here if child.name not in names])
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
                yield from self.one(next(iter(mine), None), next(iter(runs), None), chosen)

    def merged(self, wanted: Sequence[Element], running: Sequence[Element]) -> Iterator[Element]:
        """What to send of elements that no rule is about; what else runs there is not ours."""
        ordered = self.profile.ordered
        same = {node(each, ordered).digest for each in running} if wanted else set()
        yield from (each for each in wanted if not same or node(each, ordered).digest not in same)

    def one(
        self, wanted: Element | None, running: Element | None, rules: Sequence[Rule]
    ) -> Iterator[Element]:
        """What to send of a container, a leaf, or one entry of a list."""
        if any(len(rule.left) == 1 for rule in rules):
            yield from self.whole(wanted, running)
            return
        either = wanted or running
        if either is None:
            return
        keys = rules[0].left[0].keys
        shell = replace(either, children=_leaves(either, keys), attributes=())
        further = [Rule(rule.owned, rule.left[1:]) for rule in rules]
        found = self.below(wanted or shell, running, further)
        content = tuple(each for each in found if each.name not in keys)
        if content or (wanted is not None and running is None):
            yield replace(shell, children=shell.children + content)

    def whole(self, wanted: Element | None, running: Element | None) -> Iterator[Element]:
        """What is citynet's from here on."""
        if wanted is None:
            if running is not None:
                yield from self.gone(running, ())
        elif running is None or not self._same(wanted, running):
            yield _operation(wanted, "replace")

    def _same(self, one: Element, other: Element) -> bool:
        ordered = self.profile.ordered
        return node(one, ordered).digest == node(other, ordered).digest

    def _entries(
        self, wanted: Sequence[Element], running: Sequence[Element], rules: Sequence[Rule]
    ) -> Iterator[Element]:
        """What to send of a list."""
        keys = rules[0].left[0].keys
        mine = {key_of(each, keys): each for each in wanted}
        runs = {key_of(each, keys): each for each in running}
        for key in mine | runs:  # first those of the artifact, in its order
            own = [rule for rule in rules if rule.left[0].values == key]
            chosen = own or [rule for rule in rules if not rule.left[0].values]
            if any(len(rule.left) > 1 for rule in chosen):
                yield from self.one(mine.get(key), runs.get(key), chosen)
            elif chosen:
                yield from self._entry(mine.get(key), runs.get(key), chosen[0], key)
            elif key in mine:
                yield from self.merged([mine[key]], [runs[key]] if key in runs else [])

    def _entry(
        self, wanted: Element | None, running: Element | None, rule: Rule, key: Key
    ) -> Iterator[Element]:
        """What to send of an entry that is governed by a rule as a whole."""
        permanent = rule.owned.is_permanent(key)
        if rule.owned.keeps(key):
            yield from self.merged([wanted] if wanted else [], [running] if running else [])
        elif wanted is not None:
            bones = _leaves(running, rule.owned.skeleton) if running and permanent else ()
            missing = tuple(bone for bone in bones if wanted.child(bone.name) is None)
            yield from self.whole(replace(wanted, children=wanted.children + missing), running)
        elif running is not None and permanent:
            skeleton, keys = rule.owned.skeleton, rule.left[0].keys
            yield from self.reset(running, _leaves(running, skeleton), _leaves(running, keys))
        elif running is not None:
            yield from self.gone(running, _leaves(running, rule.left[0].keys))

    def reset(
        self, running: Element, skeleton: tuple[Element, ...], keys: tuple[Element, ...]
    ) -> Iterator[Element]:
        """What to send of an entry that cannot be deleted, and that is not wanted."""
        if len(skeleton) < len(running.children):
            yield _operation(replace(running, children=skeleton, attributes=()), "replace")

    def gone(self, running: Element, keys: tuple[Element, ...]) -> Iterator[Element]:
        """What to send of what is to go."""
        yield _operation(replace(running, children=keys, text="", attributes=()), self.remove)


def rules_of(profile: Profile) -> list[Rule]:
    """Its rules, of which no step has been taken."""
    return [Rule(owned, owned.steps) for owned in profile.owned]


def _leaves(element: Element, names: Sequence[str]) -> tuple[Element, ...]:
    """Its leaves of these names, in that order."""
    found = (element.child(name) for name in names)
    return tuple(leaf for leaf in found if leaf is not None)


def _carried(element: Element, scope: tuple[tuple[str, str], ...]) -> Element:
    """The element with every prefix that values below it may use, declared where they are used."""
    return replace(
        element, prefixes=tuple(sorted({**dict(scope), **dict(element.prefixes)}.items()))
    )


class Restoring(Planner):
    """Of what ran before: what was not there at all has come since, and goes whole."""

    def one(
        self, wanted: Element | None, running: Element | None, rules: Sequence[Rule]
    ) -> Iterator[Element]:
        """Away with a container too that would be left without content."""
        if wanted is None and running is not None:
            yield from self.gone(running, _leaves(running, rules[0].left[0].keys))
        else:
            yield from super().one(wanted, running, rules)

    def reset(
        self, running: Element, skeleton: tuple[Element, ...], keys: tuple[Element, ...]
    ) -> Iterator[Element]:
        """An entry that was not there is none that is always there."""
        yield from self.gone(running, keys)


def payload(
    wanted: Element,
    running: Element,
    profile: Profile,
    *,
    additive: bool,
    remove: str = "remove",
    planner: type[Planner] = Planner,
) -> Element | None:
    """The `config` of an edit-config, with `merge` as the default; None if nothing is to be sent.

    `wanted` is the artifact's `config`, `running` the `data` of a get-config. `remove` is the
    operation that takes something away; NETCONF 1.0 only has `delete`.
    """
    root = Element(BASE, "config", prefixes=((PREFIX, BASE),))
    if additive:
        content: Iterable[Element] = wanted.children
    else:
        content = planner(profile, remove).below(wanted, running, rules_of(profile))
    children = tuple(_carried(each, wanted.prefixes) for each in content)
    return replace(root, children=children) if children else None


def foreign(root: Element, profile: Profile) -> Element:
    """A configuration without all that is citynet's."""
    return replace(root, children=tuple(_foreign(root, rules_of(profile))))


def _foreign(element: Element, rules: Sequence[Rule]) -> Iterator[Element]:
    for child in element.children:
        chosen = _governing(child, [rule for rule in rules if rule.left[0].name == child.name])
        if not chosen:
            yield child
        elif all(len(rule.left) > 1 for rule in chosen):
            keys = chosen[0].left[0].keys
            further = [Rule(rule.owned, rule.left[1:]) for rule in chosen]
            rest = tuple(_foreign(child, further))
            if any(each.name not in keys for each in rest):
                yield replace(child, children=rest)
        elif chosen[0].owned.keeps(key_of(child, chosen[0].left[0].keys)):
            yield child


def _governing(element: Element, rules: Sequence[Rule]) -> Sequence[Rule]:
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
