"""Who this process is, for those who find a lock taken."""

import getpass
import os
import socket


def owner() -> str:
    """User, machine and process."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"{user} on {socket.gethostname()}, process {os.getpid()}"
