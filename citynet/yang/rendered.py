"""Rendered documents against their platforms' models; every complaint with where it is from."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from citynet.errors import CitynetError
from citynet.pipeline import Prepared
from citynet.render import Artifact
from citynet.render.provenance import explain
from citynet.yang.document import YangProblem
from citynet.yang.validate import validate_all

SUFFIX = ".xml"


@dataclass(frozen=True, slots=True)
class Invalid:
    """A complaint about a device's document; `origin` is a line of a template and of intent."""

    device: str
    file: str
    problem: YangProblem
    origin: str

    def __str__(self) -> str:
        return f"{self.device}/{self.file}:{self.problem.line}: {self.problem} ({self.origin})"


class InvalidDocumentsError(CitynetError):
    """Rendered documents that the vendor's models refuse."""

    def __init__(self, invalid: list[Invalid]) -> None:
        self.invalid = tuple(invalid)
        count = len(invalid)
        lines = [str(each) for each in invalid]
        lines.append(f"{count} complaint{'s' if count != 1 else ''} by the vendors' YANG")
        super().__init__("\n".join(lines))


def _documents(
    prepared: Prepared, artifacts: Mapping[str, Artifact]
) -> dict[str, dict[tuple[str, str], bytes]]:
    """By platform that has models: the text of each `(device, file)`."""
    found: dict[str, dict[tuple[str, str], bytes]] = defaultdict(dict)
    for device, artifact in artifacts.items():
        if prepared.house.platforms[artifact.platform].models is None:
            continue
        for file, text in artifact.files.items():
            if file.endswith(SUFFIX):
                found[artifact.platform][device, file] = text.encode()
    return found


def check_artifacts(prepared: Prepared, artifacts: Mapping[str, Artifact], root: Path) -> int:
    """How many documents are valid, which is all of them, or raise `InvalidDocumentsError`.

    `root` is the folder of all vendors' models. Devices of platforms without models count
    for nothing.
    """
    invalid: list[Invalid] = []
    count = 0
    for platform, documents in sorted(_documents(prepared, artifacts).items()):
        models = prepared.house.platforms[platform].models
        if models is None:
            continue
        names = {f"{device}/{file}": (device, file) for device, file in documents}
        found = validate_all(models, {name: documents[key] for name, key in names.items()}, root)
        count += len(found)
        for name, problems in found.items():
            device, file = names[name]
            for problem in problems:
                origin = explain(prepared, device, file, problem.line)
                invalid.append(Invalid(device, file, problem, origin))
    if invalid:
        raise InvalidDocumentsError(invalid)
    return count
