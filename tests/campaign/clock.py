"""A time of day that jumps, for one process: what Python's programs read, not the kernel's.

(libfaketime would reach the C library too, and breaks `time.sleep` when the clock jumps.)
"""

import datetime as dt
import time
from contextlib import suppress
from pathlib import Path
from typing import Self


def follow(name: str) -> None:
    """From now on the time of day is off by the seconds in a file, which may change any time."""
    file, true = Path(name), time.time

    def shifted() -> float:
        with suppress(OSError, ValueError):
            return true() + float(file.read_text())
        return true()

    class Jumping(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Self:
            return cls.fromtimestamp(shifted(), tz)

    vars(time)["time"] = shifted
    vars(dt)["datetime"] = Jumping
