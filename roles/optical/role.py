"""Light under the rings: degrees with amplifiers, channels, and protection switching.

A ring's fibre ends on a degree of a line system: a booster sends into it, a pre-amplifier
receives from it. A channel enters by an add port and leaves by a drop port; in between, line
systems let it through from degree to degree. Where a link asks for 1+1, its light goes both
ways round, and a switch at each end receives the better one.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field

from citynet.allocate.plan import DegreeNumbers, LightpathNumbers, LightWay
from citynet.build.context import Context
from citynet.build.role import Role, RoleOptions, beside
from citynet.errors import KeyPath
from citynet.model import DeviceKind, OpticalKind
from citynet.model.base import words

PROTECTION = "-protection"
"""What is added to a port's name for the way that protects."""
PER_CHANNEL = 10
"""How many indices each channel has in a device: its number times this, and a digit."""
ADD, DROP, THERE, BACK = 1, 2, 5, 6
"""Digits of media channels; two more for those of the way that protects."""

PortName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9._/:-]*\{port\}[A-Za-z0-9._/:-]*$", max_length=40),
    words("a name with {port} in it, such as CLIENT-{port}"),
]


class ComponentNames(BaseModel):
    """What a device calls its parts; `{port}` is a port's name, allocated or pinned."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    client: PortName = Field(default="CLIENT-{port}", description="A client transceiver.")
    line: PortName = Field(default="LINE-{port}", description="A transponder's line port.")
    channel: PortName = Field(default="OCH-{port}", description="An optical channel.")
    add: PortName = Field(default="ADD-{port}", description="A line system's add port.")
    drop: PortName = Field(default="DROP-{port}", description="A line system's drop port.")
    switch: PortName = Field(default="APS-{port}", description="A protection switch.")
    receive: PortName = Field(default="IN-{port}", description="A degree's port from the fibre.")
    send: PortName = Field(default="OUT-{port}", description="A degree's port into the fibre.")
    preamp: PortName = Field(default="PREAMP-{port}", description="A degree's pre-amplifier.")
    booster: PortName = Field(default="BOOSTER-{port}", description="A degree's booster.")


class OpticalOptions(RoleOptions):
    """Options of optical equipment. Powers are in dBm, gains and tilt in dB, times in seconds."""

    rate: Literal["100G", "10G"] = Field(default="100G", description="Rate of a channel.")
    operational_mode: int = Field(
        default=1, ge=0, le=0xFFFF, description="The vendor's number for modulation and FEC."
    )
    launch_power: float = Field(
        default=0.0, ge=-30, le=20, description="Output power of transponders, dBm."
    )
    line_power: float = Field(
        default=0.0, ge=-30, le=20, description="Power of each channel into the fibre, dBm."
    )
    booster_gain: float = Field(default=16.0, ge=0, le=40, description="Gain of boosters, dB.")
    preamp_gain: float = Field(
        default=20.0,
        ge=0,
        le=40,
        description="Gain of pre-amplifiers, dB, where a span's `loss` is not known.",
    )
    gain_tilt: float = Field(default=0.0, ge=-10, le=10, description="Tilt of amplifiers, dB.")
    switch_threshold: float = Field(
        default=-25.0, ge=-60, le=20, description="Received power that a switch leaves at, dBm."
    )
    revertive: bool = Field(default=True, description="Whether a switch goes back when it can.")
    wait_to_restore: int = Field(
        default=300, ge=0, le=3600, description="How long it waits before it goes back, s."
    )
    names: ComponentNames = Field(
        default_factory=ComponentNames, description="What the device calls its parts."
    )


class Amplifier(Struct, frozen=True):
    """An amplifier of a degree, at constant gain; dB."""

    name: str
    gain: float
    tilt: float


class Degree(Struct, frozen=True):
    """Where a fibre ends: the ports from it and into it, and their amplifiers."""

    peer: str
    span: str
    srlg: int
    receive: str
    send: str
    preamp: Amplifier
    booster: Amplifier
    origin: KeyPath


class Transponder(Struct, frozen=True):
    """The end of a channel: a router's signal, put into an optical frame and onto light.

    `frequency` is in MHz, `power` in dBm. `first` to `first + 2` are its logical channels'
    indices: the client's signal, what it is mapped into, and what goes over the line.
    """

    link: str
    description: str
    router: str
    client: str
    line: str
    channel: str
    first: int
    frequency: int
    power: float
    mode: int
    rate: str
    origin: KeyPath


class MediaChannel(Struct, frozen=True):
    """What a line system lets through from one port to another: `lower` to `upper` MHz.

    `power` is what it is set to in dBm, where it goes into a fibre.
    """

    index: int
    name: str
    lower: int
    upper: int
    source: str
    dest: str
    power: float | None
    origin: KeyPath


class Switch(Struct, frozen=True):
    """A protection switch (1+1): sends to both, receives the better; `wait` in milliseconds."""

    name: str
    link: str
    revertive: bool
    wait: int
    threshold: float
    origin: KeyPath


class Optical(Struct, frozen=True):
    """What an optical node does. `ports` are all that light of a line enters or leaves by."""

    node: str
    kind: OpticalKind
    degrees: tuple[Degree, ...]
    transponders: tuple[Transponder, ...]
    media: tuple[MediaChannel, ...]
    switches: tuple[Switch, ...]
    ports: tuple[str, ...]
    origin: KeyPath


class _Shelf(Struct, frozen=True):
    """An optical node with all that is needed to say what it does."""

    context: Context
    node: str
    options: OpticalOptions

    def degree(self, numbers: DegreeNumbers) -> Degree:
        names, options = self.options.names, self.options
        gain = options.preamp_gain if numbers.loss is None else numbers.loss
        ports = {"port": numbers.port}
        return Degree(
            peer=numbers.peer,
            span=numbers.span,
            srlg=self.context.plan.srlgs[numbers.span],
            receive=names.receive.format(**ports),
            send=names.send.format(**ports),
            preamp=Amplifier(names.preamp.format(**ports), gain, options.gain_tilt),
            booster=Amplifier(
                names.booster.format(**ports), options.booster_gain, options.gain_tilt
            ),
            origin=("rings", numbers.ring),
        )

    def toward(self, ring: str, peer: str) -> Degree:
        """The degree that faces a neighbour."""
        for each in self.context.index.degrees[self.node]:
            if (each.ring, each.peer) == (ring, peer):
                return self.degree(each)
        raise KeyError(ring, peer)

    def described(self, light: LightpathNumbers, router: str) -> str:
        """The link, whose end it is, and what people call it."""
        city = self.context.city
        link = city.links.get(light.link)
        label = link.label if link else city.rings[light.ring].label
        return f"{light.link} of {router}{f', {label}' if label else ''}"

    def transponder(self, light: LightpathNumbers, end: int) -> Transponder:
        """The end of a channel where a router is connected."""
        port, names = light.ports[end], self.options.names
        return Transponder(
            link=light.link,
            description=self.described(light, light.routers[end]),
            router=light.routers[end],
            client=names.client.format(port=port),
            line=names.line.format(port=port),
            channel=names.channel.format(port=port),
            first=light.number * PER_CHANNEL + 1,
            frequency=light.frequency,
            power=self.options.launch_power,
            mode=self.options.operational_mode,
            rate=self.options.rate,
            origin=light.origin,
        )

    def _media(
        self, light: LightpathNumbers, digit: int, source: str, dest: str, *, into_fibre: bool
    ) -> MediaChannel:
        return MediaChannel(
            index=light.number * PER_CHANNEL + digit,
            name=f"{light.link} from {source} to {dest}",
            lower=light.frequency - light.width // 2,
            upper=light.frequency + light.width // 2,
            source=source,
            dest=dest,
            power=self.options.line_power if into_fibre else None,
            origin=light.origin,
        )

    def ending(self, light: LightpathNumbers, end: int) -> Iterator[MediaChannel]:
        """Added to and dropped from the degree of each way."""
        names = self.options.names
        for more, (way, port) in enumerate(zip(light.ways, self.entries(light, end), strict=False)):
            degree = self.toward(light.ring, way.lines[-2] if end else way.lines[1])
            add, drop = names.add.format(port=port), names.drop.format(port=port)
            yield self._media(light, ADD + 2 * more, add, degree.send, into_fibre=True)
            yield self._media(light, DROP + 2 * more, degree.receive, drop, into_fibre=False)

    def entries(self, light: LightpathNumbers, end: int) -> tuple[str, str]:
        """The ports of the working way and of the one that protects, if there is one."""
        return light.entries[end], f"{light.entries[end]}{PROTECTION}"

    def passing(self, light: LightpathNumbers, way: LightWay) -> Iterator[MediaChannel]:
        """Let through from degree to degree, in both directions."""
        at = way.lines.index(self.node)
        near, far = (self.toward(light.ring, way.lines[each]) for each in (at - 1, at + 1))
        yield self._media(light, THERE, near.receive, far.send, into_fibre=True)
        yield self._media(light, BACK, far.receive, near.send, into_fibre=True)

    def switch(self, light: LightpathNumbers, end: int) -> Switch:
        """The switch between a transponder and the two ways."""
        options = self.options
        return Switch(
            name=options.names.switch.format(port=light.entries[end]),
            link=light.link,
            revertive=options.revertive,
            wait=options.wait_to_restore * 1000,
            threshold=options.switch_threshold,
            origin=light.origin,
        )


def _ends(light: LightpathNumbers, node: str) -> list[int]:
    """0 and 1 for the ends of a channel whose line system is `node`."""
    lines = light.working.lines
    return [end for end, line in enumerate((lines[0], lines[-1])) if line == node]


def _media(shelf: _Shelf, lights: tuple[LightpathNumbers, ...]) -> Iterator[MediaChannel]:
    for light in lights:
        for end in _ends(light, shelf.node):
            yield from shelf.ending(light, end)
        for way in light.ways:
            if shelf.node in way.lines[1:-1]:
                yield from shelf.passing(light, way)


def build(context: Context, node: str, options: OpticalOptions) -> Optical:
    """Every optical node: its degrees, and its part in every channel."""
    shelf, lights = _Shelf(context, node, options), context.index.lights.get(node, ())
    degrees = tuple(shelf.degree(each) for each in context.index.degrees.get(node, ()))
    media = tuple(_media(shelf, lights))
    ports = [port for each in degrees for port in (each.receive, each.send)]
    ports += [port for each in media for port in (each.source, each.dest)]
    return Optical(
        node=node,
        kind=context.city.optical[node].kind,
        degrees=degrees,
        transponders=tuple(
            shelf.transponder(light, end)
            for light in lights
            for end, terminal in enumerate(light.terminals)
            if terminal == node
        ),
        media=media,
        switches=tuple(
            shelf.switch(light, end)
            for light in lights
            for end in _ends(light, node)
            if light.protection
        ),
        ports=tuple(dict.fromkeys(ports)),
        origin=("optical", node),
    )


ROLE = Role(
    name="optical",
    summary="light under the rings: degrees, amplifiers, channels, protection switching",
    options=OpticalOptions,
    build=build,
    kind=DeviceKind.OPTICAL,
    checks=beside(__name__, "checks"),
)
