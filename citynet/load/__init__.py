"""Inventories from disk: YAML to a `City`, every mistake at `file:line:col`, all at once."""

from citynet.load.city import LoadedCity, Reading, load_city, read_city
from citynet.load.rules import check
from citynet.load.sound import sound
from citynet.load.tree import Sources

__all__ = ["LoadedCity", "Reading", "Sources", "check", "load_city", "read_city", "sound"]
