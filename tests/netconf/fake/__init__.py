"""A NETCONF server that is none: configuration in memory, no models, faults on request.

For what no real server does on demand: to be silent, to lose its answer, to fill its disk, to
restart; and for many devices at once. It says in its hello that it is a fake. Whether our driver
is right is for real servers to say (`tests/netconf/servers.py`).
"""

from tests.netconf.fake.device import Event, FakeDevice
from tests.netconf.fake.faults import Drop, Garbage, Hang, Kill, Refuse, Restart, Say, Wait
from tests.netconf.fake.habits import NETOPEER2, Habit
from tests.netconf.fake.server import FakeFleet

__all__ = [
    "NETOPEER2",
    "Drop",
    "Event",
    "FakeDevice",
    "FakeFleet",
    "Garbage",
    "Habit",
    "Hang",
    "Kill",
    "Refuse",
    "Restart",
    "Say",
    "Wait",
]
