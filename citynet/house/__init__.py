"""The house: where roles, platforms and templates are found, by folder or by entry point."""

from citynet.house.discover import House, HouseError, open_house

__all__ = ["House", "HouseError", "open_house"]
