"""Which `yanglint` reads the documents: this machine's, or a newer one unpacked beside it."""

import os
import re
import shutil
import subprocess
from functools import cache

from citynet.environ import setting
from citynet.errors import CitynetError
from citynet.yang.models import ModelSet, YangError

VARIABLE = "YANGLINT"
INSTALL = "install libyang2-tools (Debian 12, Ubuntu), libyang3-tools (Debian 13) or libyang-tools"

Command = tuple[str, ...]
"""The words that start the program."""


@cache
def version(command: Command) -> tuple[int, int]:
    """The release of libyang's tool. Raises `YangError` where there is none."""
    try:
        done = subprocess.run(
            [*command, "--version"], capture_output=True, text=True, timeout=60, check=False
        )
    except OSError as error:
        raise YangError(f"cannot run {command[-1]}: {error.strerror}; {INSTALL}") from error
    found = re.match(r"yanglint (?:SO )?(\d+)\.(\d+)", done.stdout)
    if found is None:
        raise YangError(f"{command[-1]} --version says {done.stdout.strip()!r}; {INSTALL}")
    return int(found[1]), int(found[2])


def _unpacked() -> Command:
    """The one of `labs/yanglint`, from the cache, or by mmdebstrap. Raises `CitynetError`."""
    # Who has a yanglint that is new enough needs nothing of the lab's side.
    from citynet.lab.build import Builder  # noqa: PLC0415
    from citynet.lab.paths import paths  # noqa: PLC0415
    from citynet.lab.progress import Silent  # noqa: PLC0415

    toolbox = Builder(paths(os.environ), Silent()).validator()
    return tuple(toolbox.command("usr/bin/yanglint"))


def _said(release: tuple[int, int]) -> str:
    return ".".join(map(str, release))


def program(models: ModelSet) -> Command:
    """Choose what `YANGLINT` names, else `yanglint`, else a newer one if that is too old.

    Raises `YangError` where there is none that can take the models.
    """
    named = setting(os.environ, VARIABLE, "a program, such as /usr/bin/yanglint")
    chosen, need = named or shutil.which("yanglint"), models.validator
    lacking = "YANG is validated by yanglint, which is not here"
    if chosen is not None:
        have = version((chosen,))
        if have >= need:
            return (chosen,)
        lacking = f"yanglint is {_said(have)}, {models.release} needs {_said(need)}"
    if named:
        raise YangError(f"{lacking}; {INSTALL}")
    try:
        newer = _unpacked()
    except CitynetError as error:
        raise YangError(f"{lacking}; no newer one can be unpacked: {error}; {INSTALL}") from error
    if (have := version(newer)) < need:
        raise YangError(f"{lacking}; the one of labs/yanglint is {_said(have)}; {INSTALL}")
    return newer
