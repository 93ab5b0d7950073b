"""A platform as another package brings it: the engine's own `assemble`, and parts beside this."""

from collections.abc import Iterator
from pathlib import Path

from citynet.build.facts import DeviceFacts
from citynet.render.platform import Platform
from citynet.render.xml import assemble
from citynet.yang.models import ModelSet

UNFIT = "x-gw1"


def shout(text: object) -> str:
    return str(text).upper()


def refuses(facts: DeviceFacts) -> Iterator[str]:
    if facts.name == UNFIT:
        yield "toys are not for gateways of that side"


PLATFORM = Platform(
    name="toy",
    summary="a toy",
    blocks=("config",),
    assemble=assemble,
    driver=".driver:ToyDriver",
    templates=Path(__file__).parent / "templates",
    refuses=refuses,
    autoescape=True,
    filters={"shout": shout},
    models=ModelSet("Toy 1", ("toy",), ("toy",)),
)
