"""A session in which a device's own models are asked: NETCONF, for reading and nothing else."""

from collections.abc import Sequence

from citynet.fleet.jump import Tunnel
from citynet.lab.host import NodeAccess
from citynet.netconf import rpc
from citynet.netconf.reply import Reply
from citynet.netconf.session import NetconfSession, Timeouts, open_session

MADE_UP = "urn:citynet:twin:made-up-state"
"""The capability by which a twin says that what it tells of its state is made up."""
LIBRARY = "urn:ietf:params:netconf:capability:yang-library:1.1"
"""Of a server that may have datastores of RFC 8342 (RFC 8526, section 2)."""
NO_OPERATION = ("operation-not-supported", "unknown-element", "unknown-namespace")


class Asking:
    """Asks by `<get-data>` where the device has it, else by `<get>`. Not thread-safe."""

    def __init__(self, session: NetconfSession) -> None:
        self._session = session
        hello = session.capabilities
        self.made_up = MADE_UP in hello
        self._datastores = any(each.startswith((rpc.NMDA, LIBRARY)) for each in hello)

    def get(self, filters: Sequence[str], timeout: float) -> list[Reply]:
        """The answers in order, in one round trip if all goes well. Raises `UnreachableError`."""
        if self._datastores:
            replies = self._session.call(*map(rpc.get_operational, filters), timeout=timeout)
            if not all(_no_such_operation(each) for each in replies):
                return replies
            self._datastores = False
        return self._session.call(*map(rpc.get_state, filters), timeout=timeout)

    def close(self) -> None:
        """End the session."""
        self._session.close()


def _no_such_operation(reply: Reply) -> bool:
    """Whether it is the operation that the device does not know, and not what was asked for."""
    if not reply.failed(*NO_OPERATION):
        return False
    named = {error.about("bad-element") for error in reply.errors}
    unsupported = reply.failed("operation-not-supported")
    return unsupported or bool(named & {"get-data", "datastore", "subtree-filter"})


def open_models(device: str, access: NodeAccess, tunnel: Tunnel | None) -> Asking:
    """Log in to a device. Raises `UnreachableError`."""
    timeouts = Timeouts().at_most(access.timeout)
    return Asking(open_session(device, access, tunnel, timeouts))
