"""`python -m tests.yang.shown`: make the platforms' tables of defaults from their models.

What a table is about depends on what the templates render, so it is made of the documents of all
cities in all mixes of platforms.
"""

import sys
from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from citynet.house import open_house
from citynet.netconf.profile import Profile
from citynet.netconf.shown import written
from citynet.pipeline import prepare
from citynet.render.platform import part
from citynet.yang.compiled import SchemaNode, compiled
from citynet.yang.models import ModelSet
from citynet.yang.shown import Reach, reach, table
from tests.cities import DEMO, ROOT, VENDORS, WUHAN
from tests.yang.models import MODELS
from tests.yang.test_cities import MIXES, PLATFORMS, mixed, of, on

FILE = '''"""What a device of {release} may show or leave out.

Made of its models by `python -m tests.yang.shown`; docs/yang.md says how it is read.
"""

from citynet.netconf.shown import shown

SHOWN = shown("""
{table}""")
'''


@cache
def documents() -> Mapping[str, list[bytes]]:
    """By platform, all documents of the cities."""
    found: dict[str, set[bytes]] = defaultdict(set)
    cities = [prepare(VENDORS)]
    for folder in (DEMO, WUHAN):
        cities += [on(platform, folder) for platform in PLATFORMS]
        cities += [mixed(mix, folder) for mix in MIXES]
    for each in cities:
        for platform, text in of(each):
            found[platform].add(text.encode())
    return {platform: sorted(texts) for platform, texts in sorted(found.items())}


def known(platform: str) -> tuple[ModelSet, Profile]:
    """A platform's models, and what is citynet's on its devices."""
    found = open_house().platforms[platform]
    assert found.models is not None
    profile: Profile = part(found, "driver").profile
    return found.models, profile


@cache
def walked(platform: str) -> tuple[Reach, list[tuple[str, SchemaNode]]]:
    """What of a platform's tree counts, and its nodes by their paths."""
    models, profile = known(platform)
    found = reach(profile, models, MODELS, documents()[platform])
    return found, list(found.walk(compiled(models, MODELS)))


def made(platform: str) -> str:
    """The file of a platform, `defaults.py`."""
    models, _ = known(platform)
    return FILE.format(release=models.release, table=written(table(walked(platform)[1])))


def main() -> None:
    """Write the files, and say how long they are."""
    for platform, texts in documents().items():
        file = ROOT / "plugins" / platform / "defaults.py"
        file.write_text(made(platform), encoding="utf-8")
        lines = file.read_text(encoding="utf-8").count("\n")
        sys.stdout.write(f"{file}: {lines} lines of {len(texts)} documents\n")


if __name__ == "__main__":
    main()
