"""A platform's part of what its twins make up: `plugins/<platform>/acting.py`."""

from importlib.util import find_spec
from pathlib import Path

from citynet.render.platform import Platform


def actor_file(platform: Platform) -> Path | None:
    """The module, which runs inside the twin; None of a platform whose twins make up nothing."""
    module = platform.acting.partition(":")[0]
    try:
        spec = find_spec(module)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec is not None and spec.origin else None
