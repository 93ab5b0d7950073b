"""A city of two routers under any name, for labs beside the demo city's."""

from pathlib import Path

CITY = """
city: {{name: {name}}}
domains: {{government: {{}}}}
sites: {{hall: {{}}}}
nodes:
  left: {{site: hall, domain: government, role: core}}
  right: {{site: hall, domain: government, role: access}}
links: {{wire: {{ends: [left, right]}}}}
vpns:
  health:
    domain: government
    endpoints: {{here: {{node: left}}, there: {{node: right}}}}
"""
NODES = {"left", "right", "customers"}


def write_city(name: str, folder: Path) -> Path:
    """An inventory folder with the city called `name`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "city.yaml").write_text(CITY.format(name=name))
    return folder
