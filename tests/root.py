"""What only root may do, for tests that a person with sudo runs as well."""

import os

SUDO: tuple[str, ...] = () if os.geteuid() == 0 else ("sudo", "-n", "--")
"""What a command begins with that must be root's."""
