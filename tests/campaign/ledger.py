"""The results on disk, one line a case, so that a campaign that was stopped goes on."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tests.campaign.play import Found


def add(file: Path, found: Found) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(asdict(found), ensure_ascii=False) + "\n")


def read(file: Path) -> Iterator[Found]:
    """What has been found so far; a last line that is not whole does not count."""
    if not file.exists():
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            raw = json.loads(line)
        except ValueError:
            continue
        lists = {name: tuple(raw[name]) for name in ("ways", "wrong", "between", "defects")}
        fired = tuple((str(kind), str(phase)) for kind, phase in raw["fired"])
        yield Found(**{**raw, **lists, "fired": fired})
