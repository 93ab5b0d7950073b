"""NAPALM's getters of the machine: what iproute2, the kernel and vtysh say, in NAPALM's shape."""

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from napalm.base import models

from . import config

Ask = Callable[[str], str]
"""Runs a command on the router and gives what it printed."""

ADDRESSES = "ip -j -d -s addr"
FACTS = (
    "cat /proc/uptime /proc/sys/kernel/hostname; hostname -f 2>/dev/null || hostname; "
    "for each in sys_vendor product_name product_serial; do "
    "cat /sys/class/dmi/id/$each 2>/dev/null || echo; done; vtysh -c 'show version'"
)
SPEEDS = "grep -s '' /sys/class/net/*/speed"
DESCRIPTIONS = "vtysh -c 'show interface vrf all json'"
LOAD = (
    "grep '^cpu[0-9]' /proc/stat; sleep 1; grep '^cpu[0-9]' /proc/stat; "
    "grep -E '^Mem(Total|Available)' /proc/meminfo; "
    "grep -s '' /sys/class/hwmon/*/temp*_input /sys/class/hwmon/*/temp*_crit; true"
)
UNKNOWN = -1
_RELEASE = re.compile(r"^FRRouting (\S+)", re.MULTILINE)
_SENSOR = re.compile(r"/(hwmon\d+)/(temp\d+)_(input|crit):(-?\d+)")


def documents(text: str) -> list[dict[str, Any]]:
    """iproute2's JSON; it prints nothing for nothing, and empty objects for what it left out."""
    found = json.loads(text) if text.strip() else []
    return [each for each in found if each]


def facts(ask: Ask) -> models.FactsDict:
    """Needs vtysh; model and serial number are empty where the machine has no DMI."""
    said = ask(FACTS)
    uptime, hostname, fqdn, vendor, model, serial = said.splitlines()[:6]
    release = _RELEASE.search(said)
    return models.FactsDict(
        os_version=release.group(1) if release else "",
        uptime=float(uptime.split()[0]),
        interface_list=sorted(each["ifname"] for each in documents(ask("ip -j link"))),
        vendor=vendor or "FRRouting",
        serial_number=serial,
        model=model,
        hostname=hostname,
        fqdn=fqdn or hostname,
    )


def interfaces(ask: Ask) -> dict[str, models.InterfaceDict]:
    """`is_enabled`: it was brought up; `is_up`: it also has a carrier. Speed is in Mbit/s."""
    speeds = dict(re.findall(r"/sys/class/net/([^/]+)/speed:(\d+)", ask(SPEEDS)))
    described = json.loads(ask(DESCRIPTIONS) or "{}")
    return {
        each["ifname"]: models.InterfaceDict(
            is_up={"UP", "LOWER_UP"} <= set(each["flags"]),
            is_enabled="UP" in each["flags"],
            description=str(described.get(each["ifname"], {}).get("description", "")),
            last_flapped=float(UNKNOWN),
            mtu=int(each["mtu"]),
            speed=float(speeds.get(each["ifname"], UNKNOWN)),
            mac_address=_mac(each.get("address")),
        )
        for each in documents(ask(ADDRESSES))
    }


def _mac(address: str | None) -> str:
    """`02:00:…` in upper case, as NAPALM has it; nothing where there is no such address."""
    colons = 5
    return address.upper() if address and address.count(":") == colons else ""


def counters(ask: Ask) -> dict[str, models.InterfaceCounterDict]:
    """The kernel counts packets and, of those received, the multicast ones."""
    made = {}
    for each in documents(ask(ADDRESSES)):
        stats = each.get("stats64") or each["stats"]
        rx, tx = stats["rx"], stats["tx"]
        multicast = int(rx.get("multicast", 0))
        made[each["ifname"]] = models.InterfaceCounterDict(
            tx_errors=int(tx["errors"]),
            rx_errors=int(rx["errors"]),
            tx_discards=int(tx["dropped"]),
            rx_discards=int(rx["dropped"]),
            tx_octets=int(tx["bytes"]),
            rx_octets=int(rx["bytes"]),
            tx_unicast_packets=int(tx["packets"]),
            rx_unicast_packets=max(0, int(rx["packets"]) - multicast),
            tx_multicast_packets=UNKNOWN,
            rx_multicast_packets=multicast,
            tx_broadcast_packets=UNKNOWN,
            rx_broadcast_packets=UNKNOWN,
        )
    return made


def addresses(ask: Ask) -> dict[str, models.InterfacesIPDict]:
    """Interfaces without an address are left out."""
    made: dict[str, models.InterfacesIPDict] = {}
    for each in documents(ask(ADDRESSES)):
        held: dict[str, Any] = {}
        for info in each.get("addr_info", ()):
            family = {"inet": "ipv4", "inet6": "ipv6"}.get(info["family"])
            if family and "local" in info:
                entry = {"prefix_length": int(info["prefixlen"])}
                held.setdefault(family, {})[info["local"]] = entry
        if held:
            made[each["ifname"]] = models.InterfacesIPDict(**held)
    return made


def environment(ask: Ask) -> models.EnvironmentDict:
    """Processor use is over one second; Linux knows of no fans or power supplies here."""
    said = ask(LOAD)
    samples: dict[int, list[list[int]]] = {}
    for number, times in re.findall(r"^cpu(\d+) (.+)$", said, re.MULTILINE):
        samples.setdefault(int(number), []).append([int(each) for each in times.split()[:8]])
    memory = {k: int(v) * 1024 for k, v in re.findall(r"^Mem(\w+):\s+(\d+) kB", said, re.MULTILINE)}
    total = memory.get("Total", 0)
    return models.EnvironmentDict(
        fans={},
        power={},
        temperature=_temperatures(said),
        cpu={number: {"%usage": _usage(*each[:2])} for number, each in samples.items()},
        memory={"available_ram": total, "used_ram": total - memory.get("Available", 0)},
    )


def _usage(before: list[int], after: list[int]) -> float:
    """Of user, nice, system, idle, iowait and so on: what was neither idle nor waiting."""
    spent = [new - old for old, new in zip(before, after, strict=True)]
    idle = spent[3] + spent[4]
    return round(100.0 * (1 - idle / sum(spent)), 2) if sum(spent) else 0.0


def _temperatures(said: str) -> dict[str, models.TemperatureDict]:
    found: dict[str, dict[str, float]] = {}
    for chip, sensor, kind, value in _SENSOR.findall(said):
        found.setdefault(f"{chip}/{sensor}", {})[kind] = int(value) / 1000
    return {
        name: models.TemperatureDict(
            temperature=each["input"],
            is_alert=each["input"] >= each.get("crit", float("inf")),
            is_critical=each["input"] >= each.get("crit", float("inf")),
        )
        for name, each in found.items()
        if "input" in each
    }


def _table(text: str) -> Iterator[Mapping[str, Any]]:
    """Neighbours that were found, with their age in seconds."""
    for each in documents(text):
        if "lladdr" in each:
            yield each


def arp(ask: Ask, vrf: str) -> list[models.ARPTableDict]:
    """`age`: since the neighbour was last confirmed to be there."""
    where = f"vrf {shlex.quote(vrf)}" if vrf else "nomaster"
    return [
        models.ARPTableDict(
            interface=each["dev"],
            mac=_mac(each["lladdr"]),
            ip=each["dst"],
            age=float(each.get("confirmed", UNKNOWN)),
        )
        for each in _table(ask(f"ip -4 -s -j neigh show {where}"))
    ]


def neighbours6(ask: Ask) -> list[models.IPV6NeighborDict]:
    """Of all VRFs."""
    return [
        models.IPV6NeighborDict(
            interface=each["dev"],
            mac=_mac(each["lladdr"]),
            ip=each["dst"],
            age=float(each.get("confirmed", UNKNOWN)),
            state="/".join(each.get("state", ())),
        )
        for each in _table(ask("ip -6 -s -j neigh show"))
    ]


def instances(ask: Ask, name: str) -> dict[str, models.NetworkInstanceDict]:
    """A VRF's route distinguisher is what its BGP exports to the VPN."""
    links = documents(ask("ip -j -d link"))
    frr = config.parse(ask("vtysh -c 'show running-config'"))
    vrfs = [each["ifname"] for each in links if _kind(each) == "vrf"]
    made = {}
    for instance in ["default", *sorted(vrfs)]:
        inside = [each["ifname"] for each in links if each.get("master") == instance]
        if instance == "default":
            masters = {None, *(each["ifname"] for each in links)} - set(vrfs)
            inside = [each["ifname"] for each in links if each.get("master") in masters]
            inside = [each for each in inside if each not in vrfs]
        made[instance] = models.NetworkInstanceDict(
            name=instance,
            type="DEFAULT_INSTANCE" if instance == "default" else "L3VRF",
            state={"route_distinguisher": _distinguisher(frr, instance)},
            interfaces={"interface": {each: {} for each in sorted(inside)}},
        )
    return {key: each for key, each in made.items() if name in {"", key}}


def _kind(link: Mapping[str, Any]) -> str:
    return str(link.get("linkinfo", {}).get("info_kind", ""))


def _distinguisher(frr: config.FrrConfig, vrf: str) -> str:
    for path in frr.lines:
        if path[0].endswith(f" vrf {vrf}") and path[-1].startswith("rd vpn export "):
            return path[-1].split()[-1]
    return ""
