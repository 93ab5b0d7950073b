"""The vendors' YANG models, from the public repositories of their vendors into the cache.

Git does it, with this user's settings (a proxy, a mirror, credentials), and never asks. What has
arrived is used only if it is what the platform has pinned.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from citynet import xdg
from citynet.environ import setting
from citynet.lab.cache import Cache
from citynet.lab.progress import Progress, timed
from citynet.yang.models import CACHE, Source, YangError

VARIABLE = "CITYNET_YANG_FROM"
SERVER = "https://github.com"
HINT = f"{VARIABLE} can name a mirror, see docs/yang.md"
SETTINGS = (
    *("-c", "core.autocrlf=false", "-c", "core.symlinks=false", "-c", "core.hooksPath=/dev/null"),
    *("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=20", "-c", "gc.auto=0"),
)
"""Files as they are in the repository, and an end of waiting for a server that has gone quiet."""
MUTE = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "LC_ALL": "C"}


@dataclass(frozen=True, slots=True)
class Server:
    """Where repositories are, and how many seconds it may take: to answer, and for one of them.

    `base` is what Git takes, up to the repository's owner: a server's address or a folder.
    """

    base: str = SERVER
    answer: float = 15
    whole: float = 600

    def address(self, source: Source) -> str:
        """The address of a repository."""
        return f"{self.base.rstrip('/')}/{source.repository}"


def server(environ: Mapping[str, str]) -> Server:
    """The server that the environment names, else the one where vendors publish."""
    named = setting(environ, VARIABLE, "a server's address, or a folder of repositories")
    return Server(SERVER if named is None else named)


def fetch(
    source: Source, progress: Progress, environ: Mapping[str, str], at: Server | None = None
) -> Path:
    """The folder of a vendor's models in the cache, fetched if it is not there as it was pinned.

    It is whole as soon as it is there. Raises `YangError` with what to do.
    """
    chosen, cache = at or server(environ), Cache(xdg.cache(environ))

    def build(folder: Path) -> None:
        with timed(progress, f"fetch {source}"):
            _check_out(source, chosen, folder)

    try:
        before = cache.find(CACHE, source.folder)
        if before is not None and digest(before) != source.digest:
            shutil.rmtree(before)
        return cache.get(CACHE, source.folder, build)
    except OSError as error:
        raise YangError(f"cannot write {error.filename}: {error.strerror}") from error


def digest(folder: Path) -> str:
    """What `find * -type f | LC_ALL=C sort | xargs sha256sum | sha256sum` prints in a folder."""
    names = sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())
    found = hashlib.sha256()
    for name in names:
        content = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        found.update(f"{content}  {name}\n".encode())
    return found.hexdigest()


def _check_out(source: Source, at: Server, folder: Path) -> None:
    """Put what is used of a repository into an empty folder."""
    address, store = at.address(source), folder / ".git"
    _git(["init", "--quiet", "--template=", str(folder)], at.answer, "git cannot start")
    into = [f"--git-dir={store}", f"--work-tree={folder}"]
    _git([*into, "ls-remote", "--quiet", address, "HEAD"], at.answer, f"cannot reach {address}")
    what = f"cannot fetch {source} from {address}"
    _git([*into, "fetch", "--quiet", "--depth=1", address, source.commit], at.whole, what)
    _git([*into, "checkout", "--quiet", source.commit, "--", *source.paths], at.whole, what)
    shutil.rmtree(store)
    if (found := digest(folder)) != source.digest:
        raise YangError(
            f"{address} has other models of {source} than the ones that are pinned, and none was "
            f"kept: their digest is {found[:16]}…, not {source.digest[:16]}…"
        )


def _git(words: list[str], seconds: float, failed: str) -> None:
    """Run git, and whatever it starts, for so long at most. Raises `YangError`: `failed`: why."""
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(
                ["git", *SETTINGS, *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                env=os.environ | MUTE,
                start_new_session=True,
            )
        except OSError as error:
            raise YangError(f"cannot run git: {error.strerror}; install it") from error
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise YangError(f"{failed}: no answer within {seconds:g} s; {HINT}") from error
        finally:
            _end(process)
        said.seek(0)
        lines = said.read().decode(errors="replace").split("\n")
    if code:
        why = next((line for line in reversed(lines) if line.strip()), f"git ended with {code}")
        raise YangError(f"{failed}: {why.removeprefix('fatal: ')}; {HINT}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Git has helpers, and a time-out or Ctrl-C is for them, too."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
