"""BGP sessions: the same question wherever they run, asked by more than one role."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from citynet.verify.check import NodeCheck, NodeInput, Verdict, differences, judge
from citynet.verify.observe import BgpSession, Kind, Observations

DEFAULT = "default"
"""The name of the routing instance that is no VRF."""


class PeersInput(NodeInput):
    """The peers of `node`: the AS number by `(vrf, address)`."""

    expected: Mapping[tuple[str, str], int]


class BgpSessions(NodeCheck[PeersInput]):
    """An established session for all `families` to every peer of `covers`' VRFs, and no other."""

    kind = Kind.BGP
    families: ClassVar[tuple[str, ...]]
    tags = frozenset({"sessions", "bgp"})
    session = True

    @abstractmethod
    def covers(self, vrf: str) -> bool:
        """Whether sessions in `vrf` are this check's: none of them may be extra."""

    def evaluate(self, seen: Observations) -> Verdict:
        """Missing, extra, down, without a family, or with another AS: each is a finding."""
        found = {
            _named(each.vrf, each.peer): _told(each.remote_as, each.state, each.families)
            for each in seen.state(self.input.node, self.kind, BgpSession)
            if self.covers(each.vrf)
        }
        wanted = {
            _named(vrf, peer): _told(asn, "Established", self.families)
            for (vrf, peer), asn in self.input.expected.items()
        }
        return judge(differences(wanted, found, "session to"), f"{len(wanted)} sessions")


def _named(vrf: str, peer: str) -> str:
    return peer if vrf == DEFAULT else f"{peer} in {vrf}"


def _told(asn: int, state: str, families: tuple[str, ...]) -> str:
    return f"AS {asn} {state} for {', '.join(families)}"
