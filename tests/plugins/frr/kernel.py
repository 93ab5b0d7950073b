"""A model of the Linux kernel's interfaces, as strict as the real one where plans must be right."""

from dataclasses import dataclass, field, replace

from plugins.frr.linux import ALIAS, Link, State
from plugins.frr.reconcile import Plan


class KernelError(Exception):
    """What iproute2 would print."""


@dataclass
class Kernel:
    """Carries out steps. A change of VRF or taking an interface down drops IPv6 addresses."""

    links: dict[str, Link]
    addresses: dict[str, set[str]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    sysctls: dict[str, str] = field(default_factory=dict)
    routes: set[tuple[str, str, int]] = field(default_factory=set)

    def state(self) -> State:
        links = {}
        for name, link in self.links.items():
            held = {each for each in self.routes if each[2] == link.table}
            fenced = {("unreachable", "default"), ("unreachable", "::/0")} <= {
                each[:2] for each in held
            }
            exempt = next((prefix for kind, prefix, _ in held if kind == "throw"), None)
            links[name] = replace(link, fenced=fenced, exempt=exempt)
        addresses = {name: frozenset(self.addresses.get(name, ())) for name in links}
        ours = frozenset(name for name in links if self.aliases.get(name) == ALIAS)
        return State(links, addresses, dict(self.sysctls), ours)

    def run(self, plan: Plan) -> None:
        for step in (*plan.first, *plan.last):
            if step.tool == "sysctl":
                path, _, value = step.text.partition(" ")
                self._write(path, value)
            else:
                self._ip(step.text.replace('""', "-").split())

    def _write(self, path: str, value: str) -> None:
        words = path.removeprefix("/proc/sys/").split("/")
        family = words[1:3] in (["ipv6", "conf"], ["ipv4", "conf"])
        if family and words[3] not in (*self.links, "all"):
            raise KernelError(f"{path}: No such file or directory")
        self.sysctls[".".join(words)] = value
        if words[-1] == "disable_ipv6" and value == "1":
            self._drop6(words[3])

    def _ip(self, words: list[str]) -> None:
        {"link": self._link, "address": self._address, "route": self._route}[words[0]](words[1:])

    def _link(self, words: list[str]) -> None:
        match words:
            case ["add", "link", parent, "name", name, "type", "vlan", "id", vlan]:
                self._there(parent)
                mtu = self.links[parent].mtu
                self._add(Link(name, "vlan", vlan=int(vlan), parent=parent, mtu=mtu, up=False))
            case ["add", "name", name, "type", "vrf", "table", table]:
                self._add(Link(name, "vrf", table=int(table), mtu=65575, up=False))
            case ["add", "name", name, "type", "dummy"]:
                self._add(Link(name, "dummy", mtu=1500, up=False))
            case ["delete", "dev", name]:
                self._delete(name)
            case ["set", "dev", name, *more]:
                self._set(name, more)
            case _:
                raise KernelError(f"unknown command {words}")

    def _address(self, words: list[str]) -> None:
        match words:
            case ["replace", address, "dev", name, *_]:
                self._there(name)
                if ":" in address and (self.links[name].mtu or 0) < 1280:
                    raise KernelError("IPv6 is disabled on this device")
                self.addresses.setdefault(name, set()).add(address)
            case ["flush", "dev", name, "scope", "global"]:
                self._there(name)
                self.addresses[name] = set()
            case ["delete", address, "dev", name]:
                if address not in self.addresses.get(name, set()):
                    raise KernelError("Cannot assign requested address")
                self.addresses[name].discard(address)
            case _:
                raise KernelError(f"unknown command {words}")

    def _route(self, words: list[str]) -> None:
        match words:
            case ["flush", "table", table]:
                self.routes = {each for each in self.routes if self._survives(each, int(table))}
            case ["replace", kind, prefix, "table", table, *_]:
                self.routes.add((kind, prefix, int(table)))
            case ["delete", kind, prefix, "table", table, *_]:
                self.routes.remove((kind, prefix, int(table)))
            case _:
                raise KernelError(f"unknown command {words}")

    @staticmethod
    def _survives(route: tuple[str, str, int], table: int) -> bool:
        return route[2] != table or ":" in route[1]

    def _there(self, name: str) -> None:
        if name not in self.links:
            raise KernelError(f"Cannot find device {name}")

    def _add(self, link: Link) -> None:
        if link.name in self.links:
            raise KernelError("File exists")
        self.links[link.name] = link

    def _delete(self, name: str) -> None:
        self._there(name)
        if not self.links[name].kind:
            raise KernelError("Operation not supported")
        for other, link in list(self.links.items()):
            if link.parent == name:
                self._delete(other)
            elif link.master == name:
                self.links[other] = replace(link, master=None)
                self._drop6(other)
        del self.links[name]
        self.addresses.pop(name, None)
        self.aliases.pop(name, None)
        gone = f".conf.{name}."
        self.sysctls = {key: value for key, value in self.sysctls.items() if gone not in key}

    def _set(self, name: str, words: list[str]) -> None:
        self._there(name)
        rest = iter(words)
        for word in rest:
            link = self.links[name]
            if word == "alias":
                self.aliases[name] = next(rest)
            elif word == "mtu":
                self._mtu(name, int(next(rest)))
            elif word in ("master", "nomaster"):
                master = next(rest) if word == "master" else None
                if master is not None and self.links[master].kind != "vrf":
                    raise KernelError("not a VRF")
                self.links[name] = replace(link, master=master)
                self._drop6(name)
            elif word in ("up", "down"):
                self.links[name] = replace(link, up=word == "up")
                if word == "down":
                    self._drop6(name)
            else:
                raise KernelError(word)

    def _mtu(self, name: str, mtu: int) -> None:
        parent = self.links[name].parent
        if parent and mtu > (self.links[parent].mtu or 0):
            raise KernelError("Numerical result out of range")
        self.links[name] = replace(self.links[name], mtu=mtu)
        if mtu < 1280:
            self._drop6(name)
        for other, link in list(self.links.items()):
            if link.parent == name and (link.mtu or 0) > mtu:
                self._mtu(other, mtu)

    def _drop6(self, name: str) -> None:
        kept = self.addresses.get(name, set())
        self.addresses[name] = {each for each in kept if ":" not in each}
