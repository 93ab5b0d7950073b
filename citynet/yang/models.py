"""Which YANG models a platform's documents must be valid against, and where they are.

The models are the vendors' and stay outside: the option `--yang` or the environment variable
`CITYNET_YANG` names the folder that holds them, or `citynet.yang.fetch` has cached them.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from citynet import xdg
from citynet.environ import setting
from citynet.errors import CitynetError

VARIABLE = "CITYNET_YANG"
NAMED = "the folder that holds the vendors' YANG models"
CACHE = "yang"
"""The folder of what has been fetched, below the user's cache."""
PART = ".part"
"""How a folder's name ends that is not whole yet."""
FETCH = "`citynet yang models --fetch` fetches them"
MISSING = (
    f"the vendors' YANG models are not here: {FETCH}, "
    f"or set {VARIABLE} to the folder that holds them"
)


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


class Source(Struct, frozen=True):
    """A public Git repository, `owner/name`, that has a vendor's models at a commit.

    `paths`, folders and files, are what is taken of it. `digest` stands for their content: the
    SHA-256 of what `sha256sum` prints of every file, in the order of their paths.
    """

    repository: str
    commit: str
    paths: tuple[str, ...]
    digest: str

    @property
    def folder(self) -> str:
        """What the folder is called that has been fetched. Other content is another folder."""
        return f"{self.repository.replace('/', '-')}-{self.digest[:16]}"

    def __str__(self) -> str:
        return f"{self.repository} at {self.commit[:12]}"


class ModelSet(Struct, frozen=True):
    """A vendor's models for one release.

    `folders`, below the folder of all models, hold the `*.yang` files, subfolders included;
    the first that exists is taken. `modules` are implemented in this order (modules whose
    nodes they refer to, too). Where `features` names a module, only those of its features
    are on; where `without` names it, all but those; all are on otherwise. `patches` are
    modules of our own, by name: deviations for what a validator cannot take, loaded first.
    `readings` are where the vendor's XPath is not the standard's. `validator` is the oldest
    libyang that can take the models. `source` is where the vendor publishes them.
    """

    release: str
    folders: tuple[str, ...]
    modules: tuple[str, ...]
    features: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    without: Mapping[str, frozenset[str]] = field(default_factory=dict)
    patches: Mapping[str, str] = field(default_factory=dict)
    readings: tuple[Reading, ...] = ()
    validator: tuple[int, int] = (2, 1)
    source: Source | None = None


def cached(environ: Mapping[str, str]) -> Path:
    """The folder of what `citynet yang models --fetch` fetches. Not created here."""
    return xdg.cache(environ) / CACHE


def configured(environ: Mapping[str, str] = os.environ, beside: Path | None = None) -> Path | None:
    """Decide where the vendors' models are, None where there are none.

    It is the folder that `CITYNET_YANG` names, there or not; else `beside`, if it is there; else
    the cache, if anything has been fetched into it. Raises `SettingError` where the variable is
    empty.
    """
    if (named := setting(environ, VARIABLE, NAMED)) is not None:
        return Path(named)
    if beside is not None and beside.is_dir():
        return beside
    found = cached(environ)
    return found if any(each.is_dir() and each.suffix != PART for each in found.glob("*")) else None


def folder_of(models: ModelSet, root: Path) -> Path | None:
    """Where below the folder of all models these are, None where they are not."""
    fetched = (models.source.folder,) if models.source else ()
    below = (root / name for name in (*models.folders, *fetched))
    return next((each for each in below if each.is_dir()), None)


def files(models: ModelSet, root: Path) -> dict[str, Path]:
    """Every file of the release by its name, `huawei-ifm.yang`. Raises `YangError`.

    Of two files with one name the first counts, in the order of their paths.
    """
    folder = folder_of(models, root)
    if folder is None:
        raise YangError(f"no models of {models.release}: {_absent(models, root)}")
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.yang")):
        found.setdefault(path.name, path.resolve())
    have = {name.partition(".")[0].partition("@")[0] for name in found}
    missing = [name for name in models.modules if name not in have]
    if missing:
        raise YangError(f"{folder} is not {models.release}: no {', '.join(missing[:3])}")
    return found


def _absent(models: ModelSet, root: Path) -> str:
    if root == cached(os.environ):
        own = f"set {VARIABLE} to the folder that holds them"
        return f"{FETCH} from {models.source}" if models.source else own
    return f"{root} has no {models.folders[0]}"


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
