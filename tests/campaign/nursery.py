"""Processes of citynet that need not import everything anew: forked from one that has.

What runs in them is citynet's command line as ever, in a process of its own that can be killed.
Only the half second of importing is saved. For who must start from nothing there is an
ordinary `Popen` in `tests.campaign.process`.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from tests.processes import HEARS

LARGEST = 1 << 16
IMPORTED = ("citynet.cli.main", "citynet.cli.deploy", "citynet.netconf.driver")


def _child(asked: Mapping[str, Any], out: int, err: int) -> int:
    """citynet; its exit code."""
    from citynet.cli.main import run  # noqa: PLC0415 - imported before, in the parent

    os.dup2(out, 1)
    os.dup2(err, 2)
    for descriptor in (out, err):
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(asked["environment"])
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    code = run(asked["argv"])
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _exit(asked: Mapping[str, Any], out: int, err: int) -> None:
    code = 70
    try:
        code = _child(asked, out, err)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:  # noqa: BLE001 - as the interpreter ends a program
        sys.excepthook(*sys.exc_info())
        code = 1
    finally:
        sys.stderr.flush()
        os._exit(code)


def _reap(asked: Mapping[str, Any], out: int, err: int, said: int) -> None:
    """Start one, say its number, and say how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        os.close(said)
        _exit(asked, out, err)
    os.close(out)
    os.close(err)
    os.write(said, f"{pid}\n".encode())
    _, status = os.waitpid(pid, 0)
    os.write(said, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def serve(wanted: socket.socket) -> None:
    """Fork whenever somebody asks; ends when nobody can ask any more."""
    from citynet.house import open_house  # noqa: PLC0415 - for the children

    for each in IMPORTED:
        import_module(each)
    open_house()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        text, descriptors, _, _ = socket.recv_fds(wanted, LARGEST, 3)
        if not text:
            return
        if os.fork() == 0:
            wanted.close()
            _reap(json.loads(text), *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


@cache
def _nursery() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    argv = [*HEARS, sys.executable, "-m", "tests.campaign.nursery", str(theirs.fileno())]
    process = subprocess.Popen(argv, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
    theirs.close()
    _nursery_processes().append(process)
    return ours


@cache
def _nursery_processes() -> list["subprocess.Popen[bytes]"]:
    return []  # so that Popen does not warn of a process that nobody waits for


def start(argv: Sequence[str], environment: Mapping[str, str], out: int, err: int) -> int:
    """Begin a process; gives where its number and then its exit code can be read."""
    said, write = os.pipe()
    text = json.dumps({"argv": list(argv), "environment": dict(environment)}).encode()
    socket.send_fds(_nursery(), [text], [out, err, write])
    os.close(write)
    return said


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
