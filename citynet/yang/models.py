"""Which YANG models a platform's documents must be valid against, and where they are.

The models are the vendors' and stay outside: the environment variable `CITYNET_YANG`, or the
option `--yang`, names the folder that holds them.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from citynet.errors import CitynetError

VARIABLE = "CITYNET_YANG"


class YangError(CitynetError):
    """Documents cannot be validated: no models, no validator, or one that failed."""


class Reading(Struct, frozen=True):
    """What a vendor means by an XPath that a standard one reads otherwise; `why` says how.

    In the modules whose names match `modules`, what matches `pattern` is read as `meant`.
    """

    why: str
    modules: re.Pattern[str]
    pattern: re.Pattern[str]
    meant: str

    def of(self, module: str, text: str) -> str:
        """The text of a module, as it is meant."""
        return self.pattern.sub(self.meant, text) if self.modules.fullmatch(module) else text


class ModelSet(Struct, frozen=True):
    """A vendor's models for one release.

    `folders`, below the folder of all models, hold the `*.yang` files, subfolders included;
    the first that exists is taken. `modules` are implemented in this order (modules whose
    nodes they refer to, too). Where `features` names a module, only those of its features
    are on; where `without` names it, all but those; all are on otherwise. `patches` are
    modules of our own, by name: deviations for what a validator cannot take, loaded first.
    `readings` are where the vendor's XPath is not the standard's. `validator` is the oldest
    libyang that can take the models.
    """

    release: str
    folders: tuple[str, ...]
    modules: tuple[str, ...]
    features: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    without: Mapping[str, frozenset[str]] = field(default_factory=dict)
    patches: Mapping[str, str] = field(default_factory=dict)
    readings: tuple[Reading, ...] = ()
    validator: tuple[int, int] = (2, 1)


def configured() -> Path | None:
    """The folder of models that the environment names, None where it names none."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def files(models: ModelSet, root: Path) -> dict[str, Path]:
    """Every file of the release by its name, `huawei-ifm.yang`. Raises `YangError`.

    Of two files with one name the first counts, in the order of their paths.
    """
    for folder in models.folders:
        if (root / folder).is_dir():
            found: dict[str, Path] = {}
            for path in sorted((root / folder).rglob("*.yang")):
                found.setdefault(path.name, path.resolve())
            break
    else:
        raise YangError(f"no models of {models.release}: {root} has no {models.folders[0]}")
    have = {name.partition(".")[0].partition("@")[0] for name in found}
    missing = [name for name in models.modules if name not in have]
    if missing:
        raise YangError(f"{root / folder} is not {models.release}: no {', '.join(missing[:3])}")
    return found


def read_as(models: ModelSet, file: Path) -> bytes:
    """A module as the vendor means it, see `Reading`."""
    data = file.read_bytes()
    if not models.readings:
        return data
    text = data.decode()
    module = file.name.partition(".yang")[0].partition("@")[0]
    for reading in models.readings:
        text = reading.of(module, text)
    return text.encode()
