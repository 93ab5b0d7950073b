"""Inventories from disk: YAML to a `City`, every mistake at `file:line:col`, all at once."""

from citynet.load.city import LoadedCity, load_city
from citynet.load.rules import check
from citynet.load.tree import Sources

__all__ = ["LoadedCity", "Sources", "check", "load_city"]
