"""How the state of optical equipment is read: openconfig-platform and -terminal-device.

Powers are in dBm, the instantaneous values; a device without minimum and maximum tells these.
"""

import re
from collections.abc import Iterator

from citynet.verify.models import ModelReader, Question, UnreadableError, at, leaf
from citynet.verify.observe import Kind, OpticalChannel
from citynet.xml import Element

COMPONENTS = (
    '<components xmlns="http://openconfig.net/yang/platform"><component><name/>'
    "<state><oper-status/></state>"
    '<optical-channel xmlns="http://openconfig.net/yang/terminal-device"><state><frequency/>'
    "<output-power><instant/></output-power><input-power><instant/></input-power></state>"
    "</optical-channel></component></components>"
)
ALWAYS = ("components", "component", "name")
ACTIVE, OTHERS = "ACTIVE", {"INACTIVE", "DISABLED"}
"""COMPONENT_OPER_STATUS of openconfig-platform-types."""
_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def channels(data: Element) -> Iterator[OpticalChannel]:
    """/components/component/optical-channel, and the `oper-status` of its component."""
    for component in at(data, "components", "component"):
        for channel in at(component, "optical-channel", "state"):
            name = leaf(component, "name")
            status = leaf(component, "state", "oper-status").rpartition(":")[2]
            if status != ACTIVE and status not in OTHERS:
                raise UnreadableError(f"oper-status of {name} is {status!r}")
            yield OpticalChannel(
                name,
                status == ACTIVE,
                _whole(channel),
                _power(channel, "output-power"),
                _power(channel, "input-power"),
            )


def _whole(channel: Element) -> int:
    text = leaf(channel, "frequency")
    if not (text.isascii() and text.isdigit()):
        raise UnreadableError(f"frequency is {text!r}, expected MHz")
    return int(text)


def _power(channel: Element, name: str) -> float:
    """dBm; no light at all is written as a power below all that can be measured."""
    text = leaf(channel, name, "instant")
    if not _DECIMAL.fullmatch(text):
        raise UnreadableError(f"{name} is {text!r}, expected dBm")
    return float(text)


READER = ModelReader({Kind.CHANNELS: Question(COMPONENTS, ALWAYS, channels)})
