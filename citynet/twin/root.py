"""The root that a twin runs in: the `twin` node image unpacked, entered by chroot.

libyang and sysrepo look for their own modules at fixed places, so it is a root and not only a
folder of programs. Entering it needs root's rights over mounts, in a user namespace where the
kernel lets everyone have one, else by sudo.
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from citynet.lab.build import Builder, unpack
from citynet.lab.cache import Cache, digest_of
from citynet.lab.errors import BuildError
from citynet.lab.progress import timed
from citynet.twin import models as model_files
from citynet.yang.models import ModelSet

IMAGE = "twin"
HERE = Path(__file__).parent
SERVER = HERE / "server"
BASE = "/usr/share/citynet/repository"
PLACES = ("twin/server", "twin/template", "twin/state", "twin/run", "twin/keys", "twin/models")
"""Folders of the root over which those of one twin are mounted."""
PROGRAM = ("/usr/bin/python3", "-B", "-m", "server")


@dataclass(frozen=True, slots=True)
class TwinRoot:
    """An unpacked root. `way` is how this user enters it."""

    folder: Path
    way: tuple[str, ...]

    def command(self, binds: Mapping[str, Path], arguments: Sequence[str]) -> list[str]:
        """The command line of the server with `arguments`; it replaces itself, so its pid stays.

        `binds`: below `/twin` of the root -> a folder of this machine.
        """
        root = shlex.quote(str(self.folder))
        mounts = [f"mount --rbind /{each} {root}/{each}" for each in ("dev", "proc")]
        mounts += [
            f"mount --bind {shlex.quote(str(path))} {root}/twin/{name}"
            for name, path in {"server": SERVER, **binds}.items()
        ]
        clean = "env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 HOME=/tmp PYTHONPATH=/twin"
        words = " ".join(shlex.quote(word) for word in (*PROGRAM, *arguments))
        script = " && ".join([*mounts, f"cd / && exec chroot {root} {clean} {words}"])
        return [*self.way, "sh", "-c", script]


def way_in() -> tuple[str, ...]:
    """How this user gets a mount namespace in which mounts are allowed. Raises `BuildError`."""
    private = ("unshare", "--mount", "--propagation", "private")
    if os.geteuid() == 0:
        return private
    alone = (*private[:1], "--user", "--map-root-user", *private[1:])
    for way in (alone, ("sudo", "-n", *private)):
        if shutil.which(way[0]) and not _fails([*way, "true"]):
            return way
    raise BuildError(
        "a twin needs a mount namespace: let users have namespaces of their own "
        "(kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu), or allow sudo without password"
    )


def twin_root(builder: Builder) -> TwinRoot:
    """The root, unpacked once for every version of the image."""
    image = builder.image(IMAGE)

    def build(folder: Path) -> None:
        with timed(builder.progress, "unpack the twin's root"):
            _unpack(image.tar, folder / "root")

    folder = Cache(builder.paths.cache).get("twin-root", _key(image.digest), build)
    return TwinRoot(folder / "root", way_in())


def repository(builder: Builder, root: TwinRoot, models: ModelSet, yang: Path) -> Path:
    """A sysrepo repository with a vendor's modules installed, made once for their content.

    Raises `YangError` where the models are not there, `BuildError` where sysrepo refuses them.
    """
    collected = model_files.collect(models, yang)
    key = digest_of([str(root.folder).encode(), model_files.digest(collected).encode()])

    def build(folder: Path) -> None:
        with timed(builder.progress, f"install {models.release} into sysrepo"):
            _install(root, collected, folder)

    return Cache(builder.paths.cache).get("twin-models", key, build) / "made/repository"


def _key(digest: str) -> str:
    return digest_of([digest.encode(), b"unpacked 1"])


def _unpack(tar: Path, target: Path) -> None:
    """Unpack as whoever this is; the group that sysrepo asks for is then this user's own."""
    unpack(tar, target)
    for place in ("dev", "proc", *PLACES):
        (target / place).mkdir(parents=True, exist_ok=True)
    (target / "etc/group").write_text("root:x:0:\nsysrepo:x:0:\n", encoding="ascii")


def _install(root: TwinRoot, collected: Mapping[str, bytes], folder: Path) -> None:
    for name in ("models", "run", "made"):
        (folder / name).mkdir()
    for name, content in collected.items():
        (folder / "models" / name).write_bytes(content)
    binds = {"models": folder / "models", "run": folder / "run", "template": folder / "made"}
    arguments = ["install", "--models", "/twin/models", "--base", BASE]
    arguments += ["--target", "/twin/template/repository", "--shared", "/twin/run"]
    done = subprocess.run(
        root.command(binds, arguments), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BuildError(f"the twin cannot load the models: {done.stderr.strip()[-2000:]}")
    for name in ("models", "run"):
        shutil.rmtree(folder / name)


def _fails(command: Sequence[str]) -> bool:
    return bool(subprocess.run(command, capture_output=True, check=False).returncode)
