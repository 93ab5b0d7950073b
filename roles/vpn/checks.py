"""What must be true once this role is deployed."""

from collections.abc import Iterable

from citynet.build.context import Context


def checks(context: Context) -> Iterable[object]:
    """Filled in by the verify work."""
    return ()
