"""Large documents over NETCONF: our session and plain ncclient beside it, same fake server.

    .venv/bin/python -m benchmarks.netconf_large --megabytes 1 2 5 10

Columns are seconds: ncclient's parser fed with one chunk; a get-config and an edit-config by
ncclient alone and by `citynet.netconf`, to a server in another process. The text is ASCII: where a
chunk ends inside of a character, ncclient 0.7.1 loses the session.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

from ncclient import manager
from ncclient.transport.parser import DefaultXMLParser
from ncclient.transport.session import NetconfBase

from citynet.lab.host import NodeAccess
from citynet.netconf import rpc
from citynet.netconf.framing import Frames
from citynet.netconf.session import Timeouts, open_session

ENTRY = (
    "<interface><name>LoopBack{0}</name><class>main-interface</class><type>LoopBack</type>"
    "<number>{0}</number><description>data of {0}</description></interface>\n"
)
IFM = "urn:huawei:yang:huawei-ifm"
PATIENCE = 900


def document(megabytes: int) -> str:
    """An edit-config's payload of that size."""
    entries, size, number = [], 0, 0
    while size < megabytes * 1_000_000:
        entries.append(ENTRY.format(number))
        size += len(entries[-1].encode())
        number += 1
    interfaces = f'<ifm xmlns="{IFM}"><interfaces>{"".join(entries)}</interfaces></ifm>'
    return f'<config xmlns="{rpc.BASE}">{interfaces}</config>'


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def parsers(text: str) -> tuple[float, float]:
    """One chunk of this text in pieces of 4096 bytes: ncclient's parser, and ours."""
    data = text.encode()
    wire = b"\n#%d\n%s\n##\n" % (len(data), data)
    pieces = [wire[start : start + 4096] for start in range(0, len(wire), 4096)]
    received: list[str] = []
    session = SimpleNamespace(_base=NetconfBase.BASE_11, _message_list=[])
    session._buffer = __import__("io").BytesIO()  # noqa: SLF001
    session._dispatch_message = received.append  # noqa: SLF001
    theirs = DefaultXMLParser(session)
    frames = Frames()
    frames.chunked = True
    ours: list[bytes] = []

    def feed() -> None:
        for piece in pieces:
            ours.extend(frames.feed(piece))

    took = (seconds(lambda: [theirs.parse(piece) for piece in pieces]), seconds(feed))
    if [each.encode() for each in received] != ours:
        raise SystemExit("the two parsers do not agree")
    return took


def sessions(text: str, folder: Path) -> list[float]:
    """get-config and edit-config, by ncclient and by us."""
    config = folder / "config.xml"
    config.write_text(text)
    argv = [sys.executable, "-m", "tests.netconf.fake", "--folder", str(folder)]
    with subprocess.Popen(
        [*argv, "--config", str(config)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout  # noqa: S101
        said = json.loads(server.stdout.readline())
        try:
            return _sessions(text, said)
        finally:
            server.terminate()


def _sessions(text: str, said: dict[str, dict[str, int]]) -> list[float]:
    port, key, known = said["ports"]["r1"], str(said["key_file"]), str(said["known_hosts"])
    theirs = manager.connect(
        host="127.0.0.1",
        port=port,
        username=said["username"],
        key_filename=key,
        hostkey_verify=False,
        allow_agent=False,
        look_for_keys=False,
        timeout=PATIENCE,
        manager_params={"timeout": PATIENCE},
    )
    theirs.huge_tree = True
    found = [
        seconds(lambda: theirs.get_config("running")),
        seconds(lambda: theirs.edit_config(text, target="candidate")),
    ]
    theirs._session.close()  # noqa: SLF001 - its close-session waits for ever here
    access = NodeAccess("127.0.0.1", port, str(said["username"]), Path(key), Path(known))
    with open_session("r1", access, None, Timeouts(30, PATIENCE, PATIENCE)) as ours:
        edit = rpc.edit(text, "merge", all_or_nothing=False)
        found.append(seconds(lambda: ours.call(rpc.get(rpc.RUNNING))))
        found.append(seconds(lambda: ours.change(edit)))
    return found


def main() -> None:
    """Print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--megabytes", type=int, nargs="+", default=[1, 2, 5, 10])
    print("      parser            get-config          edit-config")
    print("  MB  ncclient  citynet  ncclient  citynet  ncclient  citynet")
    for megabytes in options.parse_args().megabytes:
        text = document(megabytes)
        parser, frames = parsers(text)
        with tempfile.TemporaryDirectory() as folder:
            get, edit, our_get, our_edit = sessions(text, Path(folder))
        numbers = (parser, frames, get, our_get, edit, our_edit)
        row = "  ".join(
            f"{each:{width}.2f}" for each, width in zip(numbers, (8, 7) * 3, strict=True)
        )
        print(f"{megabytes:4}  {row}", flush=True)


if __name__ == "__main__":
    main()
