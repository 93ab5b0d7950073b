"""What is remembered of a lab between two commands, in a folder that only its user can read."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Interface
from pathlib import Path
from typing import Any

from citynet.lab.errors import StateError
from citynet.lab.topology import Customer, LabLink, LabNode, LabPort, Topology, Vendor
from citynet.storage import in_words, private

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Record:
    """A lab that was brought up. `digest` is of what was deployed; empty until it is.

    `changing`: it becomes another lab, or was left while it did; `topology` is what of it is
    there whatever has been done by then.
    """

    topology: Topology
    host: str
    digest: str
    manifest: Mapping[str, Any]
    changing: bool = False

    @property
    def usable(self) -> bool:
        """Whether there is a lab, and not only what was left of making one."""
        return bool(self.digest) or self.changing


@dataclass(frozen=True, slots=True)
class LabFolder:
    """The files of one lab."""

    root: Path

    @property
    def record_file(self) -> Path:
        """The record, as JSON."""
        return self.root / "lab.json"

    @property
    def key_file(self) -> Path:
        """The private key that opens every node."""
        return self.root / "id_ed25519"

    @property
    def known_hosts(self) -> Path:
        """The host key of every node."""
        return self.root / "known_hosts"

    @property
    def ssh_config(self) -> Path:
        """For `ssh -F`: every node by its name."""
        return self.root / "ssh_config"

    @property
    def vm(self) -> Path:
        """The folder of the lab's VM, if it has one."""
        return self.root / "vm"

    @property
    def runs(self) -> Path:
        """The journals of what was deployed to these nodes; they go when the nodes go."""
        return self.root / "runs"

    def exists(self) -> bool:
        """Whether anything is remembered of this lab."""
        return self.root.is_dir()

    def save(self, record: Record) -> None:
        """Write the record; a reader sees the old one or the new one, never half of one."""
        document = {"format": FORMAT, **asdict(record)}
        scratch = self.record_file.with_suffix(".new")
        text = json.dumps(document, default=str, indent=2, sort_keys=True)
        private(scratch, f"{text}\n".encode())
        scratch.replace(self.record_file)

    def load(self) -> Record | None:
        """The record; None if the lab never came as far as having one."""
        try:
            with in_words(self.record_file):
                document = json.loads(self.record_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise self._damaged(str(error)) from error
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise self._damaged("another version of citynet wrote it")
        try:
            return Record(
                topology=topology_from(document["topology"]),
                host=str(document["host"]),
                digest=str(document["digest"]),
                manifest=dict(document["manifest"]),
                changing=bool(document.get("changing", False)),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise self._damaged(f"{type(error).__name__}: {error}") from error

    def _damaged(self, why: str) -> StateError:
        return StateError(
            f"{self.record_file} cannot be used ({why}); `citynet lab down` clears this lab"
        )


def topology_from(document: Mapping[str, Any]) -> Topology:
    """The inverse of `dataclasses.asdict` with addresses as text."""
    return Topology(
        name=document["name"],
        management=IPv4Network(document["management"]),
        nodes=tuple(_node(node) for node in document["nodes"]),
        links=tuple(_link(link) for link in document["links"]),
        customers_node=_node(document["customers_node"]),
        customers=tuple(_customer(customer) for customer in document["customers"]),
    )


def _node(fields: Mapping[str, Any]) -> LabNode:
    vendor = fields.get("vendor")
    made = {"management": IPv4Address(fields["management"])}
    return LabNode(**{**fields, **made, "vendor": Vendor(**vendor) if vendor else None})


def _link(fields: Mapping[str, Any]) -> LabLink:
    ends = {"a": LabPort(**fields["a"]), "b": LabPort(**fields["b"])}
    return LabLink(**{**fields, **ends})


def _customer(fields: Mapping[str, Any]) -> Customer:
    addresses = {"ipv4": IPv4Interface(fields["ipv4"]), "ipv6": IPv6Interface(fields["ipv6"])}
    return Customer(**{**fields, **addresses})
