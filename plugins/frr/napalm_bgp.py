"""NAPALM's getters of BGP: FRR's own JSON, and its configuration for `get_bgp_config`."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from napalm.base import models

from . import config
from .napalm_state import UNKNOWN, Ask

NEIGHBOURS = "vtysh -c 'show bgp vrf all neighbors json'"
SUMMARY = "vtysh -c 'show bgp vrf all summary json'"
RUNNING = "vtysh -c 'show running-config'"
_INSTANCE = re.compile(r"router bgp (\d+)$")
_FAMILIES = {"ipv4 unicast": "inet", "ipv6 unicast": "inet6"}


def _family(name: str) -> str:
    """`ipv4Unicast` as `ipv4`, `ipv6Vpn` as `ipv6 vpn`: NAPALM's words for unicast."""
    version, kind = name[:4], re.sub(r"(?<!^)(?=[A-Z])", " ", name[4:]).lower()
    return version if kind == "unicast" else f"{version} {kind}".strip()


def _peers(ask: Ask) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """VRF (`global` for the default one), address, and all that FRR says of the peer."""
    for vrf, found in json.loads(ask(NEIGHBOURS) or "{}").items():
        for address, peer in found.items():
            if isinstance(peer, dict) and "remoteAs" in peer:
                yield _named(vrf), address, peer


def _named(vrf: str) -> str:
    return "global" if vrf == "default" else vrf


def _routers(ask: Ask) -> dict[str, str]:
    """Every VRF that runs BGP and its router identifier."""
    made: dict[str, str] = {}
    for vrf, families in json.loads(ask(SUMMARY) or "{}").items():
        for family in families.values():
            if isinstance(family, dict) and "routerId" in family:
                made[_named(vrf)] = str(family["routerId"])
    return made


def neighbours(ask: Ask) -> dict[str, models.BGPStateNeighborsPerVRFDict]:
    """A peer that is not established has no prefixes: -1. FRR does not count received ones."""
    made = {
        vrf: models.BGPStateNeighborsPerVRFDict(router_id=router, peers={})
        for vrf, router in _routers(ask).items()
    }
    for vrf, address, peer in _peers(ask):
        place = made.setdefault(
            vrf,
            models.BGPStateNeighborsPerVRFDict(
                router_id=str(peer.get("localRouterId", "")), peers={}
            ),
        )
        up = peer.get("bgpState") == "Established"
        place["peers"][address] = models.BGPStateNeighborDict(
            local_as=int(peer["localAs"]),
            remote_as=int(peer["remoteAs"]),
            remote_id=str(peer.get("remoteRouterId", "")),
            is_up=up,
            is_enabled=not peer.get("adminShutDown", False),
            description=str(peer.get("nbrDesc", "")),
            uptime=int(peer["bgpTimerUpMsec"] / 1000) if up else UNKNOWN,
            address_family=_prefixes(peer, up=up),
        )
    if made:
        made.setdefault("global", models.BGPStateNeighborsPerVRFDict(router_id="", peers={}))
    return made


def _prefixes(peer: Mapping[str, Any], *, up: bool) -> dict[str, Any]:
    made = {}
    for name, info in peer.get("addressFamilyInfo", {}).items():
        accepted = int(info.get("acceptedPrefixCounter", 0)) if up else UNKNOWN
        made[_family(name)] = {
            "accepted_prefixes": accepted,
            "received_prefixes": UNKNOWN,
            "sent_prefixes": int(info.get("sentPrefixCounter", 0)) if up else UNKNOWN,
        }
    return made


def details(ask: Ask, wanted: str) -> dict[str, dict[int, list[models.PeerDetailsDict]]]:
    """Of all peers, or of one by its address."""
    made: dict[str, dict[int, list[models.PeerDetailsDict]]] = {}
    for vrf, address, peer in _peers(ask):
        if wanted in {"", address}:
            listed = made.setdefault(vrf, {}).setdefault(int(peer["remoteAs"]), [])
            listed.append(_detail(vrf, address, peer))
    return made


def _detail(vrf: str, address: str, peer: Mapping[str, Any]) -> models.PeerDetailsDict:
    stats = peer.get("messageStats", {})
    families = list(peer.get("addressFamilyInfo", {}).values())
    up = peer.get("bgpState") == "Established"
    accepted = sum(int(each.get("acceptedPrefixCounter", 0)) for each in families)
    hops = int(peer.get("externalBgpNbrMaxHopsAway", 1))
    return models.PeerDetailsDict(
        up=up,
        local_as=int(peer["localAs"]),
        remote_as=int(peer["remoteAs"]),
        router_id=str(peer.get("localRouterId", "")),
        local_address=_known(str(peer.get("hostLocal", peer.get("updateSource", "")))),
        routing_table=vrf,
        local_address_configured="updateSource" in peer,
        local_port=int(peer.get("portLocal", UNKNOWN)),
        remote_address=address,
        remote_port=int(peer.get("portForeign", UNKNOWN)),
        multihop=hops > 1,
        multipath=False,
        remove_private_as=any("privateAs" in key for each in families for key in each),
        import_policy=_policy(families, "incomingUpdatePrefixFilterList", "routeMapForIncoming"),
        export_policy=_policy(families, "outgoingUpdatePrefixFilterList", "routeMapForOutgoing"),
        input_messages=int(stats.get("totalRecv", 0)),
        output_messages=int(stats.get("totalSent", 0)),
        input_updates=int(stats.get("updatesRecv", 0)),
        output_updates=int(stats.get("updatesSent", 0)),
        messages_queued_out=int(stats.get("depthOutq", 0)),
        connection_state=str(peer.get("bgpState", "")),
        previous_connection_state="",
        last_event=str(peer.get("lastResetDueTo", "")),
        suppress_4byte_as="4byteAs" not in peer.get("neighborCapabilities", {}) and up,
        local_as_prepend=bool(peer.get("localAsReplaceAs", False)),
        holdtime=int(peer.get("bgpTimerHoldTimeMsecs", 0) / 1000),
        configured_holdtime=int(peer.get("bgpTimerConfiguredHoldTimeMsecs", 0) / 1000),
        keepalive=int(peer.get("bgpTimerKeepAliveIntervalMsecs", 0) / 1000),
        configured_keepalive=int(peer.get("bgpTimerConfiguredKeepAliveIntervalMsecs", 0) / 1000),
        active_prefix_count=UNKNOWN,
        received_prefix_count=UNKNOWN,
        accepted_prefix_count=accepted if up else UNKNOWN,
        suppressed_prefix_count=UNKNOWN,
        advertised_prefix_count=(
            sum(int(each.get("sentPrefixCounter", 0)) for each in families) if up else UNKNOWN
        ),
        flap_count=int(peer.get("connectionsDropped", 0)),
    )


def _known(address: str) -> str:
    """FRR says `Unknown` of a session that it has not tried to open yet."""
    return "" if address == "Unknown" else address


def _policy(families: list[Mapping[str, Any]], *names: str) -> str:
    found = (
        str(value)
        for each in families
        for key, value in each.items()
        if any(key.startswith(name) for name in names)
    )
    return next(found, "")


# -- the configuration ------------------------------------------------------------------------


def configuration(ask: Ask, group: str, neighbor: str) -> dict[str, models.BGPConfigGroupDict]:
    """Peer groups with their peers; peers of no group are in `_`, which is always there."""
    spoken = _spoken(config.parse(ask(RUNNING)))
    if not spoken.local_as:
        return {}
    groups: dict[str, Any] = {"_": _group(spoken, "")}
    groups |= {name: _group(spoken, name) for name in spoken.groups()}
    for peer in spoken.peers():
        if neighbor in {"", peer}:
            place = groups[spoken.value(peer, "peer-group") or "_"]
            place["neighbors"][peer] = _neighbour(spoken, peer)
    if group:
        return {name: each for name, each in groups.items() if name == group}
    if neighbor:
        return {name: each for name, each in groups.items() if each["neighbors"]}
    return groups


class _Spoken:
    """What the default instance says of each peer and peer group, by its first word."""

    def __init__(self, local_as: int) -> None:
        self.local_as = local_as
        self._said: dict[str, list[tuple[str, str]]] = {}

    def add(self, peer: str, words: str, family: str) -> None:
        self._said.setdefault(peer, []).append((words, family))

    def groups(self) -> list[str]:
        return [name for name, said in self._said.items() if ("peer-group", "") in said]

    def peers(self) -> list[str]:
        return [name for name in self._said if name not in self.groups()]

    def value(self, peer: str, key: str) -> str:
        """The word after `key`; nothing where it is not said."""
        found = (
            words.removeprefix(key).strip()
            for words, _ in self._said.get(peer, ())
            if words.startswith(f"{key} ")
        )
        return next(found, "")

    def says(self, peer: str, words: str) -> bool:
        return any(each == words for each, _ in self._said.get(peer, ()))

    def policy(self, peer: str, direction: str) -> str:
        found = (
            words.split()[1]
            for words, _ in self._said.get(peer, ())
            if re.fullmatch(rf"(route-map|prefix-list) \S+ {direction}", words)
        )
        return next(found, "")

    def limits(self, peer: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for words, family in self._said.get(peer, ()):
            found = re.match(r"maximum-prefix (\d+)(?: (\d+))?", words)
            if found:
                teardown = {"threshold": int(found.group(2) or 75), "timeout": 0}
                version, _, kind = family.partition(" ")
                limit = {"limit": int(found.group(1)), "teardown": teardown}
                made.setdefault(_FAMILIES.get(f"{version} unicast", version), {})[kind] = limit
        return made


def _spoken(frr: config.FrrConfig) -> _Spoken:
    made = _Spoken(0)
    for path in frr.lines:
        instance = _INSTANCE.match(path[0])
        if instance is None:
            continue
        made.local_as = int(instance.group(1))
        words = path[-1].split(maxsplit=2)
        inside = path[-2].removeprefix("address-family ") if len(path) > 2 else ""  # noqa: PLR2004
        if words[0] == "neighbor" and len(words) > 2:  # noqa: PLR2004
            made.add(words[1], words[2], inside)
    return made


def _as_number(text: str, local: int) -> int:
    if text.isdigit():
        return int(text)
    return local if text == "internal" else 0


def _group(spoken: _Spoken, name: str) -> dict[str, Any]:
    remote = _as_number(spoken.value(name, "remote-as"), spoken.local_as)
    kind = "internal" if remote == spoken.local_as else "external"
    return {
        "type": kind if name and remote else "",
        "description": spoken.value(name, "description"),
        "apply_groups": [],
        "multihop_ttl": int(spoken.value(name, "ebgp-multihop") or 0),
        "multipath": False,
        "local_address": spoken.value(name, "update-source"),
        "local_as": _as_number(spoken.value(name, "local-as").partition(" ")[0], 0)
        or spoken.local_as,
        "remote_as": remote,
        "import_policy": spoken.policy(name, "in"),
        "export_policy": spoken.policy(name, "out"),
        "remove_private_as": spoken.says(name, "remove-private-AS"),
        "prefix_limit": spoken.limits(name),
        "neighbors": {},
    }


def _neighbour(spoken: _Spoken, peer: str) -> dict[str, Any]:
    group = spoken.value(peer, "peer-group")

    def value(key: str) -> str:
        return spoken.value(peer, key) or spoken.value(group, key)

    def says(words: str) -> bool:
        return spoken.says(peer, words) or spoken.says(group, words)

    local = _as_number(value("local-as").partition(" ")[0], 0)
    return {
        "description": value("description"),
        "import_policy": spoken.policy(peer, "in") or spoken.policy(group, "in"),
        "export_policy": spoken.policy(peer, "out") or spoken.policy(group, "out"),
        "local_address": value("update-source"),
        "authentication_key": "",
        "nhs": says("next-hop-self"),
        "route_reflector_client": says("route-reflector-client"),
        "local_as": local or spoken.local_as,
        "remote_as": _as_number(value("remote-as"), spoken.local_as),
        "prefix_limit": spoken.limits(peer) or spoken.limits(group),
    }
