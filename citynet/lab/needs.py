"""What a city needs of a lab host, tried for real: the probe and what its answers mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from citynet.lab.errors import HostError
from citynet.lab.host import LabHost, Need

MODULE_REMEDY = "load the kernel module `{}` (modprobe {}), or use --host vm"
PER_NODE = 64
FIXED = 512
FIELDS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the probe script, and what would turn a no into a yes."""

    key: str
    name: str
    remedy: str


QUESTIONS = (
    Asked("root", "root", "run citynet as root, or allow sudo without a password"),
    Asked("vrf", "VRF", MODULE_REMEDY.format("vrf", "vrf")),
    Asked("srv6", "SRv6 encapsulation", "a kernel with CONFIG_IPV6_SEG6_LWTUNNEL, or --host vm"),
    Asked("dt46", "SRv6 End.DT46", "a kernel of 5.14 or newer with VRF, or --host vm"),
    Asked("macsec", "MACsec", MODULE_REMEDY.format("macsec", "macsec")),
    Asked("esp", "ESP (IPsec)", MODULE_REMEDY.format("esp6", "esp4 esp6")),
    Asked("xfrm", "XFRM interfaces", MODULE_REMEDY.format("xfrm_interface", "xfrm_interface")),
    Asked("netem", "netem", MODULE_REMEDY.format("sch_netem", "sch_netem")),
    Asked("docker", "docker engine", "install and start docker (Debian: docker.io docker-cli)"),
)


def script() -> bytes:
    """The probe: a shell script that prints `key<TAB>yes|no<TAB>why` lines."""
    return (Path(__file__).with_name("probe.sh")).read_bytes()


def probe(host: LabHost, nodes: int = 0) -> list[Need]:
    """Ask a host. Nothing of the probe is left on it."""
    try:
        done = host.run(["sh", "-s"], stdin=script(), timeout=120)
    except HostError as error:
        return [_unanswered(str(error))]
    answers = parse(done.stdout)
    if not answers:
        why = done.stderr.strip() or "the probe said nothing"
        return [_unanswered(why[-200:])]
    return [*judge(answers), *memory(answers, nodes)]


def _unanswered(why: str) -> Need:
    return Need("root", met=False, why=why, remedy=QUESTIONS[0].remedy)


def parse(text: str) -> dict[str, tuple[str, str]]:
    """Probe output as key -> (answer, why)."""
    rows = (line.split("\t", 2) for line in text.splitlines())
    return {row[0]: (row[1], row[2]) for row in rows if len(row) == FIELDS}


def judge(answers: Mapping[str, tuple[str, str]]) -> list[Need]:
    """One need per question, also for a question that was not answered."""
    needs = []
    for asked in QUESTIONS:
        answer, why = answers.get(asked.key, ("no", "the probe did not get that far"))
        needs.append(Need(asked.name, answer == "yes", why, asked.remedy))
    return needs


def memory(answers: Mapping[str, tuple[str, str]], nodes: int) -> list[Need]:
    """Whether `nodes` containers fit: 35 MB each was measured, 64 MiB are asked for."""
    value = answers.get("memory", ("", "0"))[1]
    available = int(value) if value.isdigit() else 0
    wanted = FIXED + PER_NODE * nodes
    why = f"{available} MiB available, {wanted} MiB wanted for {nodes} nodes"
    return [Need("memory", available >= wanted, why, "free some memory or take a smaller city")]


def met(needs: list[Need]) -> bool:
    """Whether every need is met."""
    return all(need.met for need in needs)


def missing(needs: list[Need]) -> str:
    """The names of the needs that are not met, for a sentence."""
    return ", ".join(need.name for need in needs if not need.met)
