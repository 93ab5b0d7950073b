"""DeviceFacts -> artifacts: the files a device gets, from templates."""

from citynet.render.artifact import Artifact
from citynet.render.platform import Platform
from citynet.render.render import Renderer, RenderError, check_cells

__all__ = ["Artifact", "Platform", "RenderError", "Renderer", "check_cells"]
