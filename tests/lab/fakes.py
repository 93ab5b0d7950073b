"""A lab host that answers from a table and remembers what it was asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from citynet.lab.host import Completed, SshJump, Watch


@dataclass
class FakeHost:
    answers: dict[str, Completed] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    written: dict[str, bytes] = field(default_factory=dict)
    name: str = "fake"
    directory: str = "/var/lib/citynet/labs/tiny"

    def run(
        self,
        argv: Sequence[str],
        *,
        stdin: bytes = b"",
        timeout: float = 60.0,
        watch: Watch | None = None,
    ) -> Completed:
        command = " ".join(argv)
        self.asked.append(command)
        for start, answer in self.answers.items():
            if command.startswith(start):
                return answer
        return Completed(0, "", "")

    def put(self, files: Mapping[str, bytes], mode: int = 0o600) -> None:
        self.written.update(files)

    def listening(self, address: str, port: int) -> bool:
        return True

    def host_key(self, address: str, port: int) -> str:
        return f"ssh-ed25519 key-of-{address}-{port}"

    def jump(self) -> SshJump | None:
        return None

    def close(self) -> None:
        return None
