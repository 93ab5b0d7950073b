"""A lab that is not up, said in one sentence, the same for every command that wants one."""

import os
import shlex
from pathlib import Path

from citynet.lab import api, census
from citynet.lab.errors import LabError
from citynet.lab.paths import paths


def running_lab(name: str, folder: Path, instead: str = "") -> api.Lab:
    """The lab of the city in `folder`, which is as it was given on the command line.

    Raises `LabError` where it is not up; `instead` is what else could be done then.
    """
    found = api.find(name)
    if found is not None:
        return found
    known = census.note(paths(os.environ), name)
    why = f" ({known})" if known else ""
    rest = f", {instead}" if instead else ""
    command = f"citynet lab up -i {shlex.quote(str(folder))}"
    raise LabError(f"lab {name} is not up{why}: `{command}` brings it up{rest}")
