"""What a platform's models say of what a device may show, or leave out, beside some documents.

A device that reports all shows every default whose surroundings are there: list entries and
containers with presence are made by a client, all else is there by itself. So a default counts if
no list and no such container that is in no document is around it. Where a condition decides
(`when`, a case of a choice) it counts if libyang fills it into one of the documents. Of what is
not citynet's only that counts which is in a document: the rest is compared with what was there
before. Leaf-lists are left out: their defaults are all there or none (RFC 7950, section 7.7.2),
and a table of single values does not say that.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from citynet.netconf.profile import Profile
from citynet.netconf.shown import Shown
from citynet.netconf.wanted import places
from citynet.xml import Element
from citynet.yang.compiled import Kind, SchemaNode, compiled
from citynet.yang.document import read
from citynet.yang.filled import Mode, filled
from citynet.yang.models import ModelSet


def paths(roots: Iterable[Element]) -> frozenset[str]:
    """The paths in the schema of all that is below the roots of trees."""
    return frozenset(schema for each in roots for schema, _ in places(each).values())


@dataclass(frozen=True, slots=True)
class Reach:
    """What counts: `rendered` is in documents, `owned` is citynet's with all below it.

    `filled` is what libyang makes of the documents.
    """

    rendered: frozenset[str]
    filled: frozenset[str]
    owned: tuple[str, ...]

    def counts(self, path: str) -> bool:
        """Whether what a device has at a path is compared with a document."""
        return path in self.rendered or any(f"{path}/".startswith(each) for each in self.owned)

    def below(self, node: SchemaNode, path: str) -> bool:
        """Whether what is in a node may be there."""
        alone = node.kind == Kind.CONTAINER and not node.presence
        return alone or path in self.rendered

    def shut(self, node: SchemaNode, path: str) -> bool:
        """Whether a condition to a node, or to what is around it, is met in no document."""
        return path not in self.filled and _fills(node)

    def walk(
        self, nodes: Iterable[SchemaNode], around: str = ""
    ) -> Iterator[tuple[str, SchemaNode]]:
        """Every node that counts, with its path."""
        for node in nodes:
            path = f"{around}/{node.name}"
            if self.shut(node, path):
                continue
            if self.counts(path):
                yield path, node
            if self.below(node, path):
                yield from self.walk(node.children, path)


def _fills(node: SchemaNode) -> bool:
    """Whether libyang would show that a node is there, by a default that is then in it."""
    if node.kind == Kind.CONTAINER and not node.presence:
        return any(_fills(each) for each in node.children if not each.guarded)
    return node.default is not None


def reach(profile: Profile, models: ModelSet, root: Path, documents: Sequence[bytes]) -> Reach:
    """What counts on a platform of which these are documents. Raises `YangError`."""
    names = ("/".join(step.name for step in owned.steps) for owned in profile.owned)
    return Reach(
        rendered=paths(Element("", "", children=read(each).nodes) for each in documents),
        filled=paths(filled(models, root, documents, Mode.ALL)),
        owned=tuple(f"/{each}/" for each in names),
    )


def table(found: Iterable[tuple[str, SchemaNode]]) -> Shown:
    """The platform's table, of what `Reach.walk` gives."""
    every = list(found)
    containers = [(path, node) for path, node in every if node.kind == Kind.CONTAINER]
    presence = frozenset(path for path, node in containers if node.presence)
    return Shown(
        defaults=frozenset(
            (path, node.default) for path, node in every if node.default is not None
        ),
        hollow=frozenset(path for path, _ in containers) - presence,
        presence=presence,
    )


def derive(profile: Profile, models: ModelSet, root: Path, documents: Sequence[bytes]) -> Shown:
    """The table of a platform of which these are documents. Raises `YangError`."""
    return table(reach(profile, models, root, documents).walk(compiled(models, root)))
