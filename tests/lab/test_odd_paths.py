"""Folders with blanks, quotes, `%` and other letters, as OpenSSH and the cache take them."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from citynet.lab import debian
from citynet.lab.build import _digest
from citynet.lab.debian import Recipe
from citynet.lab.host import NodeAccess, SshJump
from citynet.lab.ssh_files import JUMP, config_text
from tests.cities import ROOT

ODD = ("my labs", "100%", 'a "lab"', "it's", "北京 城", "a,b", "back\\slash", "#1", "%h %r")


def _node(folder: Path) -> NodeAccess:
    return NodeAccess("172.31.0.11", 22, "root", folder / "id_ed25519", folder / "known_hosts")


def _said(config: Path, host: str) -> dict[str, str]:
    """What OpenSSH makes of a configuration."""
    done = subprocess.run(
        ["ssh", "-G", "-F", str(config), host], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)


def _taken(text: str) -> str:
    """A path as ssh uses it: after `ssh -G`, `%%` still stands for `%`."""
    return text.replace("%%", "%")


@pytest.mark.parametrize("name", ODD)
def test_openssh_reads_what_is_written(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    jump = SshJump("127.0.0.1", 4022, "root", folder / "vm key", folder / "vm known")
    config = folder / "ssh_config"
    config.write_text(config_text({"east": _node(folder)}, jump))
    node, through = _said(config, "east"), _said(config, JUMP)
    assert _taken(node["identityfile"]) == str(folder / "id_ed25519")
    assert _taken(node["userknownhostsfile"]).strip('"') == str(folder / "known_hosts")
    assert _taken(through["identityfile"]) == str(folder / "vm key")
    assert node["proxycommand"].endswith("-W '[%h]:%p' 127.0.0.1")


@contextmanager
def _recorder(folder: Path) -> Iterator[tuple[dict[str, str], Path]]:
    """An `ssh` first on PATH for what ssh itself starts; it writes its words to a file."""
    tools, said = folder / "tools", folder / "said"
    tools.mkdir()
    script = f"#!/bin/sh\nfor each; do printf '%s\\0' \"$each\"; done >{shlex.quote(str(said))}\n"
    (tools / "ssh").write_text(script)
    (tools / "ssh").chmod(0o755)
    yield {"PATH": f"{tools}:/usr/bin:/bin", "HOME": str(folder)}, said


@pytest.mark.parametrize("name", ODD)
def test_the_way_through_the_labs_host_is_whole(tmp_path: Path, name: str) -> None:
    """Really run: ssh takes the tokens, its shell the quotes, and the second ssh the rest."""
    folder = tmp_path / name
    folder.mkdir()
    jump = SshJump("127.0.0.1", 4022, "root", folder / "vm key", folder / "vm known")
    config = folder / "ssh_config"
    config.write_text(config_text({"east": _node(folder)}, jump))
    ssh = shutil.which("ssh")
    assert ssh is not None
    with _recorder(tmp_path) as (environment, said):
        subprocess.run(
            [ssh, "-F", str(config), "east", "true"],
            env=environment,
            capture_output=True,
            check=False,
            timeout=30,
        )
        words = said.read_text().split("\0")[:-1]
    assert words[words.index("-W") + 1] == "[172.31.0.11]:22"
    again = subprocess.run([ssh, "-G", *words], capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    taken = dict(line.split(" ", 1) for line in again.stdout.splitlines() if " " in line)
    assert _taken(taken["identityfile"]) == str(folder / "vm key")
    assert _taken(taken["userknownhostsfile"]).strip('"') == str(folder / "vm known")
    assert (taken["port"], taken["user"]) == ("4022", "root")
    assert taken["stricthostkeychecking"] in ("yes", "true")


@pytest.mark.parametrize("name", ODD)
def test_the_caches_digest_is_not_of_the_place(tmp_path: Path, name: str) -> None:
    """Two clones share what was built, wherever they are."""
    here = Recipe(ROOT / "labs" / "vm", "trixie")
    there = Recipe(tmp_path / name / "labs" / "vm", "trixie")
    shutil.copytree(here.folder, there.folder)
    assert _digest(there, debian.vm_hooks(there)) == _digest(here, debian.vm_hooks(here))
    (there.folder / "files" / "init").write_text("#!/bin/sh\n")
    assert _digest(there, debian.vm_hooks(there)) != _digest(here, debian.vm_hooks(here))


def test_a_clone_and_a_city_in_a_folder_with_a_blank(tmp_path: Path) -> None:
    clone = tmp_path / "my clone 100%"
    clone.mkdir()
    for name in ("citynet", "roles", "plugins", "templates", "labs", "playbooks", "inventory"):
        (clone / name).symlink_to(ROOT / name)
    done = subprocess.run(
        [sys.executable, "-m", "citynet", "deploy", "-i", "inventory/../inventory/demo"],
        cwd=clone,
        env={"HOME": str(tmp_path / "a home"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "`citynet lab up -i inventory/../inventory/demo` brings it up" in done.stderr
