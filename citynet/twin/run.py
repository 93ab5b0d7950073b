"""One twin on this machine: its files, its process, and when it is ready."""

import os
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from citynet.errors import CitynetError
from citynet.lab.build import Builder
from citynet.lab.errors import LabError
from citynet.lab.keys import known_host, new_pair
from citynet.twin.root import repository, twin_root
from citynet.yang.models import ModelSet

READY = "management plane only (twin): NETCONF on"
READY_SECONDS = 60.0
ADDRESS = "127.0.0.1"
ACTS = "acts"
"""Below a twin's folder: what it makes its state up from."""
PLACE = "models"
"""Where that is in its root: the models themselves are wanted there only to be installed."""


@dataclass(frozen=True, slots=True)
class TwinFiles:
    """The folder of one twin: its keys, and what it keeps when it stops.

    `id_ed25519` opens it, unless the person brings authorized keys; `known_hosts` has its key.
    """

    folder: Path

    @property
    def key(self) -> Path:
        """The private key that opens the twin."""
        return self.folder / "id_ed25519"

    @property
    def known_hosts(self) -> Path:
        """The twin's host key, as OpenSSH and ncclient want it."""
        return self.folder / "known_hosts"

    @property
    def keys(self) -> Path:
        """What the server needs to be logged in to; mounted into it."""
        return self.folder / "keys"


@dataclass(frozen=True, slots=True)
class Options:
    """How a twin runs. Without `authorized_keys` a key is made; `password_file` adds a password.

    `acting` is its platform's part of what it makes up, `links` a file of the links that it has.
    """

    port: int
    user: str = "root"
    authorized_keys: Path | None = None
    password_file: Path | None = None
    acting: Path | None = None
    links: Path | None = None


def prepare(folder: Path, options: Options) -> TwinFiles:
    """Make what is not there yet: keys, and the folders of the server.

    Raises `CitynetError` for a file that has no key or no password in it.
    """
    for option, file in (
        ("--authorized-keys", options.authorized_keys),
        ("--password-file", options.password_file),
    ):
        if file is not None and not file.read_bytes().strip():
            raise CitynetError(f"{option} {file} is empty, expected what opens the twin")
    files = TwinFiles(folder)
    for each in (folder, files.keys, folder / "state", folder / "run", folder / ACTS):
        each.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, source in (("acting.py", options.acting), ("links.json", options.links)):
        if source is not None:
            _private(folder / ACTS / name, source.read_bytes())
    host = files.keys / "ssh_host_ed25519_key"
    if not host.exists():
        pair = new_pair()
        _private(host, pair.private)
        _private(folder / "host_key.pub", f"{pair.public}\n".encode())
    if options.authorized_keys is not None:
        authorized = options.authorized_keys.read_bytes()
    else:
        authorized = _own_key(files).encode()
    _private(files.keys / "authorized_keys", authorized)
    if options.password_file is not None:
        _private(files.keys / "password", options.password_file.read_bytes())
    public = (folder / "host_key.pub").read_text(encoding="ascii").strip()
    line = known_host(ADDRESS, options.port, public)
    _private(files.known_hosts, line.encode())
    return files


def command(
    builder: Builder, models: ModelSet, yang: Path, files: TwinFiles, options: Options
) -> list[str]:
    """The command line of a twin of these models; builds what is not in the cache."""
    root = twin_root(builder)
    template = repository(builder, root, models, yang)
    binds = {
        "template": template,
        "state": files.folder / "state",
        "run": files.folder / "run",
        "keys": files.keys,
        PLACE: files.folder / ACTS,
    }
    arguments = ["serve", "--template", "/twin/template", "--state", "/twin/state"]
    arguments += ["--run", "/twin/run", "--host-key", "/twin/keys/ssh_host_ed25519_key"]
    arguments += ["--authorized-keys", "/twin/keys/authorized_keys", "--user", options.user]
    arguments += ["--address", ADDRESS, "--port", str(options.port)]
    arguments += ["--acting", f"/twin/{PLACE}/acting.py", "--links", f"/twin/{PLACE}/links.json"]
    if options.password_file is not None:
        arguments += ["--password-file", "/twin/keys/password"]
    return root.command(binds, arguments)


@contextmanager
def running(argv: list[str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A twin in the background, ready when this yields, ended when it returns.

    Its words go to `log`. Raises `LabError` with them where it does not start.
    """
    with log.open("ab") as stream:
        begin = stream.tell()
        process = subprocess.Popen(argv, stdout=stream, stderr=stream, stdin=subprocess.DEVNULL)
    try:
        _wait(process, log, begin)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: "subprocess.Popen[bytes]", log: Path, begin: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while READY not in _said(log, begin):
        if process.poll() is not None:
            raise LabError(f"the twin ended with {process.returncode}: {_said(log, begin)}")
        if time.monotonic() > deadline:
            raise LabError(f"the twin is not ready after {READY_SECONDS:.0f} s")
        select.select([], [], [], 0.02)


def _said(log: Path, begin: int) -> str:
    return log.read_bytes()[begin:].decode(errors="replace").strip()


def _own_key(files: TwinFiles) -> str:
    public = files.key.with_suffix(".pub")
    if not files.key.exists():
        pair = new_pair()
        _private(files.key, pair.private)
        _private(public, f"{pair.public} twin\n".encode())
    return public.read_text(encoding="ascii")


def _private(file: Path, content: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
