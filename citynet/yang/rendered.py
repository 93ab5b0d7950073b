"""Rendered documents against their platforms' models; every complaint with where it is from."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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


def _devices(prepared: Prepared, artifacts: Mapping[str, Artifact]) -> dict[str, list[str]]:
    """By platform that has models, the devices it is the platform of."""
    found: dict[str, list[str]] = defaultdict(list)
    for device, artifact in artifacts.items():
        if prepared.house.platforms[artifact.platform].models is not None:
            found[artifact.platform].append(device)
    return found


def _complaints(
    prepared: Prepared, found: Mapping[str, Sequence[YangProblem]]
) -> Iterator[Invalid]:
    for name, problems in found.items():
        device, _, file = name.partition("/")
        for problem in problems:
            yield Invalid(device, file, problem, explain(prepared, device, file, problem.line))


def check_artifacts(prepared: Prepared, artifacts: Mapping[str, Artifact], root: Path) -> int:
    """How many documents are valid, which is all of them, or raise `InvalidDocumentsError`.

    `root` is the folder of all vendors' models. Devices of platforms without models count
    for nothing.
    """
    invalid: list[Invalid] = []
    count = 0
    for platform, devices in sorted(_devices(prepared, artifacts).items()):
        models = prepared.house.platforms[platform].models
        documents = {
            f"{device}/{file}": text.encode()
            for device in devices
            for file, text in artifacts[device].files.items()
            if file.endswith(SUFFIX)
        }
        if models is not None and documents:
            found = validate_all(models, documents, root)
            count += len(found)
            invalid += _complaints(prepared, found)
    if invalid:
        raise InvalidDocumentsError(invalid)
    return count
