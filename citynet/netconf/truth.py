"""What a device holds after it answered ok, as refusals at the lines of the artifact."""

from dataclasses import dataclass

from citynet.deploy.driver import Refusal
from citynet.netconf import rpc
from citynet.netconf.datastore import Content, content
from citynet.netconf.defaults import defaults
from citynet.netconf.device import Device
from citynet.netconf.errors import Lines
from citynet.netconf.profile import Profile
from citynet.netconf.tree import MASK
from citynet.netconf.wanted import Lack, lacking
from citynet.xml import Element

SHOWN = 20
"""Differences that are named one by one."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What was asked of a device: the artifact's `config`, its lines, and what ran before."""

    device: Device
    profile: Profile
    wanted: Element
    lines: Lines
    before: Content
    additive: bool

    def refusals(self, store: str, now: Content, staged: Content | None = None) -> list[Refusal]:
        """What is not as wanted in a datastore of which `now` was read; empty if all is.

        `staged`: the candidate that was committed, where `now` is what runs since.

        Only where something is, and the device can tell its defaults, it is asked once more.
        """
        modes = defaults(self.device.session.capabilities)
        found = self._lacks(now, staged, lenient=modes.blurs)
        if found and modes.tells:
            [reply] = self.device.ask(rpc.get_tagged(store))
            found = self._lacks(content(self.device.name, reply, self.profile), staged)
        more = [Refusal("", None, "", f"and {len(found) - SHOWN} more")] if found[SHOWN:] else []
        return [self._refusal(each) for each in found[:SHOWN]] + more

    def _lacks(self, now: Content, staged: Content | None, *, lenient: bool = False) -> list[Lack]:
        return lacking(
            self.wanted,
            self.before.data,
            now.data,
            self.profile,
            additive=self.additive,
            lenient=lenient,
            staged=staged.data if staged else None,
        )

    def _refusal(self, lack: Lack) -> Refusal:
        held = MASK if lack.held and self.profile.is_secret(lack.leaf) else lack.held
        what = f"{lack.what}: {held}" if held else lack.what
        return self.lines.about(lack.element, lack.path, what)
