"""Compiled templates, kept in the user's cache: compiling them takes longer than small cities."""

import contextlib
import os
from collections.abc import Mapping

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

from citynet import xdg
from citynet.errors import CitynetError

FORM = 2
"""Counts up when the settings of `citynet.render.render.environment` change what is compiled:
clones of two releases share the cache."""


class Compiled(FileSystemBytecodeCache):
    """A cache that does without itself where the disk is full or the file is gone."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was compiled before, if it is of the same source, Jinja and Python."""
        with contextlib.suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


def compiled(environ: Mapping[str, str], *, autoescape: bool) -> Compiled | None:
    """The cache for templates with or without escaping, which the compiled code depends on.

    None where the user has no folder of their own that nobody else can write to: code is read
    from it.
    """
    kind = "escaped" if autoescape else "plain"
    try:
        folder = xdg.cache(environ) / f"templates-{FORM}-{kind}"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.stat()
    except (OSError, CitynetError):
        return None
    safe = state.st_uid == os.getuid() and not state.st_mode & 0o022
    return Compiled(str(folder)) if safe else None
