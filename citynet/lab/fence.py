"""A lab on a machine that is not made for it: its containers reach nothing but each other.

A lab's VM needs none of this, since nothing leads out of it.
"""

from citynet.lab.clab import network_name
from citynet.lab.host import LabHost

RULES = """
table inet {table} {{
    chain to-the-host {{
        type filter hook input priority -5; policy accept;
        iifname "{bridge}" ct state new counter drop
    }}
    chain beyond {{
        type filter hook forward priority -5; policy accept;
        iifname "{bridge}" oifname != "{bridge}" ct state new counter drop
    }}
}}
"""


def close(host: LabHost, lab: str) -> str:
    """Shut the way from the lab's management network to the host and beyond; what a person is
    to know where that is not possible, else empty.

    What the host begins, deploying and measuring, is answered as before.
    """
    shown = host.run(["docker", "network", "inspect", "--format", "{{.Id}}", network_name(lab)])
    identity = shown.stdout.strip()
    if shown.returncode or not identity:
        return f"nodes may reach {host.name}: its docker shows no network {network_name(lab)}"
    open_again(host, lab)
    rules = RULES.format(table=network_name(lab), bridge=f"br-{identity[:12]}")
    done = host.run(["nft", "-f", "-"], stdin=rules.encode())
    if done.returncode:
        why = done.stderr.strip().splitlines()[:1] or ["nft failed"]
        return f"nodes may reach what listens on {host.name}: {why[0]} (Debian: nftables)"
    return ""


def open_again(host: LabHost, lab: str) -> None:
    """Take the rules of a lab away; fine if there are none, or no nft."""
    host.run(["nft", "delete", "table", "inet", network_name(lab)])
