"""Real twins to drive: started as `citynet twin run` starts them, killed as a power cut does."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ncclient import manager
from ncclient.operations import RPCError

from citynet.house import open_house
from citynet.lab.build import Builder
from citynet.lab.host import NodeAccess
from citynet.lab.paths import paths
from citynet.lab.progress import Silent
from citynet.lab.vm import free_port
from citynet.twin.actor import actor_file
from citynet.twin.run import Options, TwinFiles, command, prepare, running
from tests.speed import seconds
from tests.yang.models import MODELS

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
IFM = "urn:huawei:yang:huawei-ifm"
SYSTEM = "urn:huawei:yang:huawei-system"
PUBLIC = (
    '<network-instance xmlns="urn:huawei:yang:huawei-network-instance"><instances>'
    "<instance><name>_public_</name></instance></instances></network-instance>"
)
"""What all ports refer to that are in no VRF."""
TIMEOUT = 120
"""Seconds that a request may take."""


@dataclass(frozen=True)
class Twin:
    """A running twin and how to log in."""

    process: "subprocess.Popen[bytes]"
    port: int
    files: TwinFiles

    @property
    def access(self) -> NodeAccess:
        return NodeAccess("127.0.0.1", self.port, "root", self.files.key, self.files.known_hosts)

    def connect(self) -> manager.Manager:
        return manager.connect(
            host="127.0.0.1",
            port=self.port,
            username="root",
            key_filename=str(self.files.key),
            hostkey_verify=False,
            look_for_keys=False,
            allow_agent=False,
            timeout=seconds(TIMEOUT),
        )

    @contextmanager
    def session(self) -> Iterator[manager.Manager]:
        opened = self.connect()
        try:
            yield opened
        finally:
            if opened.connected:
                opened.close_session()

    def kill(self) -> None:
        """Take its power away."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(seconds(30))

    def log(self) -> str:
        return (self.files.folder / "log").read_text(encoding="utf-8")


@contextmanager
def started(
    platform: str, folder: Path, password_file: Path | None = None, links: Path | None = None
) -> Iterator[Twin]:
    """A twin of a platform that keeps its state in `folder`."""
    found = open_house().platforms[platform]
    models = found.models
    assert models is not None
    acting = actor_file(found)
    wanted = Options(free_port(), password_file=password_file, acting=acting, links=links)
    files = prepare(folder, wanted)
    argv = command(Builder(paths(os.environ), Silent()), models, MODELS, files, wanted)
    with running(argv, folder / "log") as process:
        yield Twin(process, wanted.port, files)


def config(*nodes: str) -> str:
    return f'<config xmlns="{BASE}" xmlns:nc="{BASE}">{"".join(nodes)}</config>'


def named(name: str) -> str:
    """What sets the system's name."""
    return (
        f'<system xmlns="{SYSTEM}"><system-info><sys-name>{name}</sys-name></system-info></system>'
    )


def ports(*entries: str) -> str:
    return f'<ifm xmlns="{IFM}"><interfaces>{"".join(entries)}</interfaces></ifm>'


def port(name: str, *inside: str, operation: str = "") -> str:
    attribute = f' nc:operation="{operation}"' if operation else ""
    return f"<interface{attribute}><name>{name}</name>{''.join(inside)}</interface>"


def edit(session: manager.Manager, *nodes: str, **options: str) -> None:
    session.edit_config(target="candidate", config=config(*nodes), **options)


def text(session: manager.Manager, source: str = "running") -> str:
    found: str = session.get_config(source).data_xml
    return found


def name(session: manager.Manager, source: str = "running") -> str | None:
    """The system's name as configured."""
    wanted = ("subtree", f'<system xmlns="{SYSTEM}"/>')
    found: str | None = session.get_config(source, filter=wanted).data_ele.findtext(
        f".//{{{SYSTEM}}}sys-name"
    )
    return found


def errors(error: RPCError) -> list[RPCError]:
    """All errors of a reply: ncclient has them in `errlist` where there are several."""
    return list(error.errlist or [error])
