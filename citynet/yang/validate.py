"""Documents against a platform's models."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from citynet.xml import XmlError
from citynet.yang.document import Document, YangProblem, read
from citynet.yang.models import MISSING, ModelSet, YangError, configured
from citynet.yang.yanglint import Complaint, lint


def _problems(document: Document, said: list[Complaint]) -> Iterator[YangProblem]:
    for each in said:
        line = document.line_of(each.line, each.path)
        yield YangProblem(each.path, each.message, line)


def validate_all(
    models: ModelSet, documents: Mapping[str, bytes], root: Path | None = None
) -> dict[str, list[YangProblem]]:
    """What is wrong in each document, by name; nothing where it is valid.

    `root` is the folder of all vendors' models, else where `configured` finds them. The models
    are loaded once. Raises `YangError` where nothing can be said.
    """
    root = root or configured()
    if root is None:
        raise YangError(MISSING)
    found: dict[str, list[YangProblem]] = {}
    good: dict[str, Document] = {}
    for name, data in documents.items():
        try:
            document = read(data)
        except XmlError as error:
            found[name] = [YangProblem("", error.message, error.line)]
            continue
        found[name] = list(document.problems)
        if document.nodes:
            good[name] = document
    said = lint(models, [document.text for document in good.values()], root)
    for (name, document), complaints in zip(good.items(), said, strict=True):
        found[name] += _problems(document, complaints)
    return found


def validate(models: ModelSet, document: bytes, root: Path | None = None) -> list[YangProblem]:
    """What is wrong in one document; see `validate_all`."""
    return validate_all(models, {"document": document}, root)["document"]
