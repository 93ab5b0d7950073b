"""A role as another package brings it: a sign at every router, with its own option and check."""

from collections.abc import Iterator

from msgspec import Struct

from citynet.build.context import Context
from citynet.build.role import Role, RoleOptions
from citynet.errors import KeyPath
from citynet.verify.check import NodeCheck, NodeInput, Verdict, judge
from citynet.verify.observe import Counter, Kind, Observations


class SignOptions(RoleOptions):
    word: str = "welcome"


class Sign(Struct, frozen=True):
    text: str
    origin: KeyPath


class Hangs(NodeCheck[NodeInput]):
    """One sign hangs there."""

    name = "hangs"
    role = "sign"
    kind = Kind.COUNTERS

    def evaluate(self, seen: Observations) -> Verdict:
        [signs] = seen.state(self.input.node, self.kind, Counter)
        return judge([] if signs.packets == 1 else [f"{signs.packets} signs"], "one sign")


def build(context: Context, node: str, options: SignOptions) -> Sign:
    return Sign(f"{options.word} to {node}", ("nodes", node))


def checks(context: Context) -> Iterator[Hangs]:
    for node in sorted(context.city.nodes):
        yield Hangs(node, NodeInput(node=node))


ROLE = Role(
    name="sign",
    summary="signs",
    options=SignOptions,
    build=build,
    after=("underlay",),
    checks=checks,
)
