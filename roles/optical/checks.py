"""What must be true of light: every channel is lit as planned, and light comes back."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from citynet.build.context import Context
from citynet.build.options import OptionTable
from citynet.model.devices import devices
from citynet.verify.check import NodeCheck, NodeInput, Verdict, differences, judge
from citynet.verify.observe import Kind, Observations, OpticalChannel

DRIFT = 1.0
"""dB by which a channel's power may differ from what it is set to."""


class Lit(Struct, frozen=True):
    """How a channel is to be: MHz, and dBm sent; `least` is what must be received, dBm."""

    frequency: int
    sent: float
    least: float


class ChannelsInput(NodeInput):
    """The channels that begin at `node`, by the name of their component."""

    expected: Mapping[str, Lit]


class Channels(NodeCheck[ChannelsInput]):
    """Every channel is active at its frequency, sends its power, and receives light."""

    name = "channels"
    role = "optical"
    tags = frozenset({"sessions", "light"})
    session = True
    kind = Kind.CHANNELS

    def evaluate(self, seen: Observations) -> Verdict:
        """Missing, extra, inactive, of another frequency or power, or dark: a finding each."""
        wanted = self.input.expected
        channels = seen.state(self.input.node, self.kind, OpticalChannel)
        found = {each.name: _told(each, wanted.get(each.name)) for each in channels}
        expected = {name: _lit(each) for name, each in wanted.items()}
        return judge(differences(expected, found, "channel"), f"{len(wanted)} channels lit")


def _lit(wanted: Lit) -> str:
    return f"active at {wanted.frequency} MHz, sends {wanted.sent:.2f} dBm, has light"


def _told(found: OpticalChannel, wanted: Lit | None) -> str:
    """In the words of `_lit` where a measured power is as good as the wanted one."""
    sent = found.sent
    if wanted is not None and abs(sent - wanted.sent) <= DRIFT:
        sent = wanted.sent
    dark = wanted is not None and found.received < wanted.least
    light = f"receives {found.received:.2f} dBm" if dark else "has light"
    active = "active" if found.active else "not active"
    return f"{active} at {found.frequency} MHz, sends {sent:.2f} dBm, {light}"


def checks(context: Context) -> Iterator[Channels]:
    """The channels of every optical node that any channel begins at."""
    from .role import ROLE, OpticalOptions, build  # noqa: PLC0415 - role.py loads this module

    table = OptionTable(ROLE, context.city)
    for device in devices(context.city):
        options = table.of(device) if device.kind is ROLE.kind else None
        if not isinstance(options, OpticalOptions):
            continue
        expected = {
            each.channel: Lit(each.frequency, each.power, options.switch_threshold)
            for each in build(context, device.name, options).transponders
        }
        if expected:
            yield Channels(device.name, ChannelsInput(node=device.name, expected=expected))
