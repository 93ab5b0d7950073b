"""A picture of the city, drawn by hand-written geometry: `Context` -> SVG, a pure function."""

from citynet.graph.dot import dot
from citynet.graph.picture import picture

__all__ = ["dot", "picture"]
