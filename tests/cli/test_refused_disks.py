"""Disks that are full, read-only or another user's: a sentence from every command that writes."""

import json
import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from citynet import xdg
from citynet.errors import CitynetError
from citynet.lab.cache import Cache
from citynet.twin.root import way_in
from tests.cities import ROOT

DEMO = str(ROOT / "inventory" / "demo")
STATE = {
    "up": ("lab", "up", "-i", DEMO, "--host", "vm"),
    "down": ("lab", "down", "-i", DEMO),
    "status": ("lab", "status", "-i", DEMO),
    "list": ("lab", "list"),
    "exec": ("lab", "exec", "gov-core1", "-i", DEMO, "--", "true"),
    "deploy": ("deploy", "-i", DEMO),
    "verify": ("verify", "-i", DEMO),
    "access": ("deploy", "-i", DEMO, "--access", "access.yaml", "--health", "off"),
}
WRITES = ("up", "down", "access")
OUTPUT = {
    "render": ("render", "-i", DEMO, "-o", "there/out"),
    "graph": ("graph", "-i", DEMO, "-o", "there/city.svg"),
}
ACCESS = "defaults: {username: netops, key: id, known_hosts: known}\nnodes: {}\n"
BARE = ("setpriv", "--inh-caps=-all", "--bounding-set=-all")
"""Root without what makes it root: it is refused what any user is."""


def citynet(
    home: Path, *words: str, before: str = "", bare: bool = False, **environ: str
) -> "subprocess.CompletedProcess[str]":
    """Run it with this home, in a mount namespace in which `before` has been done."""
    (home / "access.yaml").write_text(ACCESS)
    plain = BARE if bare and os.geteuid() == 0 else ()
    script = f'{before or ":"} && exec "$@"'
    command = [*way_in(), "sh", "-c", script, "sh", *plain, sys.executable, "-m", "citynet", *words]
    return subprocess.run(
        command,
        cwd=home,
        env={"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def said(done: "subprocess.CompletedProcess[str]") -> str:
    """The one sentence that there is."""
    assert "Traceback" not in done.stderr
    assert done.returncode == 1, done.stdout + done.stderr
    (line,) = done.stderr.splitlines()[-1:]
    return line


def there(home: Path) -> Path:
    """A folder to mount something on."""
    made = home / "there"
    made.mkdir()
    return made


@pytest.mark.parametrize("name", STATE)
def test_a_read_only_home(tmp_path: Path, name: str) -> None:
    there(tmp_path)
    done = citynet(
        tmp_path, *STATE[name], before="mount -t tmpfs -o ro none there", HOME=f"{tmp_path}/there"
    )
    if name in WRITES:
        assert "read-only file system" in said(done).lower()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", WRITES)
def test_a_home_that_is_no_folder(tmp_path: Path, name: str) -> None:
    done = citynet(tmp_path, *STATE[name], HOME="/dev/null")
    assert "/dev/null" in said(done)
    assert "XDG_STATE_HOME" in said(done)


@pytest.mark.parametrize("name", WRITES)
def test_a_full_disk_under_the_state(tmp_path: Path, name: str) -> None:
    there(tmp_path)
    full = "mount -t tmpfs -o size=64k,nr_inodes=1 none there"
    done = citynet(tmp_path, *STATE[name], before=full, XDG_STATE_HOME=f"{tmp_path}/there")
    assert "no space left on device" in said(done).lower()


@pytest.mark.parametrize("name", OUTPUT)
@pytest.mark.parametrize("options", ["size=8k", "ro"])
def test_where_output_goes(tmp_path: Path, name: str, options: str) -> None:
    there(tmp_path)
    done = citynet(tmp_path, *OUTPUT[name], before=f"mount -t tmpfs -o {options} none there")
    assert "cannot write" in said(done)


@pytest.mark.parametrize("name", STATE)
def test_the_state_of_another_user(tmp_path: Path, name: str) -> None:
    state = tmp_path / "state"
    (state / "citynet" / "labs" / "demo").mkdir(parents=True)
    state.chmod(0)
    if os.geteuid() == 0:
        os.chown(state, 4242, 4242)
    done = citynet(tmp_path, *STATE[name], bare=True, XDG_STATE_HOME=str(state))
    state.chmod(0o700)
    sentence = said(done)
    assert str(state) in sentence
    assert "permission denied" in sentence.lower()
    assert "XDG_STATE_HOME" in sentence
    if os.geteuid() == 0:
        assert "it belongs to user 4242" in sentence


def test_no_home_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: int) -> pwd.struct_passwd:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    for environ in ({}, {"HOME": ""}, {"HOME": "relative"}):
        with pytest.raises(CitynetError, match="set HOME, or XDG_STATE_HOME and XDG_CACHE_HOME"):
            xdg.state(environ)
    assert xdg.cache({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "citynet"


@pytest.mark.parametrize(("size", "met"), [("100m", False), ("9g", True)])
def test_doctor_looks_at_the_room_on_the_disk(tmp_path: Path, size: str, met: bool) -> None:  # noqa: FBT001
    folder = str(there(tmp_path))
    done = citynet(
        tmp_path,
        *("lab", "doctor", "-i", DEMO, "--json"),
        before=f"mount -t tmpfs -o size={size} none there",
        XDG_STATE_HOME=folder,
        XDG_CACHE_HOME=folder,
        TMPDIR=folder,
    )
    needs = [each for each in json.loads(done.stdout)["needs"] if each["name"] == "disk room"]
    (need,) = needs
    assert need["met"] is met
    assert "3570 MiB wanted: 2300 for what a first run builds" in need["why"]
    assert done.returncode == (0 if met else 1)
    words = ("XDG_CACHE_HOME", "TMPDIR", "XDG_STATE_HOME", "citynet lab list")
    assert all(word in need["remedy"] for word in words)


BUILD = """
import sys
from pathlib import Path
from citynet.cli.main import CitynetError
from citynet.lab.cache import Cache
from citynet.lab.errors import BuildError
def own(folder): (folder / "image.tar").write_bytes(bytes(1 << 21))
def tool(folder): raise BuildError("mmdebstrap could not make node (network?)")
try:
    Cache(Path(sys.argv[1])).get("image", "abc", {"own": own, "tool": tool}[sys.argv[2]])
except CitynetError as error:
    print(error)
"""


@pytest.mark.parametrize("which", ["own", "tool"])
def test_a_build_on_a_full_disk(tmp_path: Path, which: str) -> None:
    folder = there(tmp_path)
    script = 'mount -t tmpfs -o size=1m none "$2" && exec "$0" -c "$1" "$2" "$3"'
    command = ["sh", "-c", script, sys.executable, BUILD, str(folder), which]
    done = subprocess.run([*way_in(), *command], capture_output=True, text=True, check=True)
    if which == "own":
        assert "no space left on device; free some room" in done.stdout
    else:
        first, last = done.stdout.splitlines()
        assert first == "mmdebstrap could not make node (network?)"
        assert "MiB left: free some room" in last


def test_an_entry_that_lost_its_content_is_built_again(tmp_path: Path) -> None:
    def build(folder: Path) -> None:
        (folder / "deep").mkdir()
        (folder / "deep" / "disk.qcow2").write_bytes(bytes(100_000))
        (folder / "root.qcow2").write_bytes(bytes(100_000))
        built.append(folder)

    built: list[Path] = []
    cache = Cache(tmp_path)
    entry = cache.get("vm", "abc", build)
    for file in (entry / "root.qcow2", entry / "deep" / "disk.qcow2"):
        os.truncate(file, 0)
        assert cache.find("vm", "abc") is None
        assert cache.get("vm", "abc", build) == entry
        assert file.stat().st_size == 100_000
        file.unlink()
        cache.get("vm", "abc", build)
        assert file.exists()
    assert len(built) == 5
    (tmp_path / "vm" / "abc.files").write_text("{")
    cache.get("vm", "abc", build)
    assert len(built) == 6
    cache.get("vm", "abc", build)
    assert len(built) == 6


def test_disks_of_an_entry_are_private_whatever_the_umask(tmp_path: Path) -> None:
    def build(folder: Path) -> None:
        (folder / "image.tar").write_bytes(b"keys")
        (folder / "image.tar").chmod(0o644)

    before = os.umask(0)
    try:
        entry = Cache(tmp_path).get("image", "abc", build)
    finally:
        os.umask(before)
    assert (entry / "image.tar").stat().st_mode & 0o777 == 0o600
    assert entry.stat().st_mode & 0o777 == 0o700
    (entry / "image.tar").chmod(0o644)  # as an earlier release left it
    Cache(tmp_path).get("image", "abc", build)
    assert (entry / "image.tar").stat().st_mode & 0o777 == 0o600
