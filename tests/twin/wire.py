"""A NETCONF session by hand, for what a well-behaved client never sends."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import paramiko

from tests.speed import seconds
from tests.twin.twins import BASE, TIMEOUT, Twin

END = b"]]>]]>"
HELLO = (
    f'<hello xmlns="{BASE}"><capabilities><capability>urn:ietf:params:netconf:base:%s'
    "</capability></capabilities></hello>"
)


class Wire:
    """Bytes to and from a twin."""

    def __init__(self, channel: paramiko.Channel) -> None:
        self.channel = channel
        self.seen = b""

    def send(self, data: bytes) -> None:
        self.channel.sendall(data)

    def until(self, mark: bytes) -> bytes:
        """What comes up to a mark."""
        while mark not in self.seen:
            block = self.channel.recv(65536)
            assert block, f"the twin hung up after {self.seen!r}"
            self.seen += block
        found, self.seen = self.seen.split(mark, 1)
        return found

    def closed(self) -> bool:
        """Whether the twin hangs up, whatever it says before."""
        while self.channel.recv(65536):
            pass
        return True

    def greet(self, version: str) -> bytes:
        self.send((HELLO % version).encode() + END)
        return self.until(END)

    def chunked(self, message: str) -> str:
        """Ask and hear in chunks."""
        data = message.encode()
        self.send(b"\n#%d\n%b\n##\n" % (len(data), data))
        reply = self.until(b"\n##\n")
        return b"".join(re.split(rb"\n#\d+\n", reply)).decode()


def rpc(operation: str, number: int = 1) -> str:
    return f'<rpc xmlns="{BASE}" message-id="{number}">{operation}</rpc>'


@contextmanager
def logged_in(
    twin: Twin, user: str = "root", password: str | None = None
) -> Iterator[paramiko.SSHClient]:
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507 - made a moment ago
    client.connect(
        "127.0.0.1",
        port=twin.port,
        username=user,
        password=password,
        key_filename=None if password is not None else str(twin.files.key),
        look_for_keys=False,
        allow_agent=False,
    )
    try:
        yield client
    finally:
        client.close()


@contextmanager
def wire(twin: Twin) -> Iterator[Wire]:
    with logged_in(twin) as client:
        transport = client.get_transport()
        assert transport is not None
        channel = transport.open_session()
        channel.settimeout(seconds(TIMEOUT))
        channel.invoke_subsystem("netconf")
        yield Wire(channel)
