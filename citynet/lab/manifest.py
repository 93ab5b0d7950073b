"""What exactly a lab is made of, so that a trainer can say: the same as last year."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from citynet.lab.build import NodeImage
from citynet.lab.engine import Plan
from citynet.lab.gobuild import version_in
from citynet.lab.host import LabHost, checked

FACTS = "uname -r; docker version --format '{{.Server.Version}}'"


def collect(
    host: LabHost,
    wanted: Plan,
    images: Mapping[str, NodeImage],
    binary: str,
    machine: Mapping[str, Any],
) -> dict[str, Any]:
    """Versions and digests. `machine` is what is known of the VM, empty without one."""
    kernel, docker = checked(host, ["sh", "-c", FACTS]).split()
    said = checked(host, ["env", "CLAB_VERSION_CHECK=disable", binary, "version"])
    used = {image.reference: image for image in images.values()}
    return {
        "citynet": version("citynet"),
        "topology": wanted.digest,
        "host": host.name,
        "kernel": kernel,
        "docker": docker,
        "containerlab": version_in(said),
        "images": {reference: image.digest for reference, image in sorted(used.items())},
        "packages": {
            reference: dict(sorted(image.versions.items()))
            for reference, image in sorted(used.items())
        },
        **({"vm": dict(machine)} if machine else {}),
    }
