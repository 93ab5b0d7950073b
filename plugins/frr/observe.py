"""How the state of an FRR router is read: by its daemons' and the kernel's own JSON."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

from citynet.verify.observe import (
    Adjacency,
    BfdSession,
    BgpSession,
    Counter,
    Kind,
    Route,
    State,
)
from citynet.verify.reader import Program, Read

Documents = list[Any]
SAFI = {"Unicast": "unicast", "Vpn": "vpn"}
ROUTES = (
    ("ip", "-j", "-d", "link", "show", "type", "vrf"),
    ("ip", "-4", "-j", "route", "show", "table", "all"),
    ("ip", "-6", "-j", "route", "show", "table", "all"),
)
QUESTIONS: Mapping[Kind, tuple[tuple[str, ...], ...]] = {
    Kind.ISIS: (("vty", "isisd", "show isis neighbor json"),),
    Kind.BFD: (("vty", "bfdd", "show bfd peers json"),),
    Kind.BGP: (("vty", "bgpd", "show bgp vrf all summary json"),),
    Kind.ROUTES: ROUTES,
    Kind.COUNTERS: (("nft", "-j", "list", "counters"),),
}
NONE: State | str = "a router on Linux has nothing of the kind"
DEFAULT = {"4": "0.0.0.0/0", "6": "::/0"}


def _adjacencies(documents: Documents) -> Iterator[Adjacency]:
    for area in documents[0].get("areas", ()):
        for circuit in area.get("circuits", ()):
            if "adj" in circuit:
                up = circuit["state"] == "Up"
                yield Adjacency(circuit["interface"], circuit["adj"], int(circuit["level"]), up)


def _bfd(documents: Documents) -> Iterator[BfdSession]:
    for peer in documents[0]:
        yield BfdSession(peer.get("interface", ""), peer["peer"], peer["status"] == "up")


def _families(summary: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """`ipv4Vpn` as `ipv4 vpn`, with its peers."""
    for name, family in summary.items():
        if isinstance(family, dict) and "peers" in family:
            yield f"{name[:4]} {SAFI.get(name[4:], name[4:])}", family["peers"]


def _bgp(documents: Documents) -> Iterator[BgpSession]:
    for vrf, summary in dict(documents[0]).items():
        peers: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
        for family, found in _families(summary):
            for address, peer in found.items():
                peers.setdefault(address, []).append((family, peer))
        for address, seen in peers.items():
            up = tuple(sorted(family for family, peer in seen if peer["state"] == "Established"))
            state = "Established" if up else str(seen[0][1]["state"])
            yield BgpSession(vrf, address, int(seen[0][1]["remoteAs"]), state, up)


def _segments(route: Mapping[str, Any]) -> tuple[str, ...]:
    hops = [route, *route.get("nexthops", ())]
    found = {str(sid) for hop in hops for sid in hop.get("encap", {}).get("segs", ())}
    return tuple(sorted(found))


def _prefix(text: str, family: str) -> str:
    if text == "default":
        return DEFAULT[family]
    return str(ip_network(text)) if "/" in text else str(ip_address(text))


def _routes(documents: Documents) -> Iterator[Route]:
    """Unicast entries of the main table and of each VRF's."""
    vrfs = {
        str(link["linkinfo"]["info_data"]["table"]): str(link["ifname"]) for link in documents[0]
    }
    names = vrfs | {"main": "default", "254": "default"}
    for family, routes in (("4", documents[1]), ("6", documents[2])):
        for route in routes:
            table = str(route.get("table", "main"))
            if table not in names or route.get("type", "unicast") != "unicast":
                continue
            encap = route.get("encap", {})
            yield Route(
                vrf=names[table],
                prefix=_prefix(route["dst"], family),
                connected=route.get("protocol") == "kernel",
                segments=_segments(route),
                action=str(encap.get("action", "")),
                into=names.get(str(encap.get("vrftable", "")), ""),
            )


def _counters(documents: Documents) -> Iterator[Counter]:
    for each in documents[0]["nftables"]:
        if "counter" in each:
            yield Counter(each["counter"]["name"], int(each["counter"]["packets"]))


PARSERS: Mapping[Kind, Callable[[Documents], Iterable[Any]]] = {
    Kind.ISIS: _adjacencies,
    Kind.BFD: _bfd,
    Kind.BGP: _bgp,
    Kind.ROUTES: _routes,
    Kind.COUNTERS: _counters,
}


def _parsed(kind: Kind, answer: Mapping[str, Any]) -> State | str:
    if "error" in answer:
        return str(answer["error"])
    try:
        documents = [json.loads(text) if text.strip() else [] for text in answer["said"]]
        return tuple(sorted(PARSERS[kind](documents)))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        return f"cannot be read: {error!r}"


class FrrReader:
    """Reads FRR routers: one python program does it all, the probes too."""

    def program(self, kinds: frozenset[Kind], agent: str) -> Program:
        """One program for the state of `kinds` and, unless it is empty, the probe agent."""
        questions = {str(kind): QUESTIONS[kind] for kind in sorted(kinds & QUESTIONS.keys())}
        body, _, call = agent.rpartition("\nmain(")
        run = f"lambda: main({call.strip()}" if agent else "None"
        asking = Path(__file__).with_name("observe_agent.py").read_text(encoding="utf-8")
        future = "from __future__ import annotations\n"
        text = future + f"{body}\n{asking}".replace(future, "")
        return Program("python3 -ISE -", f"{text}\nreport({questions!r}, {run})\n")

    def read(self, text: str, kinds: frozenset[Kind]) -> Read:
        """What the program printed."""
        try:
            found = json.loads(text)
            asked = kinds & QUESTIONS.keys()
            state = dict.fromkeys(kinds - asked, NONE)
            state |= {kind: _parsed(kind, found["state"][str(kind)]) for kind in asked}
            return Read(state, str(found.get("agent", "")))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            last = (text.strip().splitlines() or ["nothing"])[-1]
            return Read(dict.fromkeys(kinds, f"said {last!r} ({error!r})"), "")


READER = FrrReader()
