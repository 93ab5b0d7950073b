"""The demo city's checks, and what a real gateway router of it said when all was well."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from citynet.build import Context
from citynet.house import open_house
from citynet.pipeline import prepare
from citynet.verify.models import ModelReader
from citynet.verify.observe import Kind, Observations
from citynet.verify.reader import reader_of
from citynet.verify.run import AnyCheck, all_checks
from tests.cities import DEMO

NODE = "gov-gw1"
SAID = Path(__file__).parent / "data" / f"{NODE}.json"
"""All of `plugins/frr/observe.py`'s questions to gov-gw1, FRR 10.7.1, in a lab."""


@cache
def context() -> Context:
    return prepare(DEMO).context


@cache
def checks() -> dict[str, AnyCheck]:
    house = open_house()
    return {check.id: check for check in all_checks(context(), house.roles)}


def said() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SAID.read_text(encoding="utf-8"))
    return found


def edited(kind: Kind, edit: Callable[[Any], object], document: int = 0) -> dict[str, Any]:
    """What was said, with one JSON document of one kind changed."""
    found = said()
    answers = found["state"][kind.value]["said"]
    data = json.loads(answers[document])
    edit(data)
    answers[document] = json.dumps(data)
    return found


def observations(found: dict[str, Any]) -> Observations:
    reader = reader_of(open_house().platforms["frr"])
    assert not isinstance(reader, ModelReader)
    state = reader.read(json.dumps(found), frozenset(Kind)).state
    return Observations(states={(NODE, kind): value for kind, value in state.items()})
