"""How a twin of optical equipment acts: every channel that is configured is lit.

There is no fibre in a lab, so what comes in is made up of nothing but a number: a test or a
scenario sets what else it is to be. It runs inside the twin, which has nothing of citynet but
`citynet.twin.server`.
"""

from typing import Any

from citynet.twin.server.acting import Seen, Speaker, below, leaf, text

RECEIVED = "-10.00"
"""dBm of light that comes in, wherever a channel is configured."""
TYPES = "http://openconfig.net/yang/platform-types"


class OpenconfigActor:
    """Implements `Actor`."""

    def speaks(self, config: Any) -> Speaker | None:
        """Light has no routing."""
        return None

    def state(self, config: Any, seen: Seen) -> str:
        """The state of every optical channel."""
        components = "".join(
            _channel(each, channel)
            for each in below(config, "components", "component")
            for channel in below(each, "optical-channel", "config")
        )
        if not components:
            return ""
        return f'<components xmlns="http://openconfig.net/yang/platform">{components}</components>'


def _channel(component: Any, config: Any) -> str:
    sent = text(config, "target-output-power")
    frequency = text(config, "frequency")
    return (
        f"<component>{leaf('name', text(component, 'name'))}"
        f'<state><oper-status xmlns:types="{TYPES}">types:ACTIVE</oper-status></state>'
        '<optical-channel xmlns="http://openconfig.net/yang/terminal-device"><state>'
        f"{leaf('frequency', frequency)}"
        f"<output-power>{leaf('instant', sent or '0.00')}</output-power>"
        f"<input-power>{leaf('instant', RECEIVED)}</input-power>"
        "</state></optical-channel></component>"
    )


ACTOR = OpenconfigActor()
