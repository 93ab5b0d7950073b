"""DeviceFacts -> artifacts: the files a device gets, from templates."""

from citynet.render.artifact import Artifact
from citynet.render.cells import cell_problems, check_cells, fitted, unknown_platforms
from citynet.render.names import name_problems
from citynet.render.naming import Naming
from citynet.render.platform import Platform
from citynet.render.ports import Ports
from citynet.render.render import Renderer, RenderError

__all__ = [
    "Artifact",
    "Naming",
    "Platform",
    "Ports",
    "RenderError",
    "Renderer",
    "cell_problems",
    "check_cells",
    "fitted",
    "name_problems",
    "unknown_platforms",
]
