"""A platform's models as a twin loads them: one folder of modules, with a list of what to load."""

import json
import re
from pathlib import Path

from citynet.lab.cache import digest_of
from citynet.yang.models import ModelSet, files, read_as

SPECIFICATION = "models.json"
ALL = "*"
_FEATURE = re.compile(r"^\s*feature\s+\"?([A-Za-z0-9_.-]+)\"?", re.MULTILINE)


def _module(file: str) -> str:
    return file.partition(".yang")[0].partition("@")[0]


def _features(models: ModelSet, module: str, text: str) -> list[str]:
    """The features of a module that are on, as sysrepo takes them."""
    if module in models.features:
        return list(models.features[module])
    without = models.without.get(module)
    if not without:
        return [ALL]
    return [each for each in _FEATURE.findall(text) if each not in without]


def collect(models: ModelSet, root: Path) -> dict[str, bytes]:
    """Every file of a folder of models, by name. Raises `YangError`.

    `models.json` lists the modules to implement, patches first, each with its features.
    """
    found = {name: read_as(models, path) for name, path in files(models, root).items()}
    found |= {f"{name}.yang": text.encode() for name, text in models.patches.items()}
    by_module = {_module(name): name for name in sorted(found)}
    modules = []
    for name in (*models.patches, *models.modules):
        file = by_module[name]
        features = _features(models, name, found[file].decode(errors="replace"))
        modules.append({"file": file, "features": features})
    about = {"release": models.release, "modules": modules}
    return found | {SPECIFICATION: (json.dumps(about, indent=1) + "\n").encode()}


def digest(collected: dict[str, bytes]) -> str:
    """Stands for the models' content, whatever folder they came from."""
    return digest_of(
        part for name in sorted(collected) for part in (name.encode(), collected[name])
    )
