"""A shell by plain ssh, for tests against a lab with an ssh_config."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from citynet.deploy.driver import DeviceError
from citynet.fleet.shell import Held, Output


@dataclass(frozen=True)
class SshCommandShell:
    """Runs each command by `ssh -F config host`."""

    config: Path
    host: str

    def run(self, command: str, *, stdin: str | None = None, timeout: float = 30.0) -> Output:
        try:
            done = subprocess.run(
                ["ssh", "-F", str(self.config), self.host, command],
                input=stdin,
                capture_output=True,
                text=True,
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise DeviceError(f"{self.host}: no end within {timeout:.0f} s") from error
        return Output(done.stdout, done.stderr, done.returncode)

    def hold(self, command: str, *, until: str, timeout: float = 30.0) -> Held | Output:
        raise NotImplementedError

    def close(self) -> None:
        """Nothing is held."""
