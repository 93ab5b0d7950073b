"""Which YANG models a platform's documents must be valid against: data of its plugin."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ModelSet:
    """A vendor's models for one release.

    `folders`, below the directory of models, hold the `*.yang` files, subfolders included;
    the first that exists is taken. `modules` are implemented in this order (modules whose
    nodes they refer to, too). Where `features` names a module, only those of its features
    are on; all are on otherwise. `patches` are modules of our own, by name: deviations for
    what a validator cannot take, loaded first.
    """

    release: str
    folders: tuple[str, ...]
    modules: tuple[str, ...]
    features: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    patches: Mapping[str, str] = field(default_factory=dict)
