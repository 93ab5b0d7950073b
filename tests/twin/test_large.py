"""Large documents: 5 MB in one edit-config."""

from pathlib import Path

import pytest

from tests.twin.twins import Twin, config

pytestmark = pytest.mark.twin

INSTANCE = (
    '<network-instance xmlns="urn:huawei:yang:huawei-network-instance"><instances><instance>'
    '<name>_public_</name><afs xmlns="urn:huawei:yang:huawei-l3vpn"><af><type>ipv4-unicast</type>'
    "</af></afs></instance></instances></network-instance>"
)
GROUP = 500
"""Rules in one list."""


def rules(count: int) -> str:
    """Access lists: what a gateway has most of. About 250 bytes a rule."""
    groups = []
    for group in range(count // GROUP):
        entries = "".join(
            f"<rule-advance><name>r{at}</name><id>{at}</id><action>permit</action>"
            f"<protocol>6</protocol><source-ipaddr>10.{group}.{at // 256}.{at % 256}"
            "</source-ipaddr><source-wild>0.0.0.0</source-wild>"
            "<dest-ipaddr>10.18.127.1</dest-ipaddr><dest-wild>0.0.0.0</dest-wild></rule-advance>"
            for at in range(GROUP)
        )
        groups.append(
            f"<group><identity>g{group}</identity><type>advance</type>"
            f"<rule-advances>{entries}</rule-advances></group>"
        )
    return f'<acl xmlns="urn:huawei:yang:huawei-acl"><groups>{"".join(groups)}</groups></acl>'


def resident(twin: Twin) -> float:
    """Megabytes of memory."""
    text = Path(f"/proc/{twin.process.pid}/status").read_text(encoding="ascii")
    return int(text.split("VmRSS:")[1].split()[0]) / 1000


def test_five_megabytes_in_one_edit(twin: Twin) -> None:
    """There and back; what it takes is in `benchmarks/netconf_large.py`."""
    count = 20_500
    document = config(INSTANCE, rules(count))
    assert len(document) > 5_000_000
    with twin.session() as session:
        session.edit_config(target="candidate", config=document, default_operation="replace")
        session.validate("candidate")
        session.commit()
        assert session.get_config("running").data_xml.count("<rule-advance>") == count
        session.edit_config(target="candidate", config=config(), default_operation="replace")
        session.commit()
        assert "<rule-advance>" not in session.get_config("running").data_xml


def test_an_idle_twin_is_small(twin: Twin) -> None:
    assert resident(twin) < 400
