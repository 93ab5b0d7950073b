# ruff: noqa: SLF001, B010 - it listens inside of sessions
"""The floor of a transaction: the same bytes over the same sessions, and nothing else.

`record` runs `citynet deploy` and writes down what it sends to each device in each step of the
transaction, and how many answers it waits for. `replay` sends that to fresh devices, step by
step, with as many threads, over SSH connections made by the same function; it compares, checks
and writes nothing, and looks at no answer but for where it ends. What it takes is the time of
the network, of SSH and of the devices.

    python -m benchmarks.replay record FILE deploy -i …     # citynet's own words
    python -m benchmarks.replay replay FILE FLEET
"""

import base64
import json
import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import paramiko

from citynet.fleet.runner import FORKS_APART
from citynet.lab.host import NodeAccess
from citynet.netconf import framing
from citynet.netconf import session as sessions
from citynet.netconf.framing import END, END_OF_CHUNKS
from citynet.netconf.transport import Connection, connect
from citynet.transaction import fleet

READ = 1 << 17
SECONDS = 60.0
BYE = "bye"
"""The step in which sessions are closed."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was sent to a device at once, and how many answers were waited for.

    `session` counts a device's sessions from 0; its first exchange is the hello.
    """

    device: str
    step: str
    session: int
    sent: str
    answers: int


class Recorder:
    """Listens to citynet's sessions; each is used by one thread at a time."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self._sessions: dict[str, list[object]] = defaultdict(list)
        self._here = threading.local()

    def listen(self) -> None:
        """Put ourselves between the transaction, its sessions and their streams."""
        send, guarded = sessions._Stream.send, sessions.NetconfSession._guarded
        do = fleet.FleetNetwork._do

        def listened_send(stream: Any, message: str) -> None:
            self._here.sent += b"".join(
                framing.framed(message.encode(), chunked=stream._frames.chunked)
            )
            self._here.messages += 1
            send(stream, message)

        def listened_guarded(session: Any, *words: Any) -> None:
            self._here.sent, self._here.messages = b"", 0
            guarded(session, *words)
            self._write(session)

        def listened_do(network: Any, driver: Any, name: str, step: Any, *rest: Any) -> Any:
            self._here.step = str(step)
            return do(network, driver, name, step, *rest)

        setattr(sessions._Stream, "send", listened_send)
        setattr(sessions.NetconfSession, "_guarded", listened_guarded)
        setattr(fleet.FleetNetwork, "_do", listened_do)

    def _write(self, session: Any) -> None:
        own = self._sessions[session._device]
        if session not in own:
            own.append(session)
        self.exchanges.append(
            Exchange(
                session._device,
                getattr(self._here, "step", BYE),
                own.index(session),
                base64.b64encode(self._here.sent).decode(),
                self._here.messages,
            )
        )


def record(file: Path, words: Sequence[str]) -> None:
    """Run citynet with these words; ends the process as citynet does."""
    from citynet.cli.main import main  # noqa: PLC0415

    recorder = Recorder()
    recorder.listen()
    sys.argv = ["citynet", *words]
    try:
        main()
    finally:
        file.write_text(json.dumps([asdict(each) for each in recorder.exchanges]))


class Player:
    """The sessions of all devices, and what is sent over them."""

    def __init__(self, access: Mapping[str, NodeAccess]) -> None:
        self._access = access
        self._open: dict[tuple[str, int], Connection] = {}

    def play(self, exchanges: Sequence[Exchange]) -> None:
        """One device's part of a step."""
        for each in exchanges:
            key = (each.device, each.session)
            if key in self._open:
                _exchange(self._open[key].channel, each, END_OF_CHUNKS)
            else:
                made = connect(each.device, self._access[each.device], None, SECONDS)
                self._open[key] = made
                _exchange(made.channel, each, END)
            if each is exchanges[-1] and (each.session or each.step == BYE):
                self._open.pop(key).close()  # a probe's, or the last of all

    def close(self) -> None:
        """Let go of what is left."""
        for each in self._open.values():
            each.close()


def _exchange(channel: paramiko.Channel, each: Exchange, end: bytes) -> None:
    channel.settimeout(SECONDS)
    channel.sendall(base64.b64decode(each.sent))
    seen, tail = 0, b""
    while seen < each.answers:
        data = channel.recv(READ)
        if not data:
            raise EOFError(f"{each.device} ended the session")
        whole = tail + data
        seen += whole.count(end)
        tail = whole[whole.rfind(end) + len(end) :][-len(end) :] if end in whole else whole[-8:]


def replay(file: Path, access: Mapping[str, NodeAccess]) -> float:
    """Seconds that it takes, from the first login to the last answer."""
    steps: dict[str, dict[str, list[Exchange]]] = {}
    for raw in json.loads(file.read_text()):
        each = Exchange(**raw)
        steps.setdefault(each.step, {}).setdefault(each.device, []).append(each)
    player = Player(access)
    began = time.monotonic()
    for devices in steps.values():
        with ThreadPoolExecutor(FORKS_APART) as pool:
            list(pool.map(player.play, devices.values()))
    seconds = time.monotonic() - began
    player.close()
    return seconds


def access_of(said: Mapping[str, Any]) -> dict[str, NodeAccess]:
    """How to log in to what a fleet of fakes said of itself."""
    files = (Path(said["key_file"]), Path(said["known_hosts"]))
    return {
        name: NodeAccess("127.0.0.1", port, str(said["username"]), *files)
        for name, port in said["ports"].items()
    }


def main() -> None:
    """`record FILE WORDS…` or `replay FILE FLEET`, which prints the seconds."""
    verb, file, *rest = sys.argv[1:]
    if verb == "record":
        record(Path(file), rest)
    else:
        print(replay(Path(file), access_of(json.loads(Path(rest[0]).read_text()))), flush=True)
        os._exit(0)  # paramiko's threads would be waited for


if __name__ == "__main__":
    main()
