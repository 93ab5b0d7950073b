"""What a role is: one capability of a device, found in a folder of `roles/`."""

import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct, field
from pydantic import BaseModel, ConfigDict

from citynet.build.context import Context
from citynet.errors import Problem
from citynet.model import DeviceKind


class RoleOptions(BaseModel):
    """What a person may set of a role, with its defaults. Unknown keys are refused.

    Types are strict, as everywhere in an inventory: text in quotes is no number.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def beside(module: str, name: str) -> Callable[[Context], Iterable[Any]]:
    """The `checks` of the module called `name` beside `module`, imported when first asked for.

    Rendering a city asks for none of them.
    """

    def checks(context: Context) -> Iterable[Any]:
        sibling = importlib.import_module(f"{module.rpartition('.')[0]}.{name}")
        found: Iterable[Any] = sibling.checks(context)
        return found

    return checks


def _no_checks(context: Context) -> Iterable[Any]:
    return ()


def _no_contradictions(context: Context, facts: Mapping[str, Any]) -> Iterable[Problem]:
    return ()


class Role(Struct, frozen=True):
    """One capability of devices of one `kind`; routers, unless it says so.

    `build(context, node, options)` gives the node's facts for this role (a frozen dataclass
    that templates read), or None where the node has no part in it. `checks(context)` gives
    what must be true once the city is deployed, as `citynet.verify.Check`s. A role is
    rendered after the roles it names in `after`, and needs them on the same node.
    `contradictions(context, facts)` gives what of the facts of all devices, by name, cannot be
    true together, each at its place: see `citynet.build.agree`. A device may lack the role.
    """

    name: str
    summary: str
    options: type[RoleOptions]
    build: Callable[[Context, str, Any], object | None]
    after: tuple[str, ...] = ()
    checks: Callable[[Context], Iterable[Any]] = field(default=_no_checks)
    kind: DeviceKind = DeviceKind.ROUTER
    contradictions: Callable[[Context, Mapping[str, Any]], Iterable[Problem]] = field(
        default=_no_contradictions
    )
