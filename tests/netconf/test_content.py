"""What a device says again is not taken apart again."""

from pathlib import Path

from citynet.lab.host import NodeAccess
from citynet.netconf.device import REMEMBERED, Device
from citynet.netconf.profile import Profile
from citynet.netconf.reply import Reply
from citynet.netconf.session import Timeouts
from tests.netconf.servers import Reached


def reply(number: int, name: str) -> Reply:
    base = "urn:ietf:params:xml:ns:netconf:base:1.0"
    data = f'<data><system xmlns="urn:x" message-id="{name}">{name}</system></data>'
    return Reply(f'<rpc-reply xmlns="{base}" message-id="{number}">{data}</rpc-reply>')


def test_the_same_answer_is_read_once_and_another_one_anew() -> None:
    access = NodeAccess("127.0.0.1", 830, "root", None, Path("known_hosts"))
    device = Device(Reached("r1", access), Profile("toy", owned=()), Timeouts())
    old = device.content(reply(1, "old"))
    new = device.content(reply(2, "new"))
    assert device.content(reply(3, "old")) is old
    assert device.content(reply(4, "new")) is new
    assert old.digest != new.digest
    for number in range(REMEMBERED):
        device.content(reply(5, f"other-{number}"))
    assert device.content(reply(6, "old")) is not old
    assert device.content(reply(7, "old")).digest == old.digest
