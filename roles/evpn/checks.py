"""What must be true of EVPN: sessions between the reflectors and their clients."""

from collections.abc import Iterator

from citynet.build.context import Context
from citynet.build.reflection import neighbors
from citynet.model import Transport
from citynet.verify.bgp import DEFAULT, BgpSessions, PeersInput


class Sessions(BgpSessions):
    """BGP: an established session with the EVPN family to every peer, and no other."""

    name = "bgp-sessions"
    role = "evpn"
    families = ("l2vpn evpn",)

    def covers(self, vrf: str) -> bool:
        """Those outside VPNs."""
        return vrf == DEFAULT


def _sessions(context: Context, node: str) -> Sessions:
    """As `role.build` has it: without a VPN or clients there is no session."""
    found = neighbors(context, node)
    speaks = context.index.vpns.get(node) or any(each.client for each in found)
    asn = context.plan.domains[context.domain_of(node)].asn
    expected = {(DEFAULT, str(each.address)): asn for each in found if speaks}
    return Sessions(node, PeersInput(node=node, expected=expected))


def checks(context: Context) -> Iterator[Sessions]:
    """The sessions of every router of a domain whose VPNs are EVPN over VXLAN."""
    used = {vpn.domain for vpn in context.city.vpns.values()}
    for node in sorted(context.city.nodes):
        here = context.domain_of(node) in used
        if here and context.transport_of(node) is Transport.EVPN_VXLAN:
            yield _sessions(context, node)
