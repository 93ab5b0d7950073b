"""A picture of the city, drawn by hand-written geometry: `Context` -> SVG, a pure function."""

from citynet.graph.dot import dot
from citynet.graph.picture import picture
from citynet.graph.scars import Scars

__all__ = ["Scars", "dot", "picture"]
