"""Requests as values, what the device does about them, and its answers as text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from citynet.netconf.reply import RpcError
from citynet.xml import Element, escaped, write
from tests.netconf.fake.device import Event, FakeDevice, RefusedError
from tests.netconf.fake.habits import Habit, worded
from tests.netconf.fake.tree import BASE

MONITORING = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"
OK = "<ok/>"
UNTIL = "600"


@dataclass(frozen=True)
class Request:
    """One `rpc`."""

    device: str
    session: int
    number: str
    operation: str
    body: Element

    def event(self, when: str) -> Event:
        return Event(self.device, self.session, self.kind, when)

    @property
    def kind(self) -> str:
        """The operation, and which commit it is."""
        if self.operation != "commit":
            return self.operation
        if self.body.child("confirmed") is None:
            return "commit confirming" if self.text("persist-id") else "commit"
        return "commit again" if self.text("persist-id") else "commit confirmed"

    def text(self, name: str, default: str = "") -> str:
        found = self.body.child(name)
        return default if found is None else found.text.strip()

    def store(self, name: str) -> str:
        found = self.body.child(name)
        return found.children[0].name if found is not None and found.children else ""

    def reply(self, content: str) -> str:
        return (
            f'<rpc-reply xmlns="{BASE}" message-id="{escaped(self.number)}">{content}</rpc-reply>'
        )


def read(root: Element, device: str, session: int) -> Request:
    number = next((value for name, _, value in root.attributes if name == "message-id"), "")
    body = root.children[0] if root.children else Element(BASE, "nothing")
    return Request(device, session, number, body.name, body)


def hello(capabilities: Iterable[str], session: int) -> str:
    lines = "".join(f"<capability>{escaped(each)}</capability>" for each in capabilities)
    return (
        f'<hello xmlns="{BASE}"><capabilities>{lines}</capabilities>'
        f"<session-id>{session}</session-id></hello>"
    )


def errors_text(errors: Sequence[RpcError]) -> str:
    return "".join(_error(error) for error in errors)


def _error(error: RpcError) -> str:
    leaves = {
        "error-type": "application",
        "error-tag": error.tag,
        "error-severity": error.severity,
        "error-app-tag": error.app_tag,
        "error-path": error.path,
        "error-message": error.message,
    }
    text = "".join(f"<{n}>{escaped(value)}</{n}>" for n, value in leaves.items() if value)
    info = "".join(f"<{name}>{escaped(value)}</{name}>" for name, value in error.info)
    return f"<rpc-error>{text}{f'<error-info>{info}</error-info>' if info else ''}</rpc-error>"


def answer(device: FakeDevice, request: Request) -> str:
    """Do it, and what is answered."""
    work = {
        "get-config": _get_config,
        "get": _get,
        "edit-config": _edit,
        "commit": _commit,
        "copy-config": _copy,
    }.get(request.operation)
    try:
        return work(device, request) if work else _simple(device, request)
    except RefusedError as error:
        return errors_text(worded(device.habits, error.errors))


def _simple(device: FakeDevice, request: Request) -> str:
    number = request.session
    match request.operation:
        case "lock":
            device.lock(number, request.store("target"))
        case "unlock":
            device.unlock(number, request.store("target"))
        case "discard-changes":
            device.discard(number)
        case "validate":
            device.validate(number)
        case "cancel-commit":
            device.cancel(number, request.text("persist-id"))
        case "kill-session" if Habit.NO_KILL in device.habits:
            raise RefusedError(RpcError("access-denied", "kill-session is not permitted"))
        case "kill-session":
            device.end(int(request.text("session-id")))
        case "close-session":
            pass
        case _:
            raise RefusedError(RpcError("operation-not-supported", request.operation))
    return OK


def _get_config(device: FakeDevice, request: Request) -> str:
    if request.body.child("filter") is not None:
        if Habit.FILTER in device.habits:
            raise RefusedError(RpcError("operation-failed", "the filter selects nothing"))
        return "<data/>"
    stores = {"candidate": device.candidate, "startup": device.kept}
    data = stores.get(request.store("source"), device.running)
    return write(device.lies.shows(data, request.body.child("with-defaults") is not None))


def _get(device: FakeDevice, request: Request) -> str:
    """Who is there, and nothing else."""
    entries = "".join(
        f"<session><session-id>{number}</session-id><username>{user}</username>"
        "<source-host>127.0.0.1</source-host>"
        f"<login-time>{device.logins[number].isoformat()}</login-time></session>"
        for number, user in device.users.items()
    )
    return (
        f'<data><netconf-state xmlns="{MONITORING}"><sessions>{entries}</sessions>'
        "</netconf-state></data>"
    )


def _edit(device: FakeDevice, request: Request) -> str:
    config = request.body.child("config")
    if config is None or request.store("target") != "candidate":
        raise RefusedError(RpcError("operation-not-supported", "only a candidate's config"))
    device.edit(request.session, config, request.text("default-operation", "merge"))
    return OK


def _copy(device: FakeDevice, request: Request) -> str:
    if (request.store("source"), request.store("target")) != ("running", "startup"):
        raise RefusedError(RpcError("operation-not-supported", "only running to startup"))
    device.save(request.session)
    return OK


def _commit(device: FakeDevice, request: Request) -> str:
    confirmed = request.body.child("confirmed") is not None
    device.commit(
        request.session,
        confirmed=float(request.text("confirm-timeout", UNTIL)) if confirmed else None,
        persist=request.text("persist"),
        persist_id=request.text("persist-id"),
    )
    return OK
